/*
 * The list of appointments: filters, views, search here and in the archive,
 * the keyboard, what others change, and ten thousand rows.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { ZONE, caller, change, cut, demo, hasSql, launch, look, noSideways, roles, rowOf, sql, violations, visit, widths, withStaff } from './lib/staff.mjs';
import { until } from './lib/until.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const DAY = 86_400_000;

const open = async (page, query = '') => {
  await page.goto(`/staff/appointments${query}`);
  await page.getByRole('heading', { level: 1, name: 'Appointments' }).waitFor();
  await page.locator('.table--rows, .empty').first().waitFor();
};
const rows = (page) => page.locator('tr[data-row]');
const row = (page, id) => page.locator(`tr[data-row="${id}"]`);
/* It is silent until the list is whole. */
const found = async (page) => parseInt(await page.locator('.list__tools [role=status]').filter({ hasText: /\d/ }).textContent(), 10);
const search = (page, text) => page.getByRole('searchbox').fill(text);
const statuses = async (page) => new Set(await page.locator('tr[data-row] .badge').evaluateAll((all) => all.map((one) => one.dataset.status)));

for (const who of roles)
  for (const width of widths)
    test(`${who} sees what comes, day by day, at ${width} pixels`, () => withStaff(browser, who, { width })(async (page) => {
      const { id, name } = await visit();
      await open(page);
      await search(page, name);
      await row(page, id).waitFor();
      await search(page, '');
      await rows(page).nth(3).waitFor();
      assert.match(await page.locator('tr.group').first().textContent(), /^\w+ \d+ \w+/);
      const times = await page.locator('tr[data-row] time').allTextContents();
      assert.ok(times.length < 60, 'only what is in sight is drawn');
      assert.equal(await page.locator('.table--rows').getAttribute('aria-rowcount') > times.length ? 1 : 0, 1, 'and the table says how long it is');
      assert.equal(await page.getByRole('columnheader', { name: 'Doctor' }).count(), who !== 'doctor' && width > 600 ? 1 : 0);
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the list');
      await noSideways(page);
    }));

test('filters narrow it down, stand in the address, and come off again', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await visit({ doctorId: demo.arun });
  await open(page);
  const all = await found(page);
  await page.getByRole('button', { name: 'Status' }).click();
  const menu = page.locator('.menu:popover-open');
  await menu.getByLabel('To confirm').check();
  await menu.getByLabel('Confirmed').check();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the menu');
  await page.keyboard.press('Escape');
  assert.deepEqual(await statuses(page), new Set(['requested', 'confirmed']));
  await page.getByRole('button', { name: 'Doctor' }).click();
  await page.locator('.menu:popover-open').getByLabel('Dr. Arun Shah').check();
  await page.keyboard.press('Escape');
  assert.deepEqual(new Set(await page.locator('tr[data-row] td:nth-child(4)').allTextContents()), new Set(['Dr. Arun Shah']));
  await page.getByRole('button', { name: 'Service' }).click();
  await page.locator('.menu:popover-open').getByLabel('Consultation').check();
  await page.keyboard.press('Escape');
  const few = await found(page);
  assert.ok(few > 0 && few < all);
  const { searchParams } = new URL(page.url());
  assert.equal(searchParams.get('status'), 'requested,confirmed');
  assert.equal(searchParams.get('doctor'), demo.arun);
  await page.reload();
  await rows(page).first().waitFor();
  assert.equal(await found(page), few, 'a reload keeps them');
  for (const name of [/Remove: Service/, /Remove: Doctor/, /Remove: Status/])
    await page.getByRole('button', { name }).click();
  assert.equal(await found(page), all);
}));

test('from a day on, newest first or last', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await open(page);
  await page.getByRole('button', { name: /^From: today/ }).click();
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(Date.now() - 10 * DAY);
  await page.locator('.menu:popover-open').getByLabel('From this day on').fill(day);
  await page.keyboard.press('Escape');
  await page.waitForFunction((from) => new URL(location).searchParams.get('from') === from, day);
  const first = await page.locator('tr.group').first().textContent();
  await page.getByRole('link', { name: 'Time' }).click();
  assert.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'), 'descending');
  assert.notEqual(await page.locator('tr.group').first().textContent(), first);
}));

