/*
 * Today, as each role sees it: one tap moves a person on, the toast takes it
 * back, and the board says what it knows when the server is away.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { block, blocked, hears } from './lib/live.mjs';
import { ZONE, change, column, cut, demo, hasSql, heard, launch, noSideways, refused, roles, rowOf, sql, ticket, violations, visit, widths, withStaff } from './lib/staff.mjs';
import { until } from './lib/until.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const open = async (page) => {
  await page.goto('/staff/today');
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await page.locator('.board:not([aria-busy]), .empty').first().waitFor();
};

const inColumn = (page, name, who) => column(page, name).locator('.ticket', { hasText: who }).waitFor();
const tap = (page, who, word) => ticket(page, who).getByRole('button', { name: new RegExp(`^${word} ?: ${who}$`) }).click();

for (const who of roles)
  for (const width of widths)
    test(`${who} moves a patient through the day at ${width} pixels`, () => withStaff(browser, who, { width })(async (page) => {
      const { id, name } = await visit();
      await open(page);
      await inColumn(page, 'expected', name);
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the board');
      await noSideways(page);

      await tap(page, name, 'Has arrived');
      await inColumn(page, 'waiting', name);
      await page.locator('.toast', { hasText: `${name} is waiting` }).getByRole('button', { name: 'Undo' }).click();
      await inColumn(page, 'expected', name);
      assert.equal((await rowOf(id)).status, 'confirmed', 'the server took it back as well');

      for (const [word, to] of [['Has arrived', 'waiting'], ['Call in', 'inside'], ['Finish', 'done']]) {
        await tap(page, name, word);
        await inColumn(page, to, name);
      }
      await page.locator('.toast', { hasText: `${name} is done` }).waitFor();
      assert.equal((await rowOf(id)).status, 'completed', 'quick taps wait for each other');
      assert.deepEqual(await violations(page), [], 'nor with the toasts');
    }));

test('a tap shows before the server has answered, and is taken back when it refuses', () => withStaff(browser, 'desk', { width: 1280 }, new RegExp(`${refused.source}|${blocked.source}`))(async (page) => {
  await block(page, 'socket', 'events'); /* it does not hear of it */
  const row = await visit();
  await open(page);
  await inColumn(page, 'expected', row.name);
  await change(row, { status: 'cancelled' });
  let goOn;
  const held = new Promise((resolve) => { goOn = resolve; });
  await page.route(`**/api/appointments/${row.id}`, async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer });
  });
  await tap(page, row.name, 'Has arrived');
  await inColumn(page, 'waiting', row.name);
  goOn();
  await page.locator('.toast', { hasText: 'Someone else has just changed this' }).waitFor();
  await ticket(page, row.name).waitFor({ state: 'detached' });
}));

test('what others do appears by itself, and is marked', () => withStaff(browser, 'desk', { width: 1280, reducedMotion: 'no-preference' })(async (page) => {
  const row = await visit();
  await open(page);
  await inColumn(page, 'expected', row.name);
  await hears(page, 'live');
  const other = await visit();
  await inColumn(page, 'expected', other.name);
  assert.ok(await ticket(page, other.name).evaluate((card) => card.classList.contains('arrives')), 'it slides in');
  await change(row, { status: 'checked_in' });
  await inColumn(page, 'waiting', row.name);
}));

test('without a hub it asks every 60 s, also when nobody looks', () => withStaff(browser, 'desk', { width: 1280 }, blocked)(async (page) => {
  await block(page, 'socket', 'events');
  await page.clock.install();
  await open(page);
  await page.waitForLoadState('networkidle'); // what is under way would be given up when the clock jumps
  let asked = 0;
  page.on('request', (request) => request.url().endsWith('/sync') && asked++);
  await page.clock.runFor(45_000); // the clock of the page goes on by itself, too: here is room for a busy machine
  await heard(page);
  assert.equal(asked, 0);
  await page.clock.runFor(16_000);
  await until(() => asked > 0, 'after a minute it asks');
  await heard(page);
  assert.equal(asked, 1);
}));

test('somebody walks in', () => withStaff(browser, 'desk', { width: 390 })(async (page) => {
  const name = `Vanita ${Math.random().toString(36).slice(2, 8)}`;
  await open(page);
  await page.getByRole('button', { name: 'Walk-in' }).click();
  const dialog = page.getByRole('dialog', { name: 'New appointment' });
  await dialog.getByRole('combobox', { name: 'Name' }).fill(name);
  await dialog.getByLabel('Phone').fill('98765 00099');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the dialog');
  await dialog.getByRole('button', { name: 'Add to waiting' }).click();
  await inColumn(page, 'waiting', name);
  assert.match(await ticket(page, name).textContent(), /Walk-in.*just arrived/s);
}));

