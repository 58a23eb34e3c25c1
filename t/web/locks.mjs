/*
 * Two people and one appointment: who types has it, the other reads along, an
 * administrator takes it over, and nothing that was typed is lost.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { block, blocked } from './lib/live.mjs';
import { caller, demo, launch, noSideways, pageOf, refused, rowOf, sql, violations, visit, widths, withStaff } from './lib/staff.mjs';
import { until } from './lib/until.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const panel = (page) => page.locator('.panel');
const banner = (page, kind) => page.locator(`[data-lock=${kind}]`);
const field = (page, label) => panel(page).getByLabel(label, { exact: false }).first();
const press = (page, name) => panel(page).getByRole('button', { name, exact: true }).click();
const saved = (page) => page.locator('.toast', { hasText: /^Saved/ }).last().waitFor();

const open = async (page, { id, name }) => {
  await page.goto(`/staff/appointments/${id}`);
  await panel(page).getByRole('heading', { level: 2, name }).waitFor();
  await panel(page).locator('input[name=name]').waitFor();
};

/* Somebody comes back to the page: it asks who has the lock. */
const look = (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
const lockOf = async (id, who = 'admin') => (await (await caller(who))('GET', `/api/appointments/${id}/lock`)).body;
const age = (id, seconds) => sql(`UPDATE core.lock SET acquired_at = acquired_at - interval '${seconds} s', expires_at = expires_at - interval '${seconds} s' WHERE appointment_id = '${id}' AND account_id IS NOT NULL`);

/* Two people at once; each is silent but for what was to be refused. */
async function withTwo(first, second, run, { width = 1280, expected = refused } = {}) {
  const pages = await Promise.all([first, second].map((who) => pageOf(browser, who, { width })));
  try {
    await run(...pages);
    for (const page of pages)
      assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await Promise.all(pages.map((page) => leave(page)));
  }
}

for (const width of widths)
  test(`who types has it, and the other reads along, at ${width} pixels`, () => withTwo('desk', 'doctor', async (desk, doctor) => {
    const row = await visit();
    await open(desk, row);
    await open(doctor, row);
    assert.equal(await panel(desk).locator('.panel__lock').count(), 0, 'who only reads has no lock');
    assert.equal((await lockOf(row.id)).state, 'unlocked');

    await field(desk, 'Reason').fill('Left wrist');
    await banner(desk, 'mine').getByText('You are editing').waitFor();
    assert.match(await banner(desk, 'mine').getByRole('timer').textContent(), /^(5:00|4:5\d)$/, 'with the time that is left');
    assert.equal((await lockOf(row.id)).lock.userInfo.name, 'Deepak Joshi');
    assert.deepEqual(await violations(desk), [], 'axe has nothing to say about one’s own lock');

    await look(doctor);
    await banner(doctor, 'other').getByText('Deepak Joshi is editing').waitFor();
    assert.equal(await field(doctor, 'Reason').getAttribute('readonly'), '', 'then nobody else can type');
    assert.equal(await banner(doctor, 'other').getByRole('button').count(), 0, 'and a doctor takes nothing over');
    assert.deepEqual(await violations(doctor), [], 'axe has nothing to say about another’s lock');
    await noSideways(doctor);
    const before = await banner(doctor, 'other').getByRole('timer').textContent();
    await doctor.waitForFunction((was) => document.querySelector('[data-lock=other] [role=timer]').textContent !== was, before);

    await press(desk, 'Save');
    await saved(desk);
    await banner(desk, 'mine').waitFor({ state: 'detached' });
    assert.equal((await rowOf(row.id)).reason, 'Left wrist');
    await until(async () => (await lockOf(row.id)).state === 'unlocked', 'what is saved is free');
    await look(doctor);
    await banner(doctor, 'other').waitFor({ state: 'detached' });
    await field(doctor, 'Notes').fill('Seen');
    await banner(doctor, 'mine').waitFor();
  }, { width }));

test('closing the panel, or the page, gives the lock back', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row);
  await field(page, 'Notes').fill('Nothing');
  await banner(page, 'mine').waitFor();
  await press(page, 'Discard changes');
  await banner(page, 'mine').waitFor({ state: 'detached' });
  await until(async () => (await lockOf(row.id)).state === 'unlocked', 'discarding');

  await field(page, 'Notes').fill('Something');
  await banner(page, 'mine').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave without saving' }).click();
  await panel(page).waitFor({ state: 'detached' });
  await until(async () => (await lockOf(row.id)).state === 'unlocked', 'closing');

  await open(page, row);
  await field(page, 'Notes').fill('Something else');
  await banner(page, 'mine').waitFor();
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto('/');
  await until(async () => (await lockOf(row.id)).state === 'unlocked', 'going away');
}));