test('views: those that stand there, and one’s own', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await open(page);
  const tabs = page.getByRole('group', { name: 'Saved views' });
  await tabs.getByRole('link', { name: 'To confirm' }).click();
  await page.waitForFunction(() => document.querySelector('.tabs [aria-current]')?.textContent.startsWith('To confirm'));
  assert.deepEqual([...(await statuses(page))].filter((one) => !['lead', 'requested'].includes(one)), []);
  await tabs.getByRole('link', { name: 'Did not come' }).click();
  await page.waitForFunction(() => location.search.includes('no_show'));
  assert.deepEqual(await statuses(page), new Set(['no_show']));

  await open(page, `?doctor=${demo.meera}&from=today`);
  await tabs.getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('dialog').getByLabel('Name of the view').fill('Dr. Rao, coming');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the dialog');
  await page.keyboard.press('Enter');
  const own = tabs.getByRole('link', { name: 'Dr. Rao, coming' });
  assert.equal(await own.getAttribute('aria-current'), 'true');
  await open(page);
  await own.click();
  await page.waitForFunction(() => location.search.includes('doctor='));
  await tabs.getByRole('button', { name: 'Remove view' }).click();
  await own.waitFor({ state: 'detached' });
}));

test('search finds names, phones and reasons, also in the archive', { skip: !hasSql }, () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  /* What is close to a misspelt name is looked for among what is to come. */
  const here = await visit({ name: 'Padmavati Oakenshield', phone: '9123498765', reason: 'Fell off a ladder', startsAt: new Date(Date.now() + 2 * 86_400_000).toISOString() });
  const old = sql(`INSERT INTO core.appointment (clinic_id, status, doctor_id, service_id, starts_at, ends_at, name, phone, source)
    SELECT clinic_id, 'completed', '${demo.meera}', '${demo.consultation}', now() - interval '200 days', now() - interval '199 days 23:45', 'Padmavati Oldtimer', '+919123400000', 'desk'
      FROM core.appointment LIMIT 1 RETURNING id`);
  await open(page);
  for (const text of ['oakens', '91234 987', 'ladder fell']) {
    await search(page, text);
    await row(page, here.id).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 1);
  }
  await search(page, 'Padmavati');
  await row(page, old).waitFor();
  assert.match(await page.locator('tr.group').last().textContent(), /archive/);
  await row(page, old).getByRole('link').click();
  await page.getByRole('heading', { level: 2, name: 'Padmavati Oldtimer' }).waitFor();
  await page.keyboard.press('Escape');

  await search(page, 'Oakenshild');
  await page.getByRole('heading', { name: 'Nothing matches “Oakenshild”' }).waitFor();
  assert.match(await page.locator('.empty').textContent(), /Close to it: Padmavati Oakenshield/);
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await rows(page).nth(2).waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), '');
}));

test('from another page, Enter in the search goes to the list', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const { id, name } = await visit();
  await page.goto('/staff/today');
  await page.locator('.board').waitFor();
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await row(page, id).waitFor();
}));

test('by keyboard: j, k, Enter, Escape, ? and n', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await visit();
  await open(page);
  await rows(page).nth(3).waitFor();
  const focused = () => page.evaluate(() => document.activeElement.closest('[data-row]')?.dataset.row);
  const ids = await rows(page).evaluateAll((all) => all.map((one) => one.dataset.row));
  const press = async (key, id) => {
    await page.keyboard.press(key);
    await page.waitForFunction((want) => document.activeElement.closest('[data-row]')?.dataset.row === want, id);
  };
  await press('j', ids[0]);
  await press('j', ids[1]);
  await press('j', ids[2]);
  await press('k', ids[1]);
  await page.keyboard.press('Enter');
  const heading = page.locator('.panel h2');
  await heading.waitFor();
  assert.equal(await heading.evaluate((h) => h === document.activeElement), true, 'the focus goes into the panel');
  await page.keyboard.press('Escape');
  await heading.waitFor({ state: 'detached' });
  await until(async () => await focused() === ids[1], 'and comes back to the row');

  for (let i = 0; i < 40; i++)
    await page.keyboard.press('j');
  await until(async () => {
    const far = await focused();
    return far && !ids.includes(far);
  }, 'j goes on beyond what was drawn');
  await until(() => page.evaluate(() => {
    const { top, bottom } = document.activeElement.closest('tr').getBoundingClientRect();
    const box = document.querySelector('.list__scroll').getBoundingClientRect();
    return top >= box.top && bottom <= box.bottom + 1;
  }), 'and the row is in sight');

  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the help');
  await page.getByLabel('Single keys do this').uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('n');
  await page.locator('.topbar').getByRole('button', { name: 'Keyboard help' }).click();
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 1, 'the keys can be turned off');
  await page.getByLabel('Single keys do this').check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.getByRole('dialog', { name: 'New appointment' }).waitFor();
}));

