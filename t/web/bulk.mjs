/*
 * Many at once: chosen in the list by mouse and keyboard, or a doctor's day in
 * the calendar; what would become of each, the doing, and the way back.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { ARUN, MEERA, PHYSIOTHERAPY, addDays, appointment, at, book, counts, request, showCalendar, workday } from './lib/diary.mjs';
import { change, hasSql, launch, noSideways, refused, roles, sql, violations, widths, withStaff } from './lib/staff.mjs';

const { moveOf, nowhere, wayBack } = await import(new URL('../../www/src/staff/bulk/plan.js', import.meta.url));

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/* Days that nobody else in this file has, and names that nobody has. */
let taken = 30;
const newDay = async () => workday(++taken);
let named = 0;
const newName = () => `Zinnia${++named}${Math.random().toString(36).slice(2, 6)}`;

/** So many visits on one day of its own, one after the other from nine o'clock. */
async function visits(n, { every = 15, ...more } = {}) {
  const day = await newDay();
  const name = newName();
  const rows = [];
  for (let i = 0; i < n; i++) {
    const minute = 9 * 60 + i * every;
    rows.push(await book(day, `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`, { name: `${name} ${i + 1}`, ...more }));
  }
  return { day, name, rows };
}

const statuses = async (rows) => (await Promise.all(rows.map(({ id }) => appointment(id)))).map(({ status }) => status).join(' ');
const starts = async (rows) => (await Promise.all(rows.map(({ id }) => appointment(id)))).map(({ startsAt }) => new Date(Date.parse(startsAt) + 330 * 60_000).toISOString().slice(11, 16)).join(' ');
const box = (page, name) => page.getByRole('checkbox', { name: `Choose ${name}`, exact: true });
const bar = (page) => page.locator('.picks');
const dialog = (page) => page.getByRole('dialog');
const outcomes = (page) => dialog(page).locator('.outcome');
const toast = (page, text) => page.locator('.toast', { hasText: text });
const press = (page, name) => dialog(page).getByRole('button', { name, exact: true }).click();

async function show(page, name, n, width = 1280) {
  await page.goto(`/staff/appointments?all=1&q=${name}`);
  await counts(page.locator('tr[data-row]'), n, 'they are listed');
  if (width < 600)
    await page.getByRole('button', { name: 'Choose several' }).click();
}

test('a move is a doctor, a day, an amount; or none', () => {
  assert.equal(moveOf(nowhere), null);
  assert.equal(moveOf({ ...nowhere, amount: '0' }), null);
  assert.deepEqual(moveOf({ ...nowhere, amount: '15' }), { minutes: 15 });
  assert.deepEqual(moveOf({ ...nowhere, amount: '2', unit: 'hours', way: 'earlier' }), { minutes: -120 });
  assert.deepEqual(moveOf({ ...nowhere, doctorId: 'm' }), { toDoctorId: 'm' });
  assert.deepEqual(moveOf({ ...nowhere, day: '2026-12-03', amount: '30' }, '2026-12-01'), { minutes: 2 * 1440 + 30 });
  assert.equal(moveOf({ ...nowhere, day: '2027-12-03' }, '2026-12-01'), null, 'not by a year');
  assert.deepEqual(moveOf({ ...nowhere, amount: '15', outside: true }), { minutes: 15, outsideHours: true });
});

test('the way back takes back what has changed, and nothing else', () => {
  const was = [{ id: 'a', version: 1, doctorId: 'm' }, { id: 'b', version: 4, doctorId: 'm' }];
  const is = [{ id: 'a', version: 2, doctorId: 'm' }, { id: 'b', version: 4, doctorId: 'm' }];
  assert.deepEqual(wayBack({ action: 'cancel' }, was, is), { step: { action: 'undo' }, items: [is[0]] });
  assert.equal(wayBack({ action: 'cancel' }, was, was), null);
  assert.deepEqual(wayBack({ action: 'move', minutes: 15 }, was, is).step, { action: 'move', minutes: -15, outsideHours: true });
  assert.deepEqual(wayBack({ action: 'move', toDoctorId: 'x' }, was, is).step, { action: 'move', toDoctorId: 'm', outsideHours: true });
  const both = [{ id: 'a', version: 1, doctorId: 'm' }, { id: 'b', version: 4, doctorId: 'n' }];
  assert.equal(wayBack({ action: 'move', toDoctorId: 'x' }, both, both.map((one) => ({ ...one, version: 9 }))), null, 'not to several doctors in one step');
});