for (const width of widths)
  test(`taken over: what was typed is kept, and three versions are compared, at ${width} pixels`, () => withTwo('desk', 'admin', async (desk, admin) => {
    const row = await visit({ reason: 'Plaster check' });
    await open(desk, row);
    await field(desk, 'Reason').fill('Plaster check, left arm');
    await banner(desk, 'mine').waitFor();

    await open(admin, row);
    await banner(admin, 'other').getByRole('button', { name: 'Take over…' }).click();
    const dialog = admin.getByRole('dialog', { name: 'Take over from Deepak Joshi?' });
    assert.deepEqual(await violations(admin), [], 'axe has nothing to say about the question');
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await banner(admin, 'mine').waitFor();
    await look(desk);
    await banner(desk, 'lost').getByText('Asmita Kulkarni took this over').waitFor();
    assert.equal(await field(desk, 'Reason').inputValue(), 'Plaster check, left arm', 'what was typed is still there');
    assert.equal(await field(desk, 'Reason').getAttribute('readonly'), '');
    assert.equal(await panel(desk).getByRole('button', { name: 'Save', exact: true }).getAttribute('aria-disabled'), 'true', 'but cannot be saved now');
    assert.deepEqual(await violations(desk), [], 'axe has nothing to say about it');
    await noSideways(desk);

    await field(admin, 'Reason').fill('Plaster check, bring X-ray');
    await press(admin, 'Save');
    await saved(admin);
    await look(desk);
    await banner(desk, 'lost').getByText('It is free again.').waitFor();
    await press(desk, 'Save');
    await panel(desk).getByRole('alert').getByText('Someone else saved this appointment').waitFor();
    const line = panel(desk).locator('.versus tbody tr', { has: desk.locator('#v-reason') });
    assert.match(await line.textContent(), /Plaster check.*Plaster check, left arm.*Plaster check, bring X-ray/s, 'before, mine, theirs');
    assert.deepEqual(await violations(desk), [], 'axe has nothing to say about three versions');
    await noSideways(desk);
    await press(desk, 'Save this choice');
    await saved(desk);
    assert.equal((await rowOf(row.id)).reason, 'Plaster check, left arm');
    assert.deepEqual(sql(`SELECT string_agg(event, ' ' ORDER BY made_at) FROM core.lock_event WHERE appointment_id = '${row.id}'`).split(' '),
      ['acquired', 'taken_over', 'acquired', 'released', 'acquired', 'released']);
  }, { width }));

test('a lease that has run out is taken back, or somebody else has it', () => withTwo('desk', 'admin', async (desk) => {
  await block(desk, 'socket', 'events'); /* it does not hear of it */
  const row = await visit();
  await open(desk, row);
  await field(desk, 'Reason').fill('Slow');
  await banner(desk, 'mine').waitFor();
  age(row.id, 301);
  await look(desk);
  await banner(desk, 'lost').or(banner(desk, 'expired')).waitFor();
  await banner(desk, 'expired').waitFor();
  assert.match(await banner(desk, 'expired').textContent(), /Your five minutes are over.*0:1\d.*What you typed is still here/s);
  assert.deepEqual(await violations(desk), [], 'axe has nothing to say about it');
  await banner(desk, 'expired').getByRole('button', { name: 'Go on editing' }).click();
  await banner(desk, 'mine').waitFor();

  age(row.id, 316);
  const call = await caller('admin');
  assert.equal((await call('POST', `/api/appointments/${row.id}/acquire-lock`)).status, 201);
  await press(desk, 'Save');
  await banner(desk, 'lost').getByText('Asmita Kulkarni took this over').waitFor();
  assert.equal(await field(desk, 'Reason').inputValue(), 'Slow', 'a save that came too late loses nothing');
  assert.equal((await rowOf(row.id)).version, row.version, 'and saves nothing');
  await call('DELETE', `/api/appointments/${row.id}/release-lock`);
  await look(desk);
  await banner(desk, 'lost').getByRole('button', { name: 'Go on editing' }).click();
  await banner(desk, 'mine').waitFor();
  await press(desk, 'Save');
  await saved(desk);
}, { expected: new RegExp(`${refused.source}|${blocked.source}`) }));

