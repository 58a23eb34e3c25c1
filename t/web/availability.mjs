/*
 * The availability editor: painting with mouse, finger and keys, what it
 * warns of, and what happens when somebody else saves at the same time.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/browser.mjs';
import { ARUN, MEERA, addDays, appointment, at, book, close, freeTimes, open, record, request, sideways, staff, weekday, workday } from './lib/diary.mjs';

const rule = (weekday_, start, end, more) => ({ weekday: weekday_, start, end, slotMinutes: 15, bufferMinutes: 0, validFrom: null, validTo: null, ...more });
const USUAL = [1, 2, 3, 4, 5, 6].flatMap((d) => [rule(d, '09:00', '13:00'), rule(d, '16:00', '19:00')]);

const schedule = (doctor = MEERA) => request('GET', `/api/availability/${doctor}`);

/** Saves a schedule from elsewhere, whatever its version is. */
async function put(change, doctor = MEERA) {
  const { version, rules, exceptions } = await schedule(doctor);
  const answer = await request('PUT', `/api/availability/${doctor}`, { version, rules, exceptions, ...change });
  assert.equal(answer.status, 200, answer.message);
  return answer;
}

before(open);
after(close);

/** A page for one test, on the usual hours; whatever it should not have said fails it. */
async function withPage({ who = 'desk', width = 1280, query = '', wait = '.painter', prepare, ...options }, run, expected = /^$/) {
  await Promise.all([put({ rules: USUAL, exceptions: [] }), put({ rules: USUAL, exceptions: [] }, ARUN)]);
  await prepare?.();
  const page = await staff(who, { width, height: 1100, ...options });
  try {
    await page.goto(`/staff/availability${query}`);
    await page.locator(wait).first().waitFor();
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await page.context().close();
  }
}

const DAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const cell = (page, day, time) => page.getByRole('checkbox', { name: `${DAYS[day]} ${time}`, exact: true });
const bar = (page) => page.locator('.savebar');
const save = (page) => bar(page).getByRole('button', { name: 'Save' });
const toast = (page, text) => page.locator('.toast', { hasText: text });
const preview = (page) => page.locator('section', { has: page.locator('#preview-h') });
const words = (rules) => rules.map((r) => `${r.weekday} ${r.start}-${r.end}`);

async function stroke(page, [day, from], [last, to]) {
  const a = await cell(page, day, from).boundingBox();
  const b = await cell(page, last, to).boundingBox();
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 5 });
  await page.mouse.up();
}

for (const who of ['admin', 'desk', 'doctor'])
  for (const width of [390, 1280])
    test(`${who} sees the hours at ${width} pixels`, () => withPage({ who, width }, async (page) => {
      assert.equal(await page.locator('.painter input:checked').count(), 6 * 14, 'a box for each half hour');
      assert.equal(await page.getByLabel('Doctor', { exact: true }).count(), who === 'doctor' ? 0 : 1, 'a doctor sees only their own');
      assert.equal(await sideways(page), 0, 'nothing hangs over the edge');
      assert.deepEqual(await violations(page), [], 'axe has nothing to say');
      assert.equal(await bar(page).count(), 0, 'there is nothing to save');
    }));

test('hours are painted with the mouse, saved, and offered at once', () => withPage({}, async (page) => {
  const sent = record(page);
  await stroke(page, [4, '14:00'], [5, '14:30']);
  assert.equal(await page.locator('.painter .is-added').count(), 4);
  assert.match(await bar(page).textContent(), /2 changes, not saved/);
  assert.match(await preview(page).textContent(), /32 slots, 4 more/, 'the preview goes to the painted day');
  assert.deepEqual(await violations(page), []);
  await save(page).click();
  await toast(page, 'Saved. Online booking shows the new times now.').waitFor();
  assert.equal(sent.length, 1);
  const { rules } = await schedule();
  assert.deepEqual(words(rules).filter((w) => /14:00/.test(w)), ['4 14:00-15:00', '5 14:00-15:00']);
  let day = await workday(2);
  while (weekday(day) !== 4)
    day = addDays(day, 1);
  assert.ok((await freeTimes(day)).includes('14:15'));
  assert.equal(await bar(page).count(), 0);
  assert.equal(await page.locator('.painter .is-added').count(), 0);
}));

test('the brush erases, a click too, and Ctrl+Z takes it back', () => withPage({}, async (page) => {
  await page.getByText('Erase', { exact: true }).click();
  await stroke(page, [1, '16:00'], [1, '18:30']);
  await cell(page, 6, '12:30').click();
  assert.equal(await page.locator('.painter .is-removed').count(), 7);
  assert.match(await bar(page).textContent(), /2 changes/);
  await page.keyboard.press('Control+z');
  assert.equal(await page.locator('.painter .is-removed').count(), 6);
  await page.keyboard.press('Control+y');
  assert.equal(await page.locator('.painter .is-removed').count(), 7);
  await bar(page).getByRole('button', { name: 'Undo' }).click();
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  assert.equal(await bar(page).count(), 0);
}));

