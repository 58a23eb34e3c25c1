/*
 * The panel of an appointment: its fields, its steps, and what becomes of two
 * people's work on the same one.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { hears } from './lib/live.mjs';
import { caller, change, cut, demo, launch, noSideways, refused, roles, rowOf, violations, visit, widths, withStaff } from './lib/staff.mjs';
import { until } from './lib/until.mjs';

const form = await import(new URL('../../www/src/staff/panel/form.js', import.meta.url));

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const open = async (page, { id, name }) => {
  await page.goto(`/staff/appointments/${id}`);
  await page.locator('.panel').getByRole('heading', { level: 2, name }).waitFor();
  await page.locator('.panel input[name=name]').waitFor();
};
const panel = (page) => page.locator('.panel');
const field = (page, label) => panel(page).getByLabel(label, { exact: false }).first();
const press = (page, name) => panel(page).getByRole('button', { name, exact: true }).click();
const saved = (page) => page.locator('.toast', { hasText: /^Saved/ }).last().waitFor();

test('two versions: what differs is asked, what only one changed is chosen for them', () => {
  const base = { name: 'Asha', phone: '+919800000001', email: null, doctorId: 'm', serviceId: 'c', startsAt: '2026-11-20T05:30:00+00:00', reason: 'Knee', notes: null };
  const theirs = { ...base, startsAt: '2026-11-20T05:45:00+00:00', reason: 'Knee, bring X-ray', version: 7 };
  const draft = { ...form.draftOf(base), reason: 'Knee, swollen', notes: '' };
  assert.ok(!form.isDirty(form.draftOf(base), base), 'spaces in a phone are no change');
  assert.deepEqual(form.changesOf(draft, base), { reason: 'Knee, swollen' });
  const { asks, same } = form.compare(base, draft, theirs);
  assert.deepEqual(asks.map(({ name, pick }) => [name, pick]), [['visit', 'theirs'], ['reason', 'mine']]);
  assert.deepEqual(same, ['name', 'phone', 'email', 'notes']);
  const next = form.settle(asks, { visit: 'theirs', reason: 'mine' }, draft, theirs);
  assert.deepEqual(form.changesOf(next, theirs), { reason: 'Knee, swollen' });
  assert.deepEqual(form.differing('Knee, swollen', 'Knee, bring X-ray'), { before: 'Knee, ', part: 'swollen', after: '' });
  assert.deepEqual(form.differing('', 'x'), { before: '', part: '', after: '' });
});

for (const who of roles)
  for (const width of widths)
    test(`${who} changes an appointment at ${width} pixels`, () => withStaff(browser, who, { width })(async (page) => {
      const row = await visit();
      await open(page, row);
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the panel');
      await noSideways(page);
      await field(page, 'Reason').fill('Left wrist, since Monday');
      await field(page, 'Notes').fill('Brings X-rays');
      await field(page, 'E-mail').fill('guest@example.org');
      await field(page, 'Phone').fill('98111 22233');
      await press(page, 'Save');
      await saved(page);
      const now = await rowOf(row.id);
      assert.deepEqual([now.reason, now.notes, now.email, now.phone], ['Left wrist, since Monday', 'Brings X-rays', 'guest@example.org', '+919811122233']);
      assert.equal(now.version, row.version + 1, 'in one write');
      await field(page, 'E-mail').fill('');
      await page.keyboard.press('Control+s');
      await page.waitForFunction(() => document.querySelector('.panel input[name=email]').value === '');
      await page.locator('.panel__foot').getByRole('button', { name: 'Discard changes' }).waitFor({ state: 'detached' });
      assert.equal((await rowOf(row.id)).email, null, 'empty is none');
    }));

test('only the steps of its status, and their way back', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit({ status: 'requested' });
  await open(page, row);
  const steps = async () => (await panel(page).locator('.panel__foot button').allTextContents()).filter((name) => !['Save', 'Cancel…'].includes(name));
  assert.deepEqual(await steps(), ['Confirm']);
  await press(page, 'Confirm');
  await panel(page).locator('.badge[data-status=confirmed]').waitFor();
  await page.locator('.toast', { hasText: 'is confirmed' }).getByRole('button', { name: 'Undo' }).click();
  await panel(page).locator('.badge[data-status=requested]').waitFor();
  for (const [name, status] of [['Confirm', 'confirmed'], ['Has arrived', 'checked_in'], ['Call in', 'in_progress'], ['Finish', 'completed']]) {
    await press(page, name);
    await panel(page).locator(`.badge[data-status=${status}]`).waitFor();
    await until(async () => (await rowOf(row.id)).status === status, `it is ${status}`);
  }
  await until(async () => (await panel(page).locator('.panel__foot button').count()) === 0, 'what is done has no further step');
  assert.equal(await field(page, 'Name').getAttribute('readonly'), '');
}));

test('a step takes what was typed along', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row);
  await field(page, 'Notes').fill('Came with her son');
  await press(page, 'Has arrived');
  await panel(page).locator('.badge[data-status=checked_in]').waitFor();
  await page.locator('.toast', { hasText: 'is waiting' }).waitFor();
  const now = await rowOf(row.id);
  assert.deepEqual([now.status, now.notes, now.version], ['checked_in', 'Came with her son', 2]);
}));

test('another time, from those that are free', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row);
  let day = new Date(Date.now() + 25 * 86_400_000);
  if (day.getUTCDay() === 0)
    day = new Date(+day + 86_400_000);
  await field(page, 'Date').fill(day.toISOString().slice(0, 10));
  await panel(page).getByText('is not free. Choose another time.').waitFor();
  const times = panel(page).getByLabel('Time', { exact: true });
  await times.locator('option').nth(5).waitFor({ state: 'attached' });
  const free = await times.locator('option').evaluateAll((all) => all.map((one) => one.value));
  await times.selectOption(free[3]);
  await press(page, 'Save');
  await saved(page);
  assert.equal(Date.parse((await rowOf(row.id)).startsAt), Date.parse(free[3]));
}));

test('outside the hours, any time', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row);
  const day = new Date(Date.now() + 26 * 86_400_000).toISOString().slice(0, 10);
  await field(page, 'Date').fill(day);
  await panel(page).getByLabel('Outside the hours').check();
  await panel(page).getByLabel('Time', { exact: true }).fill('22:10');
  await press(page, 'Save');
  await saved(page);
  assert.equal(new Date((await rowOf(row.id)).startsAt).toISOString(), new Date(`${day}T22:10:00+05:30`).toISOString());
}));

test('a time that was just taken: others, close to it', () => withStaff(browser, 'desk', { width: 1280 }, refused)(async (page) => {
  const row = await visit();
  await open(page, row);
  let day = new Date(Date.now() + 27 * 86_400_000);
  if (day.getUTCDay() === 0)
    day = new Date(+day + 86_400_000);
  await field(page, 'Date').fill(day.toISOString().slice(0, 10));
  await panel(page).getByText('is not free. Choose another time.').waitFor();
  const times = panel(page).getByLabel('Time', { exact: true });
  await times.locator('option').nth(5).waitFor({ state: 'attached' });
  const free = await times.locator('option').evaluateAll((all) => all.map((one) => one.value));
  await times.selectOption(free[4]);
  const faster = await (await caller('admin'))('POST', '/api/appointments', { name: 'Faster One', phone: '9000000002', doctorId: demo.meera, serviceId: demo.consultation, startsAt: free[4] });
  assert.equal(faster.status, 201);
  await press(page, 'Save');
  const alert = panel(page).getByRole('alert');
  await alert.getByText('That time has just been taken').waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await alert.getByRole('button').first().click();
  await press(page, 'Save');
  await saved(page);
  assert.notEqual((await rowOf(row.id)).startsAt, row.startsAt);
}));

for (const width of widths)
  test(`two people save the same one: side by side, field by field, at ${width} pixels`, () => withStaff(browser, 'desk', { width }, refused)(async (page) => {
    const row = await visit({ reason: 'Plaster check', phone: '9876500001' });
    await open(page, row);
    await field(page, 'Reason').fill('Plaster check. Swelling since Wednesday.');
    await field(page, 'Name').fill('Guest of Ours');
    await change(row, { reason: 'Plaster check. Bring X-ray.', notes: 'Insured' });
    await press(page, 'Save');
    await panel(page).getByRole('alert').getByText('Someone else saved this appointment').waitFor();
    assert.match(await panel(page).getByRole('alert').textContent(), /3 fields differ/);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    await noSideways(page);
    const mine = panel(page).getByRole('radio', { name: /^Yours/ });
    const theirs = panel(page).getByRole('radio', { name: /^Theirs/ });
    assert.deepEqual(await mine.evaluateAll((all) => all.map((one) => [one.name, one.checked])), [['v-name', true], ['v-reason', true], ['v-notes', false]], 'each side has what it alone changed');
    await press(page, 'All theirs');
    assert.equal(await theirs.evaluateAll((all) => all.every((one) => one.checked)), true);
    await press(page, 'All mine');
    assert.equal(await mine.evaluateAll((all) => all.every((one) => one.checked)), true);
    await panel(page).getByRole('radio', { name: /^Theirs.*Bring X-ray/ }).check({ force: true });
    await panel(page).getByRole('radio', { name: /^Theirs.*Insured/ }).check({ force: true });
    await press(page, 'Save this choice');
    await saved(page);
    const now = await rowOf(row.id);
    assert.deepEqual([now.name, now.reason, now.notes, now.version], ['Guest of Ours', 'Plaster check. Bring X-ray.', 'Insured', 3]);
  }));

test('a third save during the comparison asks again', () => withStaff(browser, 'desk', { width: 1280 }, refused)(async (page) => {
  const row = await visit();
  await open(page, row);
  await field(page, 'Reason').fill('mine');
  const second = await change(row, { reason: 'theirs' });
  await press(page, 'Save');
  await panel(page).getByText('theirs', { exact: true }).waitFor();
  await change(second, { reason: 'theirs again' });
  await press(page, 'Save this choice');
  await panel(page).getByText('theirs again').waitFor();
  await press(page, 'Save this choice');
  await saved(page);
  assert.equal((await rowOf(row.id)).reason, 'mine');
}));

test('what others change shows at once, unless somebody is typing', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row);
  await hears(page, 'live');
  const second = await change(row, { reason: 'Changed by another' });
  await page.waitForFunction(() => document.querySelector('.panel textarea[name=reason]').value === 'Changed by another');
  await field(page, 'Notes').fill('I am typing');
  const elsewhere = await caller('desk'); /* the same person: it is no takeover */
  assert.equal((await elsewhere('PUT', `/api/appointments/${row.id}`, { version: second.version, reason: 'And again' })).status, 200);
  await panel(page).getByText('This appointment has changed meanwhile').waitFor();
  assert.equal(await field(page, 'Notes').inputValue(), 'I am typing', 'what is typed stays');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await press(page, 'Compare');
  await panel(page).getByRole('radio', { name: /^Theirs.*And again/ }).waitFor();
  await press(page, 'Save this choice');
  await saved(page);
  const now = await rowOf(row.id);
  assert.deepEqual([now.reason, now.notes], ['And again', 'I am typing']);
}));

