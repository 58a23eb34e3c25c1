/*
 * Signing in and out: who gets in, what a refusal says, and that nothing of a
 * session stays in the browser when it is over.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { PASSWORD, base, cut, launch, noSession, noSideways, people, violations, visitor, widths } from './lib/staff.mjs';
import { until } from './lib/until.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const wrongWords = /status of (401|403|429)/;

async function withPage(options, run, expected = noSession) {
  const page = await visitor(browser, options);
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line) && !noSession.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
}

async function signIn(page, who, password = PASSWORD) {
  await page.getByLabel('E-mail').fill(people[who] ?? who);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const names = async (page) => (await page.evaluate(() => indexedDB.databases())).map(({ name }) => name);
const synced = async (page) => (await names(page)).filter((name) => name.startsWith('opdesk-sync:'));

/* What stands in the tables of the synced database. */
const kept = (page) => page.evaluate(async () => {
  const { name } = (await indexedDB.databases()).find((one) => one.name.startsWith('opdesk-sync:'));
  const db = await new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const rows = await new Promise((resolve) => {
    const request = db.transaction('rows').objectStore('rows').getAll();
    request.onsuccess = () => resolve(request.result);
  });
  db.close();
  return rows.map(({ startsAt, createdAt }) => startsAt ?? createdAt);
});

const nav = { admin: 10, desk: 5, doctor: 5 };

for (const who of ['admin', 'desk', 'doctor'])
  for (const width of widths)
    test(`${who} signs in and out at ${width} pixels`, () => withPage({ width }, async (page) => {
      await page.goto('/staff/');
      await page.getByRole('heading', { name: 'Staff' }).waitFor();
      await page.waitForURL((url) => url.pathname === '/staff/sign-in');
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the card');
      await noSideways(page);
      await signIn(page, who);
      await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
      await page.waitForURL((url) => url.pathname === '/staff/today');
      if (width > 600) {
        assert.equal(await page.locator('.side a.nav').count(), nav[who]);
        await page.locator('.me').click();
      } else {
        await page.getByRole('button', { name: 'More' }).click();
      }
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the menu');
      await page.locator('.menu:popover-open').getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.getByRole('heading', { name: 'Staff' }).waitFor();
      assert.equal(await page.locator('.banner').count(), 0, 'who leaves needs no explanation');
      assert.deepEqual(await synced(page), [], 'nothing synced stays');
    }));

test('synced data is named by the user and holds the window only', () => withPage({ width: 1280 }, async (page) => {
  await page.goto('/staff/');
  await signIn(page, 'desk');
  await page.locator('.ticket, .empty').first().waitFor();
  const me = await page.evaluate(async () => (await (await fetch('/api/profiles/me')).json()).id);
  assert.deepEqual(await synced(page), [`opdesk-sync:${me}`]);
  await until(async () => (await kept(page)).length > 10, 'appointments are kept');
  const days = (await kept(page)).map((at) => (Date.parse(at) - Date.now()) / 86_400_000);
  assert.ok(days.every((day) => day >= -90.01 && day <= 180.01), 'of the last 90 and the next 180 days');
}));

test('the admin key is the other way in', () => withPage({ width: 1280 }, async (page) => {
  await page.goto('/staff/');
  await page.getByRole('button', { name: 'Sign in with the admin key' }).click();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await page.getByLabel('Admin key', { exact: true }).fill('a wrong one of sufficient length for it');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('That is not the admin key').waitFor();
  await page.getByLabel('Admin key', { exact: true }).fill('opdesk-demo-admin-key');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  assert.equal(await page.locator('.me__role').textContent(), 'Administrator');
}, wrongWords));

for (const width of widths)
  test(`wrong words are refused without saying which, at ${width} pixels`, () => withPage({ width }, async (page) => {
    await page.goto('/staff/');
    for (const [who, password] of [['desk', 'wrong'], ['nobody@opdesk.test', PASSWORD]]) {
      await signIn(page, who, password);
      await page.getByRole('alert').getByText('That e-mail and password do not go together').waitFor();
      await page.getByRole('button', { name: 'Sign in', exact: true }).and(page.locator(':not([aria-busy])')).waitFor();
    }
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the refusal');
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'nobody@opdesk.test', 'what was typed stays');
  }, wrongWords));

test('the password can be looked at', () => withPage({ width: 390 }, async (page) => {
  await page.goto('/staff/');
  const field = page.getByLabel('Password', { exact: true });
  await field.fill('hunter2');
  await page.getByRole('button', { name: 'Show what I type' }).click();
  assert.equal(await field.getAttribute('type'), 'text');
}));

test('whoever was going somewhere arrives there', () => withPage({ width: 1280 }, async (page) => {
  await page.goto('/staff/appointments?status=no_show');
  await signIn(page, 'desk');
  await page.getByRole('heading', { level: 1, name: 'Appointments' }).waitFor();
  assert.equal(new URL(page.url()).search, '?status=no_show');
  await page.goto('/staff/sign-in?next=https://example.org/staff/today');
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  assert.equal(new URL(page.url()).origin, new URL(base).origin, 'but nowhere else');
}));

