/*
 * The staff calendar, as each role meets it, at both widths: what it shows,
 * how a visit is moved, and what it says when that does not work.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { hasSql, sql, violations } from './lib/staff.mjs';
import { ARUN, CONSULTATION, MEERA, PHYSIOTHERAPY, addDays, appointment, at, base, book, close, freeTimes, open, record, request, sideways, staff, wake, weekday, workday } from './lib/diary.mjs';

before(open);
after(close);

/** A page for one test; whatever it should not have said fails it. expected: what may be in its console. */
async function withPage({ who = 'desk', width = 1280, ...options }, run, expected = /^$/) {
  const page = await staff(who, { width, ...options });
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await page.context().close();
  }
}

const refused = /status of 409/;
const visit = (page, id) => page.locator(`[data-visit="${id}"]`);
const free = (page, doctor, time) => page.locator(`[data-column="${doctor}"] .free`, { hasText: time });
const toast = (page, text) => page.locator('.toast', { hasText: text });
const problem = (page) => page.locator('.calendar__problem');

async function show(page, day, query = '') {
  await page.goto(`/staff/calendar?day=${day}${query}`);
  await page.locator('.cal').waitFor();
}

/** Carry a visit with the mouse to another element, and put it down unless told otherwise. */
async function drag(page, from, to, { drop = true } = {}) {
  await from.scrollIntoViewIfNeeded();
  const a = await from.boundingBox();
  await page.mouse.move(a.x + 40, a.y + 8);
  await page.mouse.down();
  await page.mouse.move(a.x + 44, a.y + 20, { steps: 3 });
  const b = await to.boundingBox();
  await page.mouse.move(b.x + 40, b.y + 9, { steps: 6 });
  if (drop)
    await page.mouse.up();
}

for (const who of ['admin', 'desk', 'doctor'])
  for (const width of [390, 1280])
    test(`${who} sees the day at ${width} pixels`, () => withPage({ who, width }, async (page) => {
      const day = await workday(1);
      await show(page, day);
      const one = who === 'doctor' || width === 390;
      const { items } = await request('GET', `/api/calendar?from=${day}&to=${day}${one ? `&doctorId=${MEERA}` : ''}`);
      await page.waitForFunction((n) => document.querySelectorAll('[data-visit]').length === n, items.length);
      assert.equal(await page.locator('[data-column]').count(), one ? 1 : 2, 'a column for each doctor that is shown');
      const shown = await page.locator('[data-visit]').evaluateAll((list) => list.map((e) => e.textContent));
      assert.ok(shown.every((text) => /Confirmed|To confirm|Waiting|With doctor|Done|Cancelled|Did not come/.test(text)), 'each says its status in a word');
      assert.equal(await sideways(page), 0, 'nothing hangs over the edge');
      assert.deepEqual(await violations(page), [], 'axe has nothing to say');
    }));

test('times are the clinic’s, wherever the browser is', () => withPage({ timezoneId: 'America/St_Johns' }, async (page) => {
  const day = await workday(1);
  const [time] = await freeTimes(day);
  const { id } = await book(day, time, { name: 'Far Away' });
  await show(page, day);
  assert.match(await visit(page, id).textContent(), new RegExp(`^${time}`));
}));

test('a week of one doctor has a column for each day', () => withPage({}, async (page) => {
  const day = await workday(2);
  await show(page, day, `&view=week&doctor=${ARUN}`);
  assert.equal(await page.locator('[data-column]').count(), 7);
  const monday = addDays(day, 1 - weekday(day));
  const { items } = await request('GET', `/api/calendar?from=${monday}&to=${addDays(monday, 6)}&doctorId=${ARUN}`);
  assert.equal(await page.locator('[data-visit]').count(), items.length);
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Week after' }).click();
  await page.locator(`[data-column="${addDays(monday, 7)}"]`).waitFor();
  assert.match(page.url(), new RegExp(`day=${addDays(day, 7)}.*view=week`), 'the address names it, so going back works');
  await page.goBack();
  await page.locator(`[data-column="${monday}"]`).waitFor();
  await page.getByLabel('Doctor').selectOption({ label: 'Dr. Meera Rao' });
  await page.waitForURL(/doctor=[^&]*d1/);
  await page.locator('.cal__head button').nth(1).click();
  await page.locator(`[data-column="${MEERA}"]`).waitFor();
  assert.match(page.url(), new RegExp(`day=${addDays(monday, 1)}`), 'the head of a day leads to it');
}));