test('Escape stops a stroke', () => withPage({}, async (page) => {
  const box = await cell(page, 7, '09:00').boundingBox();
  await page.mouse.move(box.x + 9, box.y + 9);
  await page.mouse.down();
  await page.mouse.move(box.x + 9, box.y + 90, { steps: 3 });
  assert.ok(await page.locator('.is-under-paint').count() > 2);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  assert.equal(await bar(page).count(), 0);
}));

test('and with the keyboard: one tab stop, arrows, Space, Shift paints on', () => withPage({}, async (page) => {
  assert.equal(await page.locator('.painter input[tabindex="0"]').count(), 1);
  await page.locator('.painter input[tabindex="0"]').focus();
  for (let i = 0; i < 6; i++)
    await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Sunday 09:00');
  await page.keyboard.press('Space');
  assert.equal(await cell(page, 7, '09:00').isChecked(), true);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  assert.equal(await page.locator('.painter .is-added').count(), 3);
  await save(page).focus();
  await page.keyboard.press('Enter');
  await toast(page, 'Saved').waitFor();
  assert.ok(words((await schedule()).rules).includes('7 09:00-10:30'));
}));

test('a finger taps a cell', () => withPage({ width: 390 }, async (page) => {
  await cell(page, 7, '10:00').tap({ force: true });
  assert.equal(await cell(page, 7, '10:00').isChecked(), true);
  assert.match(await bar(page).textContent(), /1 change, not saved/);
  await cell(page, 7, '10:00').tap({ force: true });
  assert.equal(await bar(page).count(), 0);
}));

test('slots and pauses are set for the hours in words, to the minute', () => withPage({}, async (page) => {
  const row = page.locator('.hours tbody tr').first();
  assert.match(await row.textContent(), /^Mon–Sat/);
  await row.getByLabel(/^Slot/).selectOption('20');
  await page.locator('.hours tbody tr').first().getByLabel(/^Pause after/).selectOption('5');
  await page.locator('.hours tbody tr').first().getByLabel(/^Until/).fill('12:40');
  await page.locator('.hours tbody tr').first().getByLabel(/^Until/).blur();
  await save(page).click();
  const orphans = page.getByRole('dialog');
  if (await orphans.count())
    await orphans.getByRole('button', { name: /save$/ }).click();
  await toast(page, 'Saved').waitFor();
  const { rules } = await schedule();
  assert.deepEqual(rules.find((r) => r.weekday === 2), rule(2, '09:00', '12:40', { slotMinutes: 20, bufferMinutes: 5 }));
}));

test('what a change would orphan is said before, and named', () => withPage({}, async (page) => {
  let day = await workday(3);
  while (weekday(day) !== 3)
    day = addDays(day, 1);
  const evening = (await freeTimes(day)).filter((time) => time >= '16:00');
  const { id } = await book(day, evening[0], { name: 'Sunita Deshmukh' });
  await page.reload();
  await page.locator('.painter').waitFor();
  await page.waitForFunction(() => document.querySelector('.painter'));
  await page.getByText('Erase', { exact: true }).click();
  await stroke(page, [3, '16:00'], [3, '18:30']);
  const banner = page.locator('.banner', { hasText: 'without' });
  await banner.waitFor();
  await banner.getByRole('button', { name: 'See them' }).click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.textContent(), /Sunita Deshmukh.*Consultation/);
  assert.deepEqual(await violations(page), []);
  assert.equal(await dialog.getByRole('link', { name: 'Open Sunita Deshmukh' }).getAttribute('href'), `/staff/appointments/${id}`);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await save(page).click();
  await dialog.getByRole('button', { name: 'Back' }).click();
  assert.ok(words((await schedule()).rules).includes('3 16:00-19:00'), 'Back saves nothing');
  await save(page).click();
  await dialog.getByRole('button', { name: /^Keep/ }).click();
  await toast(page, 'Saved').waitFor();
  assert.ok(!words((await schedule()).rules).includes('3 16:00-19:00'));
  assert.equal((await appointment(id)).status, 'confirmed', 'the visit stays');
  await page.locator('.banner', { hasText: 'outside the hours now' }).waitFor();
}));