for (const who of roles)
  for (const width of widths)
    test(`${who} cancels three of four at ${width} pixels, and takes it back`, () => withStaff(browser, who, { width })(async (page) => {
      const { name, rows } = await visits(4);
      await show(page, name, 4, width);
      await box(page, `${name} 1`).check();
      await box(page, `${name} 3`).click({ modifiers: ['Shift'] });
      await bar(page).getByText('3 chosen').waitFor();
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about what is chosen');
      await noSideways(page);
      await bar(page).getByRole('button', { name: 'Cancel…' }).click();
      await dialog(page).getByText('All 3 can be cancelled.').waitFor();
      assert.equal(await outcomes(page).count(), 3);
      assert.equal(await statuses(rows), 'confirmed confirmed confirmed confirmed', 'looking changes nothing');
      assert.deepEqual(await violations(page), [], 'nor about the dialog');
      await noSideways(page);
      await press(page, 'Cancel 3 appointments');
      await toast(page, '3 appointments are cancelled').waitFor();
      await dialog(page).waitFor({ state: 'detached' });
      assert.equal(await statuses(rows), 'cancelled cancelled cancelled confirmed');
      await counts(page.locator('tr.is-cancelled'), 3, 'the list shows it at once');
      assert.equal(await bar(page).count(), 0, 'nothing is chosen any more');
      await toast(page, 'are cancelled').getByRole('button', { name: 'Undo' }).click();
      await toast(page, '3 appointments are as before').waitFor();
      assert.equal(await statuses(rows), 'confirmed confirmed confirmed confirmed');
      await counts(page.locator('tr.is-cancelled'), 0, 'and so does the list');
    }));

test('by keyboard alone', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const { name, rows } = await visits(4, { service: PHYSIOTHERAPY, doctor: ARUN, every: 45 });
  await show(page, name, 4);
  await page.keyboard.press('j');
  await page.locator(`tr[data-row="${rows[0].id}"] a:focus`).waitFor();
  await page.keyboard.press('x');
  await bar(page).getByText('1 chosen').waitFor();
  for (const id of rows.slice(1, 3).map((row) => row.id)) {
    await page.keyboard.press('j');
    await page.locator(`tr[data-row="${id}"] a:focus`).waitFor();
  }
  await page.keyboard.press('Shift+X');
  await bar(page).getByText('3 chosen').waitFor();
  await page.keyboard.press('Escape');
  await bar(page).waitFor({ state: 'detached' });
  await page.keyboard.press('x');
  await bar(page).getByText('1 chosen').waitFor();
  await bar(page).getByRole('button', { name: 'Choose all 4' }).focus();
  await page.keyboard.press('Enter');
  await bar(page).getByText('4 chosen').waitFor();
  await bar(page).getByRole('button', { name: 'Confirm…' }).focus();
  await page.keyboard.press('Enter');
  await dialog(page).getByText('All 4 can be confirmed.').waitFor();
  await dialog(page).getByRole('button', { name: 'Confirm 4 appointments' }).focus();
  await page.keyboard.press('Enter');
  await toast(page, '4 appointments are confirmed').waitFor();
  assert.equal(await statuses(rows), 'confirmed confirmed confirmed confirmed');
}));

test('the box in the head chooses all, then none', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const { name } = await visits(3);
  await show(page, name, 3);
  const all = page.getByRole('checkbox', { name: 'Choose all', exact: true });
  await box(page, `${name} 2`).check();
  assert.equal(await all.evaluate((one) => one.indeterminate), true, 'some are');
  await all.click();
  await bar(page).getByText('3 chosen').waitFor();
  assert.equal(await all.isChecked(), true);
  await all.click();
  await bar(page).waitFor({ state: 'detached' });
  await box(page, `${name} 2`).check();
  await page.goto(`/staff/appointments?all=1&q=${name}&status=cancelled`);
  await page.locator('.empty').waitFor();
  assert.equal(await bar(page).count(), 0, 'another filter begins anew');
}));

test('who cannot is told apart, and can be left out', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const { name, rows } = await visits(3);
  await show(page, name, 3);
  await change(await change(rows[1], { status: 'checked_in' }), { status: 'in_progress' });
  await page.getByRole('checkbox', { name: 'Choose all', exact: true }).check();
  await bar(page).getByRole('button', { name: 'Cancel…' }).click();
  await dialog(page).getByText('2 of 3 can be cancelled. All are done together, or none.').waitFor();
  assert.match(await outcomes(page).first().innerText(), new RegExp(`${name} 2[\\s\\S]*not possible: With doctor`), 'who stands in the way comes first');
  assert.equal(await dialog(page).getByRole('button', { name: 'Cancel 3 appointments' }).getAttribute('aria-disabled'), 'true');
  await press(page, 'Leave out the one');
  await dialog(page).getByText('All 2 can be cancelled.').waitFor();
  await press(page, 'Cancel 2 appointments');
  await toast(page, '2 appointments are cancelled').waitFor();
  assert.equal(await statuses(rows), 'cancelled in_progress cancelled');
}));