test('a visit is dragged to another time, and back by Undo', () => withPage({}, async (page) => {
  const day = await workday(2);
  const [from, to] = await freeTimes(day);
  const { id } = await book(day, from, { name: 'Rahul Kulkarni' });
  const sent = record(page);
  await show(page, day);
  await drag(page, visit(page, id), free(page, MEERA, to));
  await toast(page, `Rahul Kulkarni moved to`).waitFor();
  assert.deepEqual(sent.map((r) => [r.method, r.path, r.body]), [['PUT', `/api/appointments/${id}`, { version: 1, startsAt: at(day, to) }]]);
  assert.match(await visit(page, id).textContent(), new RegExp(`^${to}`));
  assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, to), 'the server has it');
  await toast(page, 'moved').getByRole('button', { name: 'Undo' }).click();
  await toast(page, 'Rahul Kulkarni is back').waitFor();
  assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, from));
  assert.match(await visit(page, id).textContent(), new RegExp(`^${from}`));
}));

test('and to another doctor', () => withPage({ who: 'admin' }, async (page) => {
  const day = await workday(2);
  const [time] = await freeTimes(day);
  const [other] = await freeTimes(day, { doctor: ARUN });
  const { id } = await book(day, time, { name: 'Tanvi Shinde' });
  await show(page, day);
  await drag(page, visit(page, id), free(page, ARUN, other));
  await toast(page, 'Dr. Arun Shah').waitFor();
  assert.equal((await appointment(id)).doctorId, ARUN);
  assert.equal(await page.locator(`[data-column="${ARUN}"] [data-visit="${id}"]`).count(), 1);
}));

test('Escape while dragging leaves it where it was, and opens nothing', () => withPage({}, async (page) => {
  const day = await workday(3);
  const [from, to] = await freeTimes(day);
  const { id } = await book(day, from, { name: 'Salim Qureshi' });
  const sent = record(page);
  await show(page, day);
  await drag(page, visit(page, id), free(page, MEERA, to), { drop: false });
  await page.locator('.event--moving').waitFor();
  await page.keyboard.press('Escape');
  await page.mouse.up();
  assert.equal(await page.locator('.event--moving').count(), 0);
  assert.deepEqual(sent, []);
  assert.match(page.url(), /\/staff\/calendar/);
}));

test('the keyboard moves a visit and says where it is', () => withPage({}, async (page) => {
  const day = await workday(3);
  const times = await freeTimes(day);
  const { id } = await book(day, times[0], { name: 'Deepak Verma' });
  await show(page, day);
  await page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver((list) => list.forEach((m) => m.target.textContent && globalThis.said.push(m.target.textContent)))
      .observe(document.body, { subtree: true, childList: true });
  });
  await visit(page, id).focus();
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => globalThis.said.some((text) => /Dr. Arun Shah\. (Free|Taken)/.test(text)));
  await page.keyboard.press('Escape');
  assert.match(await visit(page, id).textContent(), new RegExp(`^${times[0]}`), 'Escape leaves it');
  await page.keyboard.press('m');
  for (let i = 0; i < 40 && !(await page.locator('.event--moving[data-state="free"]', { hasText: times[2] }).count()); i++)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await toast(page, 'Deepak Verma moved').waitFor();
  assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, times[2]));
  assert.equal(await page.evaluate(() => document.activeElement.dataset.visit), id, 'and the focus stays with it');
}));