test('a closed day, closed hours and an extra session', () => withPage({}, async (page) => {
  const [closed, part, extra] = await Promise.all([workday(8), workday(9), workday(10)]);
  const dialog = page.getByRole('dialog');
  const add = async (fill) => {
    await page.getByRole('button', { name: 'Add an exception' }).click();
    await fill();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await add(async () => {
    await dialog.getByLabel('From', { exact: true }).fill(closed);
    await dialog.getByLabel('Until, with that day').fill(closed);
    assert.match(await dialog.textContent(), /appointments? in this time|No appointments/);
    assert.deepEqual(await violations(page), []);
  });
  await add(async () => {
    await dialog.getByLabel('The whole day').uncheck();
    await dialog.getByLabel('Day', { exact: true }).fill(part);
    await dialog.getByLabel('From', { exact: true }).fill('16:00');
    await dialog.getByLabel('Until', { exact: true }).fill('19:00');
  });
  await add(async () => {
    await dialog.getByText('Extra hours').click();
    await dialog.getByLabel('Day', { exact: true }).fill(extra);
    await dialog.getByLabel('From', { exact: true }).fill('14:00');
    await dialog.getByLabel('Until', { exact: true }).fill('15:00');
    await dialog.getByLabel('Slot').selectOption('30');
  });
  assert.match(await preview(page).textContent(), /30 slots, 2 more.*14:00/, 'the preview shows the day of the last one');
  assert.match(await page.locator('.exceptions').textContent(), /Closed.*Closed 16:00–19:00.*Extra 14:00–15:00, every 30 min/);
  assert.deepEqual(await violations(page), []);
  await save(page).click();
  if (await dialog.count())
    await dialog.getByRole('button', { name: /save$/ }).click();
  await toast(page, 'Saved').waitFor();
  const { exceptions } = await schedule();
  assert.deepEqual(exceptions.map((e) => [e.kind, new Date(e.from).toISOString(), new Date(e.to).toISOString()]), [
    ['closed', at(closed, '00:00'), at(addDays(closed, 1), '00:00')], ['closed', at(part, '16:00'), at(part, '19:00')], ['extra', at(extra, '14:00'), at(extra, '15:00')],
  ]);
  assert.deepEqual(await freeTimes(closed), []);
  await page.getByRole('button', { name: /^Change .*Closed 16:00/ }).click();
  await dialog.getByLabel('Until', { exact: true }).fill('15:00');
  assert.match(await dialog.textContent(), /The end is not after the beginning/);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: /^Remove .*Extra/ }).click();
  assert.match(await bar(page).textContent(), /1 change/);
}));

test('a holiday closes the day for every doctor', () => withPage({ who: 'admin' }, async (page) => {
  const day = await workday(12);
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Add an exception' }).click();
  await dialog.getByLabel('From', { exact: true }).fill(day);
  await dialog.getByLabel('Until, with that day').fill(day);
  await dialog.getByLabel(/every doctor/).check();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await save(page).click();
  if (await dialog.count())
    await dialog.getByRole('button', { name: /save$/ }).click();
  await toast(page, 'Saved').waitFor();
  for (const doctor of [MEERA, ARUN])
    assert.deepEqual(await freeTimes(day, { doctor }), []);
}));

