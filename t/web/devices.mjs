/*
 * A new device: whoever signs in there waits until an administrator approves
 * it, and is out when it is revoked.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { PASSWORD, base, launch, noSession, noSideways, people, violations, visitor, widths } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const noisy = /status of (401|403)/;

/* The administrator is in by the key: no device of theirs is approved. */
async function adminPage(width = 1280) {
  const page = await visitor(browser, { width });
  const answer = await page.request.post('/api/auth/admin-key', { headers: { Origin: base }, data: { adminKey: 'opdesk-demo-admin-key' } });
  assert.equal(answer.status(), 200, 'the key signs in');
  await page.goto('/staff/users/devices');
  await page.getByRole('heading', { level: 1, name: 'Users and devices' }).waitFor();
  return page;
}

async function signIn(page, who, password = PASSWORD) {
  await page.goto('/staff/');
  await page.getByLabel('E-mail').fill(people[who]);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const waits = (page) => page.getByRole('heading', { name: 'This device is new' }).waitFor();
const row = (page, name, state) => page.locator(`[data-device=${state}]`, { hasText: name });

async function withBoth(width, run) {
  const pages = [await adminPage(width), await visitor(browser, { width })];
  try {
    await run(...pages);
    for (const page of pages)
      assert.deepEqual(page.noise.filter((line) => !noSession.test(line) && !noisy.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await Promise.all(pages.map((page) => leave(page)));
  }
}

for (const [width, who, name] of [[widths[0], 'desk', 'Deepak Joshi'], [widths[1], 'doctor', 'Dr. Meera Rao']])
  test(`${name} waits, goes on by themselves, and is out again, at ${width} pixels`, () => withBoth(width, async (admin, page) => {
    await signIn(page, who, 'wrong');
    await page.getByText('do not go together').waitFor();
    await signIn(page, who);
    await waits(page);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the page that waits');
    await noSideways(page);
    assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes('correct horse')), false, 'what was typed is kept nowhere');

    await admin.reload();
    await row(admin, name, 'waiting').waitFor();
    assert.match(await row(admin, name, 'waiting').innerText(), /Chrome on \w+/, 'the administrator sees who waits, and with what');
    assert.deepEqual(await violations(admin), [], 'axe has nothing to say about the list');
    await noSideways(admin);
    await row(admin, name, 'waiting').getByRole('button', { name: `Approve the device of ${name}` }).click();
    await row(admin, name, 'approved').getByText('by Clinic key').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor({ timeout: 30000 });

    await row(admin, name, 'approved').getByRole('button', { name: `Revoke the device of ${name}` }).click();
    await admin.getByRole('dialog').getByText('signed out at once').waitFor();
    await admin.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row(admin, name, 'revoked').waitFor();
    await page.getByText('You were signed out').waitFor();
  }));

test('whoever waits may try at once, or go back', () => withBoth(1280, async (admin, page) => {
  await signIn(page, 'arun');
  await waits(page);
  await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
  await page.getByLabel('E-mail').waitFor();
  await signIn(page, 'arun');
  await waits(page);
  await admin.reload();
  await row(admin, 'Dr. Arun Shah', 'waiting').getByRole('button', { name: 'Refuse the device of Dr. Arun Shah' }).click();
  await row(admin, 'Dr. Arun Shah', 'revoked').waitFor();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByRole('button', { name: 'Try now' }).waitFor();
  await waits(page);
  await row(admin, 'Dr. Arun Shah', 'revoked').getByRole('button', { name: 'Approve the device of Dr. Arun Shah' }).click();
  await row(admin, 'Dr. Arun Shah', 'approved').waitFor();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
}));