for (const width of widths)
  test(`a row of visits moves at ${width} pixels, and back`, () => withStaff(browser, 'desk', { width })(async (page) => {
    const { name, rows } = await visits(3);
    await show(page, name, 3, width);
    await page.getByRole('checkbox', { name: 'Choose all', exact: true }).check();
    await bar(page).getByRole('button', { name: 'Move…' }).click();
    await dialog(page).getByText('Say where they go').waitFor();
    assert.equal(await dialog(page).getByRole('button', { name: /^Move/ }).getAttribute('aria-disabled'), 'true');
    await dialog(page).getByLabel('How many').fill('15');
    await dialog(page).getByText('All 3 can move.').waitFor();
    assert.match((await outcomes(page).first().innerText()).replace(/\s+/g, ' '), /09:00 goes to 09:15/);
    await dialog(page).getByLabel('Later or earlier').selectOption('earlier');
    await dialog(page).getByText('0 of 3 can move.').waitFor();
    await dialog(page).getByLabel('Also outside the doctor’s hours').check();
    await dialog(page).getByText('All 3 can move.').waitFor();
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    await noSideways(page);
    await dialog(page).getByLabel('Later or earlier').selectOption('later');
    await dialog(page).getByLabel('Also outside the doctor’s hours').uncheck();
    await dialog(page).getByLabel('To the doctor').selectOption({ label: 'Dr. Arun Shah' });
    await outcomes(page).first().getByText('Dr. Arun Shah').waitFor();
    await press(page, 'Move 3 appointments');
    await toast(page, '3 appointments have moved').waitFor();
    assert.equal(await starts(rows), '09:15 09:30 09:45');
    assert.equal((await appointment(rows[0].id)).doctorId, ARUN);
    await toast(page, 'have moved').getByRole('button', { name: 'Undo' }).click();
    await toast(page, '3 appointments are as before').waitFor();
    assert.equal(await starts(rows), '09:00 09:15 09:30');
    assert.equal((await appointment(rows[0].id)).doctorId, MEERA);
  }));

test('what changes between looking and doing stops all of it', () => withStaff(browser, 'desk', { width: 1280 }, refused)(async (page) => {
  const { name, rows } = await visits(2);
  await show(page, name, 2);
  await page.getByRole('checkbox', { name: 'Choose all', exact: true }).check();
  await bar(page).getByRole('button', { name: 'Cancel…' }).click();
  await dialog(page).getByText('All 2 can be cancelled.').waitFor();
  await change(rows[1], { reason: 'Is coming after all' });
  await press(page, 'Cancel 2 appointments');
  await dialog(page).getByText('Something has changed meanwhile.').waitFor();
  assert.equal(await statuses(rows), 'confirmed confirmed', 'nothing was done');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about that');
  await dialog(page).getByText('All 2 can be cancelled.').waitFor();
  await press(page, 'Cancel 2 appointments');
  await toast(page, '2 appointments are cancelled').waitFor();
}));

test('a lost answer is asked for again, and nothing is done twice', () => withStaff(browser, 'desk', { width: 1280 }, /ERR_FAILED/)(async (page) => {
  const { name, rows } = await visits(2);
  await show(page, name, 2);
  await page.getByRole('checkbox', { name: 'Choose all', exact: true }).check();
  await bar(page).getByRole('button', { name: 'Move…' }).click();
  await dialog(page).getByLabel('How many').fill('1');
  await dialog(page).getByLabel('Minutes, hours or days').selectOption('hours');
  await dialog(page).getByText('All 2 can move.').waitFor();
  let lost = 0;
  await page.route('**/api/appointments/bulk', async (route) => {
    if (lost++)
      return route.continue();
    await route.fetch();
    return route.abort();
  });
  await press(page, 'Move 2 appointments');
  await toast(page, '2 appointments have moved').waitFor();
  assert.ok(lost > 1, 'it was sent again');
  assert.equal(await starts(rows), '10:00 10:15', 'by one hour, not two');
}));

test('without a connection nothing is begun', () => withStaff(browser, 'desk', { width: 1280 }, /ERR_INTERNET_DISCONNECTED|status of 503/)(async (page) => {
  const { name } = await visits(1);
  await show(page, name, 1);
  await box(page, `${name} 1`).check();
  await page.context().setOffline(true);
  await page.locator('.live--off').waitFor();
  for (const button of ['Move…', 'Cancel…'])
    assert.equal(await bar(page).getByRole('button', { name: button }).getAttribute('aria-disabled'), 'true');
}));