test('the whole calendar is one tab stop; arrows walk through it, Enter opens', () => withPage({}, async (page) => {
  const day = await workday(1);
  await show(page, day);
  assert.equal(await page.locator('.cal [data-stop][tabindex="0"]').count(), 1);
  await page.locator('.cal [data-stop][tabindex="0"]').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  const first = await page.evaluate(() => document.activeElement.closest('[data-column]').dataset.column);
  assert.equal(first, ARUN, 'across to the other doctor');
  await page.keyboard.press('Home');
  while (!(await page.evaluate(() => document.activeElement.dataset.visit)))
    await page.keyboard.press('ArrowDown');
  const id = await page.evaluate(() => document.activeElement.dataset.visit);
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`/staff/appointments/${id}`));
}));

test('a free time starts a new appointment there', () => withPage({}, async (page) => {
  const day = await workday(1);
  const [time] = await freeTimes(day, { doctor: ARUN });
  await show(page, day);
  await free(page, ARUN, time).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /Arun Shah/);
}));

/** Somebody is quicker: what they do happens while the request is under way. */
async function meanwhile(page, id, run) {
  let done = false;
  await page.route(`**/api/appointments/${id}`, async (route) => {
    if (route.request().method() === 'PUT' && !done) {
      done = true;
      await run();
    }
    await route.continue();
  });
}

test('a time that has just been taken: it stays, and others are offered', () => withPage({}, async (page) => {
  const day = await workday(3);
  const [from, to] = await freeTimes(day);
  const { id } = await book(day, from, { name: 'Pooja Agarwal' });
  await show(page, day);
  await meanwhile(page, id, () => book(day, to, { name: 'Quicker One' }));
  await drag(page, visit(page, id), free(page, MEERA, to));
  await problem(page).waitFor();
  assert.match(await problem(page).textContent(), new RegExp(`${to} has just been taken.*Pooja Agarwal stays at.*${from}`));
  assert.match(await visit(page, id).textContent(), new RegExp(`^${from}`), 'it has gone back');
  assert.deepEqual(await violations(page), []);
  const offer = problem(page).locator('.num').first();
  const offered = (await offer.textContent()).slice(-5);
  await offer.click();
  await toast(page, 'Pooja Agarwal moved').waitFor();
  assert.equal(await problem(page).count(), 0);
  assert.equal(new Date((await appointment(id)).startsAt).toISOString().slice(11, 16), at(day, offered).slice(11, 16));
}, refused));

test('somebody else has changed it: it says so, shows theirs, and the next try works', () => withPage({}, async (page) => {
  const day = await workday(4);
  const times = await freeTimes(day);
  const { id } = await book(day, times[0], { name: 'Ganesh Bhosale' });
  await show(page, day);
  await meanwhile(page, id, () => request('PUT', `/api/appointments/${id}`, { version: 1, startsAt: at(day, times[1]) }));
  await drag(page, visit(page, id), free(page, MEERA, times[2]));
  await problem(page).waitFor();
  assert.match(await problem(page).textContent(), new RegExp(`Somebody else has just changed Ganesh Bhosale.*${times[1]}`));
  await page.waitForFunction(([v, time]) => document.querySelector(`[data-visit="${v}"]`).textContent.startsWith(time), [id, times[1]]);
  await drag(page, visit(page, id), free(page, MEERA, times[2]));
  await toast(page, 'Ganesh Bhosale moved').waitFor();
  assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, times[2]));
}, refused));

test('outside the hours it asks first', () => withPage({}, async (page) => {
  const day = await workday(4);
  const [from] = await freeTimes(day);
  const { id } = await book(day, from, { name: 'Meenakshi Pillai' });
  const sent = record(page);
  await show(page, day);
  await page.getByRole('button', { name: 'Show closed hours' }).click();
  const grid = page.locator(`[data-column="${MEERA}"]`);
  const carry = async () => {
    await visit(page, id).scrollIntoViewIfNeeded();
    await visit(page, id).focus();
    await page.keyboard.press('m');
    for (let i = 0; i < 60 && !(await grid.locator('.event--moving', { hasText: '14:00' }).count()); i++)
      await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Enter');
  };
  await carry();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.textContent(), /outside the hours.*Dr. Meera Rao works 09:00–13:00 and 16:00–19:00/);
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole('button', { name: /^Stay/ }).click();
  assert.deepEqual(sent, []);
  await carry();
  await dialog.getByRole('button', { name: /^Move/ }).click();
  await toast(page, 'Meenakshi Pillai moved').waitFor();
  assert.equal(sent[0].body.outsideHours, true);
  assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, '14:00'));
  await toast(page, 'moved').getByRole('button', { name: 'Undo' }).click();
  await toast(page, 'is back').waitFor();
}));