test('unsaved text is asked about before anything leads away', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await page.goto(`/staff/appointments?q=${encodeURIComponent(row.name)}`);
  await page.getByRole('link', { name: row.name }).click();
  const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
  await field(page, 'Reason').fill('Not saved yet');
  await page.keyboard.press('Escape');
  await dialog.waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the question');
  await dialog.getByRole('button', { name: 'Stay' }).click();
  assert.equal(await field(page, 'Reason').inputValue(), 'Not saved yet');
  await page.getByRole('link', { name: 'Calendar' }).first().click();
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await page.goBack();
  await dialog.getByRole('button', { name: 'Stay' }).click();
  assert.equal(await field(page, 'Reason').inputValue(), 'Not saved yet', 'also by the browser’s own button');
  await panel(page).getByRole('button', { name: 'Close', exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await panel(page).waitFor({ state: 'detached' });
  assert.equal((await rowOf(row.id)).reason, 'Not saved yet');

  await open(page, row);
  await field(page, 'Reason').fill('Thrown away');
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Leave without saving' }).click();
  await panel(page).waitFor({ state: 'detached' });
  assert.equal((await rowOf(row.id)).reason, 'Not saved yet');
}));

test('cancelling is asked, done, and undone', () => withStaff(browser, 'desk', { width: 390 })(async (page) => {
  const row = await visit();
  await open(page, row);
  await press(page, 'Cancel…');
  const dialog = page.getByRole('dialog', { name: 'Cancel the appointment?' });
  assert.match(await dialog.textContent(), new RegExp(row.name));
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the question');
  await dialog.getByRole('button', { name: 'Keep the appointment' }).click();
  await press(page, 'Cancel…');
  await dialog.getByRole('button', { name: 'Cancel the appointment' }).click();
  await panel(page).locator('.badge[data-status=cancelled]').waitFor();
  assert.equal((await rowOf(row.id)).status, 'cancelled');
  await page.locator('.toast', { hasText: 'is cancelled' }).getByRole('button', { name: 'Undo' }).click();
  await panel(page).locator('.badge[data-status=confirmed]').waitFor();
}));