test('one person in two windows is told so', () => withTwo('desk', 'desk', async (one, two) => {
  const row = await visit();
  await open(one, row);
  await open(two, row);
  await field(one, 'Reason').fill('First window');
  await banner(one, 'mine').waitFor();
  await look(two);
  await banner(two, 'conflict').getByText('You are editing this in another window').waitFor();
  assert.deepEqual(await violations(two), [], 'axe has nothing to say about it');
  await banner(two, 'conflict').getByRole('button', { name: 'Edit here' }).click();
  await banner(two, 'mine').waitFor();
  await look(one);
  await banner(one, 'conflict').waitFor();
  assert.equal(await field(one, 'Reason').inputValue(), 'First window');
}));

test('lists and calendar show who edits', () => withTwo('desk', 'admin', async (desk, admin) => {
  const row = await visit();
  const call = await caller('arun');
  const his = await visit({ doctorId: demo.arun });
  await call('POST', `/api/appointments/${his.id}/acquire-lock`);
  await open(desk, row);
  await field(desk, 'Reason').fill('Marked');
  await banner(desk, 'mine').waitFor();

  await admin.goto(`/staff/appointments?q=${encodeURIComponent('Guest')}`);
  await admin.locator(`[data-row="${row.id}"] .by`, { hasText: 'Deepak' }).waitFor();
  await admin.locator(`[data-row="${his.id}"] .by`, { hasText: 'Arun' }).waitFor();
  assert.deepEqual(await violations(admin), [], 'axe has nothing to say about the marks');
  await admin.goto('/staff/calendar');
  await admin.locator(`[data-visit="${row.id}"] .event__who`).waitFor();
  assert.deepEqual(await violations(admin), [], 'nor in the calendar');
}));

for (const width of widths)
  test(`the page of locks: who holds what, released and taken over, at ${width} pixels`, () => withStaff(browser, 'admin', { width })(async (page) => {
    sql("UPDATE core.lock SET id = NULL, account_id = NULL, session_id = NULL, acquired_at = NULL, expires_at = '-infinity', step = 'released' WHERE account_id IS NOT NULL");
    await page.goto('/staff/locks');
    await page.getByText('Nobody is editing').waitFor();
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about an empty page');
    const [desk, arun] = [await caller('desk'), await caller('arun')];
    const [row, his] = [await visit(), await visit({ doctorId: demo.arun })];
    await desk('POST', `/api/appointments/${row.id}/acquire-lock`);
    await arun('POST', `/api/appointments/${his.id}/acquire-lock`);
    await page.reload();
    const line = (id) => page.locator(`[data-lock="${id}"]`);
    assert.match(await line(row.id).textContent(), new RegExp(`Deepak Joshi.*${row.name}`, 's'));
    await line(his.id).getByText('Dr. Arun Shah').waitFor();
    await page.locator('.tally', { hasText: 'Taken' }).first().waitFor();
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about a full page');
    await noSideways(page);

    await line(row.id).getByRole('button', { name: 'Release…' }).click();
    const dialog = page.getByRole('dialog', { name: 'End the editing of Deepak Joshi?' });
    await dialog.getByRole('button', { name: 'Release', exact: true }).click();
    await line(row.id).waitFor({ state: 'detached' });
    assert.equal((await lockOf(row.id)).state, 'unlocked');
    await line(his.id).getByRole('button', { name: 'Take over…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
    await panel(page).getByRole('heading', { level: 2, name: his.name }).waitFor();
    assert.equal((await lockOf(his.id)).lock.userInfo.name, 'Asmita Kulkarni');
  }));

test('the page of locks is for administrators', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await page.goto('/staff/locks');
  await page.waitForURL('**/staff/today');
  assert.equal(await page.getByRole('link', { name: 'Locks' }).count(), 0);
}));

test('and says when it does not load', () => withStaff(browser, 'admin', { width: 390 }, /status of 503/)(async (page) => {
  await page.route('**/api/**/locks**', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE', status: 503 } }));
  await page.route('**/api/locks', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE', status: 503 } }));
  await page.goto('/staff/locks');
  await page.getByText('The locks do not load').first().waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await page.unroute('**/api/**/locks**');
  await page.unroute('**/api/locks');
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.locator('.table--locks').or(page.getByText('Nobody is editing')).waitFor();
}));