test('a booking made elsewhere appears by itself and is marked for a moment', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const known = await visit();
  await open(page);
  await search(page, known.name.slice(0, 6));
  await row(page, known.id).waitFor();
  const stranger = await fetch(new URL('/api/appointments', page.url()), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'Guest Stranger', phone: '9988776655' }) });
  const { appointment } = await stranger.json();
  await change(known, { status: 'checked_in' });
  const marked = [appointment.id, known.id].map((id) => row(page, id).locator('.tag--new', { hasText: 'just now' }).waitFor());
  await look(page);
  await Promise.all(marked);
  assert.match(await row(page, known.id).textContent(), /Waiting/);
  await row(page, known.id).locator('.tag--new').waitFor({ state: 'detached' }); /* the mark goes */
  assert.doesNotMatch(await row(page, known.id).textContent(), /just now/);
}));

test('what is deleted leaves the list', { skip: !hasSql }, () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const soft = await visit();
  const hard = await visit();
  await open(page);
  await search(page, 'Guest');
  await row(page, soft.id).waitFor();
  await row(page, hard.id).waitFor();
  sql(`UPDATE core.appointment SET is_deleted = true WHERE id = '${soft.id}'`);
  sql(`DELETE FROM core.appointment WHERE id = '${hard.id}'`);
  await look(page);
  await row(page, soft.id).waitFor({ state: 'detached' });
  await row(page, hard.id).waitFor({ state: 'detached' });
}));

test('a new appointment: known patient, free time, no double booking', () => withStaff(browser, 'desk', { width: 1280 }, /status of 409/)(async (page) => {
  await open(page);
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'New appointment' });
  const name = dialog.getByRole('combobox', { name: 'Name' });
  await name.pressSequentially('Asha P', { delay: 20 });
  await dialog.getByRole('option', { name: /Asha Patil/ }).waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the choice');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await name.inputValue(), 'Asha Patil');
  assert.match(await dialog.getByLabel('Phone').inputValue(), /98000\s00001$/);
  assert.equal(await dialog.getByText('Known patient').isVisible(), true);

  /* A day far enough that nobody else has been there. */
  let day = new Date(Date.now() + 40 * DAY);
  if (day.getUTCDay() === 0)
    day = new Date(+day + DAY);
  const date = day.toISOString().slice(0, 10);
  await dialog.getByLabel('Date').fill(date);
  await dialog.locator('.slot').nth(4).click();
  const slot = await dialog.locator('.slot input:checked').inputValue();
  const somebody = await (await caller('admin'))('POST', '/api/appointments', { name: 'Faster One', phone: '9000000001', doctorId: demo.meera, serviceId: demo.consultation, startsAt: slot });
  assert.equal(somebody.status, 201);
  await dialog.getByRole('button', { name: /^Book .*, \d\d:\d\d$/ }).click();
  await dialog.getByRole('alert').getByText('That time has just been taken').waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the refusal');
  await dialog.getByRole('alert').getByRole('button').first().click();
  await dialog.getByRole('button', { name: /^Book .*, \d\d:\d\d$/ }).click();
  await page.locator('.toast', { hasText: 'Asha Patil is booked' }).getByRole('button', { name: 'Show' }).click();
  await page.getByRole('heading', { level: 2, name: 'Asha Patil' }).waitFor();
  const made = await rowOf(new URL(page.url()).pathname.split('/').pop());
  assert.equal(made.patientId, demo.asha);
  assert.equal(made.status, 'confirmed');
}));

test('outside the hours, and as an enquiry, on a phone', () => withStaff(browser, 'doctor', { width: 390 })(async (page) => {
  await open(page);
  await page.getByRole('button', { name: 'New appointment' }).click();
  const dialog = page.getByRole('dialog', { name: 'New appointment' });
  await dialog.getByRole('button', { name: 'Book', exact: true }).click();
  assert.ok(await dialog.getByText('A name needs a letter.').isVisible(), 'what is missing is said');
  await dialog.getByRole('combobox', { name: 'Name' }).fill('Late Night');
  await dialog.getByLabel('Phone').fill('9812312312');
  const day = new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10);
  await dialog.getByLabel('Date').fill(day);
  await dialog.getByLabel('Outside the hours').check();
  await dialog.getByLabel('Time', { exact: true }).fill('21:20');
  await noSideways(page);
  await dialog.getByRole('button', { name: /^Book .*21:20/ }).click();
  await page.locator('.toast', { hasText: 'Late Night is booked' }).waitFor();

  await page.getByRole('button', { name: 'New appointment' }).click();
  await dialog.getByText('No time yet').click();
  await dialog.getByRole('combobox', { name: 'Name' }).fill('Just Asking');
  await dialog.getByLabel('Phone').fill('9812312313');
  await dialog.getByRole('button', { name: 'Save the enquiry' }).click();
  await page.locator('.toast', { hasText: 'Just Asking' }).waitFor();
}));