test('an enquiry gets a doctor, a service and a time, and is booked', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit({ startsAt: null, doctorId: undefined, serviceId: undefined, status: undefined });
  assert.equal(row.status, 'lead');
  await open(page, row);
  await panel(page).getByLabel('Doctor').selectOption(demo.arun);
  await panel(page).getByLabel('Service').selectOption(demo.followup);
  let day = new Date(Date.now() + 28 * 86_400_000);
  if (day.getUTCDay() === 0)
    day = new Date(+day + 86_400_000);
  await field(page, 'Date').fill(day.toISOString().slice(0, 10));
  const times = panel(page).getByLabel('Time', { exact: true });
  await times.locator('option').nth(5).waitFor({ state: 'attached' });
  await times.selectOption({ index: 5 });
  await press(page, 'Save');
  await saved(page);
  await panel(page).locator('.badge[data-status=confirmed]').waitFor();
  const now = await rowOf(row.id);
  assert.deepEqual([now.status, now.doctorId, now.serviceId], ['confirmed', demo.arun, demo.followup]);
}));

test('a field that cannot be right is said at its place', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row);
  await field(page, 'Name').fill('123');
  await field(page, 'Phone').fill('12');
  await press(page, 'Save');
  await panel(page).getByText('A name needs a letter.').waitFor();
  assert.equal(await field(page, 'Phone').getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await press(page, 'Discard changes');
  assert.equal(await field(page, 'Name').inputValue(), row.name);
}));