test('who came for no doctor in particular is called in to one', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit({ walkIn: true, doctorId: undefined });
  await open(page);
  await tap(page, row.name, 'Call in');
  await page.getByRole('dialog').getByRole('button', { name: /Arun Shah/ }).click();
  await inColumn(page, 'inside', row.name);
  await page.locator('.toast', { hasText: 'is with Dr. Arun Shah' }).waitFor();
  assert.equal((await rowOf(row.id)).doctorId, demo.arun);
}));

test('one doctor at a time', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const hers = await visit();
  const his = await visit({ doctorId: demo.arun });
  await open(page);
  await inColumn(page, 'expected', his.name);
  await page.locator('.segments').getByText('Dr. Meera Rao').click();
  await ticket(page, his.name).waitFor({ state: 'detached' });
  await inColumn(page, 'expected', hers.name);
  await page.reload();
  await inColumn(page, 'expected', hers.name);
  assert.equal(await ticket(page, his.name).count(), 0, 'the address remembers it');
  assert.equal(await page.locator('.run').count(), 1);
}));

test('a doctor sees their own patients and nobody else’s', () => withStaff(browser, 'doctor', { width: 1280 })(async (page) => {
  const his = await visit({ doctorId: demo.arun });
  const hers = await visit();
  await open(page);
  await inColumn(page, 'expected', hers.name);
  assert.equal(await ticket(page, his.name).count(), 0);
  assert.equal(await page.locator('fieldset.segments').count(), 0, 'there is nothing to choose from');
}));

test('by keyboard: j and k go through the cards, the tap leaves the hands where they were', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await visit();
  await visit();
  await open(page);
  await page.locator('#expected .ticket').nth(1).waitFor();
  const focused = () => page.evaluate(() => document.activeElement.closest('.ticket')?.dataset.ticket);
  const ids = await page.locator('#expected .ticket').evaluateAll((cards) => cards.map((card) => card.dataset.ticket));
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await focused(), ids[1]);
  await page.keyboard.press('k');
  assert.equal(await focused(), ids[0]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.toast').waitFor();
  assert.equal(await focused(), ids[1], 'on the next card of the column');
}));

test('offline: what is known stays, buttons say what they need, and it goes on by itself', () => withStaff(browser, 'desk', { width: 390 }, cut)(async (page) => {
  const row = await visit();
  await open(page);
  await inColumn(page, 'expected', row.name);
  await page.context().setOffline(true);
  await page.locator('.banner', { hasText: 'Offline since' }).waitFor();
  assert.match(await page.locator('.live').textContent(), /Offline since \d\d:\d\d/);
  const button = ticket(page, row.name).getByRole('button', { name: /Has arrived/ });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  const why = await button.getAttribute('aria-describedby');
  assert.match(await page.locator(`#${why}`).textContent(), /needs the connection/);
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await page.context().setOffline(false);
  await page.locator('.banner').waitFor({ state: 'detached' });
  assert.equal(await button.getAttribute('aria-disabled'), null);
}));

test('broken: says so after three tries, and when the next one is', () => withStaff(browser, 'admin', { width: 1280 }, cut)(async (page) => {
  await page.route('**/api/admin/appointments/sync', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: { code: 'UNAVAILABLE', status: 503 } }));
  await page.goto('/staff/today');
  await page.locator('.board[aria-busy]').waitFor();
  await page.getByRole('heading', { name: 'Today’s list does not load' }).waitFor();
  assert.match(await page.locator('.empty').textContent(), /next in \d+ seconds|trying again/);
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await page.unroute('**/api/admin/appointments/sync');
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.locator('.board:not([aria-busy]), .empty:not(.empty--error)').first().waitFor();
}));

/* Last: afterwards there is nobody left. */
test('empty: says when the next one comes', { skip: !hasSql }, () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const day = `(now() AT TIME ZONE '${ZONE}')::date`;
  sql(`DELETE FROM core.appointment WHERE (coalesce(starts_at, created_at) AT TIME ZONE '${ZONE}')::date = ${day}`);
  await open(page);
  await page.getByRole('heading', { name: 'Nobody is expected today' }).waitFor();
  assert.match(await page.locator('.empty').textContent(), /The next visit is .*, \d\d:\d\d: .* with Dr\. /);
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
}));