test('five hundred at most, in one go', { skip: !hasSql }, () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  const name = newName();
  sql(`INSERT INTO core.appointment (clinic_id, name, phone) SELECT (SELECT id FROM core.clinic ORDER BY position LIMIT 1), '${name} ' || n, '+919811100000' FROM generate_series(1, 520) n`);
  await page.goto(`/staff/appointments?all=1&q=${name}`);
  await page.getByText('520 appointments').waitFor();
  await page.getByRole('checkbox', { name: 'Choose all', exact: true }).check();
  await toast(page, 'the first 500 are chosen').waitFor();
  await bar(page).getByText('500 chosen').waitFor();
  await bar(page).getByRole('button', { name: 'Cancel…' }).click();
  await dialog(page).getByText('All 500 can be cancelled.').waitFor();
  await press(page, 'Cancel 500 appointments');
  await toast(page, '500 appointments are cancelled').waitFor();
  assert.equal(sql(`SELECT count(*) FROM core.appointment WHERE name LIKE '${name} %' AND status = 'cancelled'`), '500');
  await page.goto(`/staff/appointments?all=1&q=${name}&status=lead`);
  await page.getByText('20 appointments').waitFor();
}));

for (const who of roles)
  for (const width of widths)
    test(`${who} cancels a doctor's day in the calendar at ${width} pixels`, () => withStaff(browser, who, { width })(async (page) => {
      const { day, rows } = await visits(2);
      await showCalendar(page, day, `&doctor=${MEERA}`);
      await page.getByRole('button', { name: /^More for Dr. Meera Rao/ }).click();
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the menu');
      await page.getByRole('button', { name: 'Cancel this day…' }).click();
      await dialog(page).getByText('All 2 can be cancelled.').waitFor();
      await dialog(page).getByText('Dr. Meera Rao,').waitFor();
      assert.deepEqual(await violations(page), [], 'nor about the dialog');
      await noSideways(page);
      await press(page, 'Cancel 2 appointments');
      await toast(page, '2 appointments are cancelled').waitFor();
      assert.equal(await statuses(rows), 'cancelled cancelled');
      await toast(page, 'are cancelled').getByRole('button', { name: 'Undo' }).click();
      await toast(page, 'are as before').waitFor();
      assert.equal(await statuses(rows), 'confirmed confirmed');
    }));

test('a day moves to another one, the calendar follows', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const { day, rows } = await visits(2);
  let to = addDays(day, 1);
  if (new Date(`${to}T00:00:00Z`).getUTCDay() === 0)
    to = addDays(to, 1);
  taken += 2;
  await showCalendar(page, day);
  await page.getByRole('button', { name: /^More for Dr. Meera Rao/ }).click();
  await page.getByRole('button', { name: 'Move this day…' }).click();
  await dialog(page).getByLabel('To the day').fill(to);
  await dialog(page).getByLabel('How many').fill('30');
  await dialog(page).getByText('All 2 can move.').waitFor();
  await press(page, 'Move 2 appointments');
  await toast(page, '2 appointments have moved').waitFor();
  assert.deepEqual((await Promise.all(rows.map(({ id }) => appointment(id)))).map(({ startsAt }) => Date.parse(startsAt)), ['09:30', '09:45'].map((time) => Date.parse(at(to, time))));
  await counts(page.locator(`[data-visit="${rows[0].id}"]`), 0, 'it has left the day');
  const { items } = await request('GET', `/api/calendar?from=${day}&to=${day}&doctorId=${MEERA}`);
  assert.ok(!items.some(({ id }) => id === rows[0].id));
}));

test('in Hindi', () => withStaff(browser, 'desk', { width: 390, locale: 'hi-IN' })(async (page) => {
  const { name, rows } = await visits(2);
  await page.goto(`/staff/appointments?all=1&q=${name}`);
  await counts(page.locator('tr[data-row]'), 2, 'they are listed');
  await page.getByRole('button', { name: 'कई चुनें' }).click();
  await page.getByRole('checkbox', { name: 'सब चुनें' }).check();
  await bar(page).getByRole('button', { name: 'रद्द करें…' }).click();
  await dialog(page).getByText('सभी 2 रद्द हो सकती हैं').waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say');
  await noSideways(page);
  await press(page, '2 अपॉइंटमेंट रद्द करें');
  await toast(page, '2 अपॉइंटमेंट रद्द हुईं').waitFor();
  assert.equal(await statuses(rows), 'cancelled cancelled');
}));
