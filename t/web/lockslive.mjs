/*
 * The same with a hub: nobody asks, everybody is told; and where the others
 * are is seen (LOCK-4, LOCK-7).
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { launch, pageOf, rowOf, violations, visit, widths } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const panel = (page) => page.locator('.panel');
const banner = (page, kind) => page.locator(`[data-lock=${kind}]`);
const field = (page, label) => panel(page).getByLabel(label, { exact: false }).first();
const SOON = 3000; /* the page itself would ask after ten seconds */

const open = async (page, { id, name }) => {
  await page.goto(`/staff/appointments/${id}`);
  await panel(page).getByRole('heading', { level: 2, name }).waitFor();
  await panel(page).locator('input[name=name]').waitFor();
  await page.locator('[data-live=live]').first().waitFor({ state: 'attached' });
};

async function withTwo(first, second, run, { width = 1280 } = {}) {
  const pages = await Promise.all([first, second].map((who) => pageOf(browser, who, { width })));
  try {
    await run(...pages);
    for (const page of pages)
      assert.deepEqual(page.noise.filter((line) => !/status of (409|423)/.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await Promise.all(pages.map((page) => leave(page)));
  }
}

test('taken, taken over and given back: each page is told at once', () => withTwo('desk', 'admin', async (desk, admin) => {
  const row = await visit();
  await open(desk, row);
  await open(admin, row);
  await field(desk, 'Reason').fill('Told at once');
  await banner(admin, 'other').getByText('Deepak Joshi is editing').waitFor({ timeout: SOON });
  await banner(admin, 'other').getByRole('button', { name: 'Take over…' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
  await banner(desk, 'lost').getByText('Asmita Kulkarni took this over').waitFor({ timeout: SOON });
  assert.equal(await field(desk, 'Reason').inputValue(), 'Told at once', 'what was typed is kept');
  await field(admin, 'Reason').fill('By the administrator');
  await panel(admin).getByRole('button', { name: 'Save', exact: true }).click();
  await banner(desk, 'lost').getByText('It is free again.').waitFor({ timeout: SOON });
  await banner(desk, 'lost').getByRole('button', { name: 'Compare' }).click();
  await panel(desk).locator('.versus').getByText('By the administrator').waitFor({ timeout: SOON });
  await panel(desk).getByRole('button', { name: 'Save this choice' }).click();
  await desk.locator('.toast', { hasText: /^Saved/ }).waitFor();
  assert.equal((await rowOf(row.id)).reason, 'Told at once');
}));

test('the mark in the list comes and goes by itself', () => withTwo('desk', 'admin', async (desk, admin) => {
  const row = await visit();
  await admin.goto(`/staff/appointments?q=${encodeURIComponent(row.name)}`);
  await admin.locator(`[data-row="${row.id}"]`).waitFor();
  await admin.locator('[data-live=live]').first().waitFor({ state: 'attached' });
  await open(desk, row);
  await field(desk, 'Reason').fill('Marked');
  const mark = admin.locator(`[data-row="${row.id}"] .by`, { hasText: 'Deepak' });
  await mark.waitFor({ timeout: SOON });
  await panel(desk).getByRole('button', { name: 'Discard changes' }).click();
  await mark.waitFor({ state: 'detached', timeout: SOON });
}));

for (const width of widths)
  test(`where the other one is, by name, at ${width} pixels`, () => withTwo('desk', 'doctor', async (desk, doctor) => {
    const row = await visit();
    await open(desk, row);
    await open(doctor, row);
    const cursor = desk.locator('.cursor', { hasText: 'Dr. Meera Rao' });
    if (width < 600)
      await field(doctor, 'Phone').focus(); /* a finger has no place, a field has */
    else
      await field(doctor, 'Phone').hover();
    await cursor.waitFor({ timeout: SOON });
    const [at, phone] = [await cursor.boundingBox(), await field(desk, 'Phone').boundingBox()];
    assert.ok(at.x >= phone.x && at.x <= phone.x + phone.width && at.y >= phone.y - 2 && at.y <= phone.y + phone.height, `over the same field: ${JSON.stringify([at, phone])}`);
    assert.equal(await doctor.locator('.cursor').count(), 0, 'nobody sees their own');
    assert.deepEqual(await violations(desk), [], 'axe has nothing to say about it');
    await field(desk, 'Name').focus();
    await doctor.locator('.cursor', { hasText: 'Deepak Joshi' }).waitFor({ timeout: SOON });
    await cursor.waitFor({ state: 'detached', timeout: 14_000 });
  }, { width }));

test('a cursor moves at most five times a second', () => withTwo('desk', 'doctor', async (desk, doctor) => {
  const row = await visit();
  await open(desk, row);
  await open(doctor, row);
  const frames = [];
  const cdp = await doctor.context().newCDPSession(doctor);
  await cdp.send('Network.enable');
  cdp.on('Network.webSocketFrameSent', ({ response }) => response.payloadData.includes('cursor-position') && frames.push(Date.now()));
  await doctor.reload(); /* the session sees sockets that it has seen open */
  await panel(doctor).locator('input[name=name]').waitFor();
  await doctor.locator('[data-live=live]').first().waitFor({ state: 'attached' });
  const box = await panel(doctor).locator('form').boundingBox();
  const from = Date.now();
  while (Date.now() - from < 2000)
    await doctor.mouse.move(box.x + 20 + ((Date.now() - from) % 200), box.y + 20 + ((Date.now() - from) % 90));
  assert.ok(frames.length >= 3, `${frames.length} were sent`);
  assert.ok(frames.length <= 12, `${frames.length} in two seconds`);
}));

test('whoever is gone gives back what they had', () => withTwo('desk', 'admin', async (desk, admin) => {
  const row = await visit();
  await open(desk, row);
  await open(admin, row);
  await field(desk, 'Reason').fill('Closed the window');
  await banner(admin, 'other').waitFor({ timeout: SOON });
  desk.on('dialog', (dialog) => dialog.accept());
  await desk.goto('about:blank');
  await banner(admin, 'other').waitFor({ state: 'detached', timeout: SOON });
}));