test('what others do shows by itself', () => withPage({}, async (page) => {
  const day = await workday(5);
  await show(page, day);
  await page.waitForTimeout(3100);
  const [time] = await freeTimes(day);
  const { id } = await book(day, time, { name: 'Kavya Nair' });
  await wake(page);
  await visit(page, id).waitFor();
  await request('PUT', `/api/appointments/${id}`, { version: 1, status: 'cancelled' });
  await page.waitForTimeout(3100);
  await wake(page);
  await page.locator(`.event--cancelled [data-visit="${id}"]`).waitFor();
  assert.equal(await free(page, MEERA, time).count(), 1, 'its time is free again');
}));

test('a hold shows as held, and nobody is offered it', () => withPage({}, async (page) => {
  const day = await workday(5);
  const times = await freeTimes(day);
  const hold = await request('POST', '/api/reservations', { doctorId: MEERA, serviceId: PHYSIOTHERAPY, startsAt: at(day, (await freeTimes(day, { service: PHYSIOTHERAPY }))[0]) });
  assert.equal(hold.status, 201);
  await show(page, day);
  const held = page.locator(`[data-column="${MEERA}"] .event--hold`);
  await held.waitFor();
  assert.match(await held.textContent(), /Held.*Somebody is booking/);
  assert.ok(await page.locator(`[data-column="${MEERA}"] .free`).count() < times.length);
  await fetch(`${base}/api/reservations/${hold.id}`, { method: 'DELETE', headers: { 'X-Reservation-Token': hold.token } });
}));

test('a day on which nobody works says so and leads on', () => withPage({}, async (page) => {
  let day = await workday(1);
  while (weekday(day) !== 7)
    day = addDays(day, 1);
  await page.goto(`/staff/calendar?day=${day}`);
  const empty = page.locator('.empty');
  await empty.waitFor();
  assert.match(await empty.textContent(), /Closed on Sunday.*Go to Monday/);
  assert.deepEqual(await violations(page), []);
  await empty.getByRole('button').click();
  await page.locator('.cal').waitFor();
}));

test('without a connection the day stays, and a move is taken back', () => withPage({}, async (page) => {
  const day = await workday(5);
  const [from, to] = (await freeTimes(day)).slice(3);
  const { id } = await book(day, from, { name: 'Imran Sheikh' });
  await show(page, day);
  await page.context().setOffline(true);
  await drag(page, visit(page, id), free(page, MEERA, to));
  await problem(page).waitFor();
  assert.match(await problem(page).textContent(), /Imran Sheikh was not moved.*No connection/);
  assert.match(await visit(page, id).textContent(), new RegExp(`^${from}`));
  await page.context().setOffline(false);
}, /ERR_INTERNET_DISCONNECTED/));

test('a calendar that does not load keeps trying, and can be told to', () => withPage({}, async (page) => {
  await page.route('**/api/calendar?*', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' }));
  await page.goto('/staff/calendar');
  await page.getByText('The calendar does not load').waitFor();
  assert.match(await page.locator('.empty').textContent(), /next in \d seconds?/);
  assert.deepEqual(await violations(page), []);
  await page.unroute('**/api/calendar?*');
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.locator('.legend').waitFor();
}, /status of 500/));

test('on a phone a finger that rests lifts a visit, one that wipes turns the day', () => withPage({ width: 390 }, async (page) => {
  const day = await workday(6);
  const [from, to] = await freeTimes(day);
  const { id } = await book(day, from, { name: 'Asha Patil' });
  await show(page, day, `&doctor=${MEERA}`);
  const cdp = await page.context().newCDPSession(page);
  const touch = (type, x, y) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  const a = await visit(page, id).boundingBox();
  const b = await free(page, MEERA, to).boundingBox();
  await touch('touchStart', a.x + 60, a.y + 8);
  await page.locator('.event--moving').waitFor();
  for (let i = 1; i <= 6; i++)
    await touch('touchMove', a.x + 60, a.y + 8 + (b.y - a.y) * i / 6);
  await touch('touchEnd');
  await toast(page, 'Asha Patil moved').waitFor();
  assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, to));

  await touch('touchStart', 320, 500);
  for (let x = 300; x >= 80; x -= 40)
    await touch('touchMove', x, 500);
  await touch('touchEnd');
  await page.waitForURL(new RegExp(`day=${addDays(day, 1)}`));
}));