test('other hours from a day on', () => withPage({}, async (page) => {
  const day = addDays(await workday(1), 30);
  await page.getByRole('button', { name: 'Other hours from…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('First day of the other hours').fill(day);
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole('button', { name: 'Copy the hours' }).click();
  await page.getByText('Erase', { exact: true }).click();
  await stroke(page, [1, '16:00'], [6, '18:30']);
  assert.equal(await page.locator('#availability-plan option').count(), 2);
  await save(page).click();
  if (await dialog.count())
    await dialog.getByRole('button', { name: /save$/ }).click();
  await toast(page, 'Saved').waitFor();
  const { rules } = await schedule();
  assert.equal(rules.filter((r) => r.validTo === addDays(day, -1)).length, 12);
  assert.equal(rules.filter((r) => r.validFrom === day).length, 6);
}));

test('hours that overlap are not sent', () => withPage({ prepare: () => put({ rules: [...USUAL.map((r) => ({ ...r, validTo: '2099-01-01' })), rule(7, '09:00', '10:00', { validFrom: '2099-01-02' })] }) }, async (page) => {
  await page.getByLabel('Hours', { exact: true }).selectOption({ index: 1 });
  await stroke(page, [1, '09:00'], [1, '09:30']);
  await page.getByLabel('First day').fill('2098-12-01');
  await page.locator('.banner', { hasText: 'These hours overlap' }).waitFor();
  assert.equal(await save(page).getAttribute('aria-disabled'), 'true');
  assert.deepEqual(await violations(page), []);
}));

/** Somebody saves while the page's own save is under way. */
async function meanwhile(page, change) {
  let done = false;
  await page.route(`**/api/availability/${MEERA}`, async (route) => {
    if (route.request().method() === 'PUT' && !done) {
      done = true;
      await put(change);
    }
    await route.continue();
  });
}

test('somebody else saved: mine can go on top of theirs', () => withPage({}, async (page) => {
  await meanwhile(page, { rules: [...USUAL, rule(4, '14:00', '15:00')] });
  await stroke(page, [7, '09:00'], [7, '10:30']);
  await save(page).click();
  const banner = page.locator('.banner', { hasText: 'Somebody else saved these hours' });
  await banner.waitFor();
  assert.match(await banner.textContent(), /Thu 14:00–15:00 added/, 'it says what they did');
  assert.deepEqual(await violations(page), []);
  await banner.getByRole('button', { name: 'Put mine on top' }).click();
  assert.equal(await cell(page, 4, '14:30').isChecked(), true);
  await save(page).click();
  await toast(page, 'Saved').waitFor();
  const now = words((await schedule()).rules);
  assert.ok(now.includes('4 14:00-15:00') && now.includes('7 09:00-11:00'), 'both are saved');
}, /status of 409/));

test('or theirs are taken', () => withPage({}, async (page) => {
  await meanwhile(page, { rules: [...USUAL, rule(4, '14:00', '15:00')] });
  await stroke(page, [7, '09:00'], [7, '10:30']);
  await save(page).click();
  await page.getByRole('button', { name: 'Take theirs' }).click();
  assert.equal(await bar(page).count(), 0);
  assert.equal(await cell(page, 4, '14:30').isChecked(), true);
  assert.equal(await cell(page, 7, '09:00').isChecked(), false);
}, /status of 409/));

test('unsaved hours are not left by mistake', () => withPage({}, async (page) => {
  const dialog = page.getByRole('dialog');
  await stroke(page, [7, '09:00'], [7, '10:30']);
  await page.getByRole('link', { name: 'Calendar' }).first().click();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  assert.match(page.url(), /availability/);
  await page.getByLabel('Doctor', { exact: true }).selectOption({ label: 'Dr. Arun Shah' });
  assert.match(await dialog.textContent(), /1 change would be lost/);
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  assert.equal(await page.getByLabel('Doctor', { exact: true }).inputValue(), MEERA);
  await page.getByRole('link', { name: 'Calendar' }).first().click();
  await dialog.getByRole('button', { name: 'Leave and lose them' }).click();
  await page.waitForURL(/\/staff\/calendar/);
}));

test('a doctor without hours is offered a beginning', () => withPage({ query: `?doctor=${ARUN}`, prepare: () => put({ rules: [] }, ARUN) }, async (page) => {
  await page.getByText('Dr. Arun Shah has no hours yet').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Like Dr. Meera Rao' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.painter input:checked').length === 84);
  await page.keyboard.press('Control+z');
  await page.getByRole('button', { name: 'Mon–Sat 09:00–13:00' }).click();
  await save(page).click();
  const dialog = page.getByRole('dialog');
  if (await dialog.count())
    await dialog.getByRole('button', { name: /save$/ }).click();
  await toast(page, 'Saved').waitFor();
  assert.equal((await schedule(ARUN)).rules.length, 6);
}));

test('without a connection the changes stay', () => withPage({}, async (page) => {
  await stroke(page, [7, '09:00'], [7, '10:30']);
  await page.context().setOffline(true);
  await save(page).click();
  await page.locator('.banner', { hasText: 'The hours were not saved' }).waitFor();
  assert.match(await page.locator('.banner').first().textContent(), /No connection. Your changes are still here/);
  await page.context().setOffline(false);
  await page.waitForFunction(() => navigator.onLine);
  await save(page).click();
  await toast(page, 'Saved').waitFor();
  assert.equal(await page.locator('.banner').count(), 0);
}, /ERR_INTERNET_DISCONNECTED/));

test('hours that do not load are asked for again', () => withPage({ wait: '.work__head' }, async (page) => {
  await page.route(`**/api/availability/*`, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' }));
  await page.reload();
  await page.getByText('The hours do not load').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.unroute('**/api/availability/*');
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.locator('.painter').waitFor();
}, /status of 500/));

test('the month is walked by arrows, and a day shows its slots', () => withPage({}, async (page) => {
  const day = await workday(1);
  await page.locator(`.month [tabindex="0"]`).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const chosen = await page.locator('.month [aria-pressed="true"]').getAttribute('data-date');
  assert.ok(chosen > day);
  assert.equal(await page.locator('.month [tabindex="0"]').count(), 1);
  assert.match(await preview(page).textContent(), weekday(chosen) === 7 ? /0 slots/ : /28 slots/);
}));

test('it speaks Hindi', () => withPage({ locale: 'hi-IN' }, async (page) => {
  await page.getByRole('heading', { level: 1, name: 'उपलब्धता' }).waitFor();
  assert.equal(await sideways(page), 0);
  assert.deepEqual(await violations(page), []);
}));