test('offline the list stays and says so; broken it says when the next try is', () => withStaff(browser, 'desk', { width: 1280 }, cut)(async (page) => {
  await open(page);
  await rows(page).first().waitFor();
  await page.context().setOffline(true);
  await page.locator('.live--off').waitFor();
  assert.ok(await rows(page).count() > 3);
  await page.context().setOffline(false);
  await page.locator('.live--off').waitFor({ state: 'detached' });
  await page.route('**/api/admin/appointments/sync', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: { code: 'UNAVAILABLE', status: 503 } }));
  await look(page);
  await page.getByRole('alert').getByText('The list does not load').waitFor();
  assert.ok(await rows(page).count() > 3, 'the old rows stay');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
}));

/* Last: it fills the clinic. */
test('ten thousand rows scroll without a frame over 50 ms', { skip: !hasSql }, async (t) => {
  sql(`INSERT INTO core.appointment (clinic_id, status, doctor_id, service_id, starts_at, ends_at, name, phone, reason, source)
    SELECT c.id, (ARRAY['confirmed','requested','completed','cancelled'])[1 + i % 4], (ARRAY['${demo.meera}','${demo.arun}'])[1 + i % 2]::uuid, '${demo.consultation}',
           at, at + interval '15 min', 'Person ' || i, '+9197' || (10000000 + i), 'Reason number ' || i, 'desk'
      FROM core.clinic c, generate_series(1, 10000) i, LATERAL (SELECT date_trunc('hour', now()) + (i - 3000) * interval '20 min' AS at) w
     WHERE c.id = '00000000-0000-4000-8000-000000000001'`);
  await withStaff(browser, 'admin', { width: 1280 })(async (page) => {
    await open(page, '?all=1');
    await page.waitForFunction(() => parseInt(document.querySelector('.list__tools [role=status]').textContent, 10) >= 10_000, null, { timeout: 60_000 });
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    const run = await page.evaluate(scroll);
    t.diagnostic(`longest frame ${run.longest.toFixed(1)} ms, median ${run.median.toFixed(1)} ms, ${run.frames} frames over ${run.rows} rows`);
    const work = await workOf(page);
    t.diagnostic(`most work of the page for one frame ${work.toFixed(1)} ms`);
    assert.ok(run.rows >= 10_000);
    assert.ok(Math.min(run.longest, work) <= 50, `the longest frame was ${run.longest.toFixed(1)} ms, the most work ${work.toFixed(1)} ms`);
    assert.ok(await rows(page).count() < 60);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  });
});

/* In the page: down the whole list and back, some rows at each frame, then in leaps. */
async function scroll() {
  const box = document.querySelector('.list__scroll');
  const end = box.scrollHeight - box.clientHeight;
  const steps = [];
  for (let i = 0; i < 120; i++)
    steps.push(i * 90);
  for (let i = 0; i <= 60; i++)
    steps.push((end * i) / 60);
  for (let i = 60; i >= 0; i--)
    steps.push((end * i) / 60);
  const frames = [];
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let last = await next();
  for (const top of steps) {
    box.scrollTop = top;
    const now = await next();
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  return { longest: frames.at(-1), median: frames[frames.length >> 1], frames: frames.length, rows: +document.querySelector('.table--rows').getAttribute('aria-rowcount') - 1 };
}

/*
 * The clock on the wall also counts what other programs did meanwhile, on a
 * busy machine mostly that.  This counts the processor time of the page's own
 * thread, frame by frame: script, style, layout and paint.
 */
async function workOf(page) {
  const tool = await page.context().newCDPSession(page);
  await tool.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => (await tool.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  const step = (part) => page.evaluate(async (to) => {
    const box = document.querySelector('.list__scroll');
    box.scrollTop = (box.scrollHeight - box.clientHeight) * to;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, part);
  let most = 0;
  let before = await spent();
  for (let i = 0; i <= 60; i++) {
    await step(i / 60);
    const now = await spent();
    most = Math.max(most, now - before);
    before = now;
  }
  return most;
}