test('offline what is typed stays, and saving says what it needs', () => withStaff(browser, 'desk', { width: 1280 }, cut)(async (page) => {
  const row = await visit();
  await open(page, row);
  await page.context().setOffline(true);
  await field(page, 'Reason').fill('Typed in the lift');
  await panel(page).getByText('Saving needs a connection.').waitFor();
  assert.equal(await panel(page).getByRole('button', { name: 'Save' }).getAttribute('aria-disabled'), 'true');
  await page.context().setOffline(false);
  await panel(page).getByText('Saving needs a connection.').waitFor({ state: 'detached' });
  await press(page, 'Save');
  await saved(page);
  assert.equal((await rowOf(row.id)).reason, 'Typed in the lift');
}));

test('a lock of somebody else is said in words', () => withStaff(browser, 'desk', { width: 1280 }, refused)(async (page) => {
  const row = await visit();
  await open(page, row);
  const lock = { userInfo: { name: 'Dr. Arun Shah' }, expiresAt: new Date(Date.now() + 200_000).toISOString() };
  await page.route(`**/api/appointments/${row.id}`, (route) => (route.request().method() === 'PUT' ? route.fulfill({ status: 423, json: { code: 'LOCKED', status: 423, lock } }) : route.continue()));
  await field(page, 'Reason').fill('Mine');
  await press(page, 'Save');
  await panel(page).getByRole('alert').getByText('Dr. Arun Shah is editing').waitFor();
  assert.equal(await field(page, 'Reason').inputValue(), 'Mine');
}));

test('an appointment that is not there says so', () => withStaff(browser, 'doctor', { width: 390 }, /status of 404/)(async (page) => {
  const his = await visit({ doctorId: demo.arun });
  await page.goto(`/staff/appointments/${his.id}`);
  await page.getByRole('heading', { name: 'This appointment is not here' }).waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await panel(page).getByRole('button', { name: 'Back to the list' }).last().click();
  await page.locator('.table--rows').waitFor();
}));