test('a session that ends elsewhere ends here, and leaves nothing', () => withPage({ width: 1280 }, async (page) => {
  await page.goto('/staff/');
  await signIn(page, 'arun');
  await page.locator('.ticket, .empty').first().waitFor();
  const other = await page.context().newPage();
  await other.goto('/staff/today');
  await other.locator('.ticket, .empty').first().waitFor();
  assert.equal((await synced(page)).length, 1);
  assert.equal(await page.evaluate(async () => (await fetch('/api/auth/logout-all', { method: 'POST' })).status), 204);
  await until(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    return page.getByText('You were signed out').isVisible();
  }, 'whoever looks is told');
  await other.getByText('You were signed out').waitFor();
  assert.deepEqual(await synced(page), []);
}, /status of 401/));

test('somebody else signs in in another tab: it is theirs in all', () => withPage({ width: 1280 }, async (page) => {
  await page.goto('/staff/');
  await signIn(page, 'arun');
  await page.locator('.ticket, .empty').first().waitFor();
  const his = await synced(page);
  const other = await page.context().newPage();
  await other.goto('/staff/sign-in');
  await other.locator('.me').click();
  await other.locator('.menu:popover-open').getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'Staff' }).waitFor();
  await signIn(other, 'doctor');
  await page.locator('.me__name', { hasText: 'Meera' }).waitFor();
  await page.locator('.ticket, .empty').first().waitFor();
  const hers = await synced(page);
  assert.equal(hers.length, 1);
  assert.notDeepEqual(hers, his, 'nothing of the first is left');
}));

for (const [button, path] of [['Sign out', 'logout'], ['Sign out on every device', 'logout-all']])
  test(`"${button}" without a connection holds, also on the server`, () => withPage({ width: 1280 }, async (page) => {
    await page.goto('/staff/');
    await signIn(page, 'arun');
    await page.locator('.ticket, .empty').first().waitFor();
    await page.context().setOffline(true);
    await page.locator('.me').click();
    await page.locator('.menu:popover-open').getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('heading', { name: 'Staff' }).waitFor();
    assert.deepEqual(await synced(page), [], 'nothing synced stays');
    await page.context().setOffline(false);
    const told = page.waitForResponse(`**/api/auth/${path}`);
    await page.reload();
    assert.equal((await told).status(), 204, 'the server hears of it');
    await page.getByRole('heading', { name: 'Staff' }).waitFor();
  }, cut));

test('signing out ends the session also when its token has run out in the meantime', () => withPage({ width: 1280 }, async (page) => {
  await page.goto('/staff/');
  await signIn(page, 'arun');
  await page.locator('.ticket, .empty').first().waitFor();
  await page.route(/\/(sync|realtime)/, (route) => route.abort()); // which would ask for a new one
  await page.context().clearCookies({ name: '__Host-opdesk' });
  const told = page.waitForResponse((answer) => answer.url().endsWith('/api/auth/logout') && answer.status() === 204);
  await page.locator('.me').click();
  await page.locator('.menu:popover-open').getByRole('button', { name: 'Sign out', exact: true }).click();
  await told;
  await page.reload();
  await page.getByRole('heading', { name: 'Staff' }).waitFor();
  assert.deepEqual((await page.context().cookies()).filter(({ name }) => /refresh|__Host-opdesk$/.test(name)), [], 'nothing is left to come back with');
}, /status of 401|ERR_FAILED|WebSocket/));

test('without a connection it says so and keeps what was typed', () => withPage({ width: 390 }, async (page) => {
  await page.goto('/staff/sign-in');
  await page.getByLabel('E-mail').waitFor();
  await page.context().setOffline(true);
  await signIn(page, 'desk');
  await page.getByRole('alert').getByText('No connection').waitFor();
  assert.equal(await page.getByLabel('E-mail').inputValue(), people.desk);
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
}, cut));

test('in Hindi as well', () => withPage({ width: 390, locale: 'hi-IN' }, async (page) => {
  await page.goto('/staff/');
  await page.getByRole('heading', { name: 'कर्मचारी' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'hi');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await noSideways(page);
}));

test('over plain HTTP under another name it says that opdesk needs HTTPS', async () => {
  const { hostname, port } = new URL(base);
  const { createRequire } = await import('node:module');
  const { chromium } = createRequire(new URL('../../www/package.json', import.meta.url))('playwright-core');
  const mapped = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', `--host-resolver-rules=MAP clinic.example ${hostname}`] });
  try {
    const page = await mapped.newPage();
    await page.goto(`http://clinic.example:${port}/staff/`);
    await page.getByText('opdesk needs HTTPS').waitFor();
    assert.equal(await page.getByLabel('Password').count(), 0, 'nobody types a password there');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  } finally {
    await mapped.close();
  }
});

/* Last: afterwards this account has to wait. */
test('too many tries: a time, not a code', () => withPage({ width: 390 }, async (page) => {
  await page.goto('/staff/');
  const many = page.getByText('Too many tries');
  for (let i = 0; i < 20 && !(await many.isVisible()); i++) {
    await signIn(page, 'admin', `wrong ${i}`);
    await page.getByRole('alert').waitFor();
    await page.locator('button[type=submit]:not([aria-busy])').waitFor();
  }
  await many.waitFor();
  assert.match(await page.getByRole('alert').textContent(), /You can try again in \d:\d\d/);
  assert.equal(await page.getByRole('button', { name: 'Sign in', exact: true }).getAttribute('aria-disabled'), 'true');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
}, wrongWords));