test('it speaks Hindi', () => withPage({ locale: 'hi-IN' }, async (page) => {
  await show(page, await workday(1));
  await page.getByRole('heading', { level: 1, name: 'कैलेंडर' }).waitFor();
  assert.deepEqual(await violations(page), []);
}));

test('the day sheet is one click away', () => withPage({}, async (page) => {
  const day = await workday(1);
  await show(page, day);
  await page.getByRole('button', { name: 'Day sheet to print' }).click();
  await page.waitForURL(new RegExp(`/staff/daysheet\\?day=${day}`));
}));

/* 400 in one week, 10,000 in all, as a clinic has them after some years. */
function crowd(monday) {
  sql(`INSERT INTO core.appointment (doctor_id, service_id, starts_at, ends_at, name, phone, status, source)
    SELECT CASE i % 2 WHEN 0 THEN '${MEERA}' ELSE '${ARUN}' END::uuid, '${CONSULTATION}'::uuid, at, at + interval '15 minutes', 'Crowd ' || i, '+919800000000', 'confirmed', 'desk'
      FROM generate_series(0, 399) i, LATERAL (SELECT timestamptz '${at(monday, '09:00')}' + (i / 67) * interval '1 day' + (i % 67 / 2) * interval '15 minutes') t(at)
    UNION ALL
    SELECT '${MEERA}'::uuid, '${CONSULTATION}'::uuid, at, at + interval '15 minutes', 'Past ' || i, '+919800000000', 'completed', 'desk'
      FROM generate_series(0, 9599) i, LATERAL (SELECT timestamptz '${at(monday, '09:00')}' - interval '80 days' + i * interval '11 minutes') t(at)`);
}

test('four hundred visits in the week and ten thousand in the clinic do not make it slow', { skip: !hasSql }, () => withPage({ who: 'admin' }, async (page) => {
  let monday = addDays(await workday(1), 40);
  monday = addDays(monday, 1 - weekday(monday));
  crowd(monday);
  await show(page, monday, `&view=week&doctor=${MEERA}`);
  await page.waitForFunction(() => document.querySelectorAll('[data-visit]').length >= 200);

  const turn = await page.evaluate(async () => {
    const begun = performance.now();
    document.querySelector('.segments input').click();
    while (document.querySelectorAll('[data-column]').length !== 2 || !document.querySelector('[data-visit]'))
      await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  assert.ok(turn < 1500, `from the week to the day in ${Math.round(turn)} ms`);

  await show(page, monday, `&view=week&doctor=${MEERA}`);
  await page.waitForFunction(() => document.querySelectorAll('[data-visit]').length >= 200);
  const first = page.locator('[data-movable]').nth(3);
  const a = await first.boundingBox();
  await page.mouse.move(a.x + 20, a.y + 8);
  await page.mouse.down();
  await page.mouse.move(a.x + 30, a.y + 30, { steps: 3 });
  await page.evaluate(() => {
    globalThis.frames = [];
    let last = performance.now();
    const next = (now) => {
      globalThis.frames.push(now - last);
      last = now;
      globalThis.watching = requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await page.mouse.move(a.x + 500, a.y + 500, { steps: 60 });
  const frames = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.watching);
    return globalThis.frames.slice(1).sort((x, y) => x - y);
  });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  const median = frames[Math.floor(frames.length / 2)];
  assert.ok(median < 50, `a frame takes ${Math.round(median)} ms while dragging, the longest ${Math.round(frames.at(-1))}`);
}));
