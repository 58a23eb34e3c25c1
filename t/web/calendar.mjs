/*
 * The staff calendar, as each role meets it, at both widths: what it shows,
 * where it leads, and that many visits do not make it slow.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { hasSql, sql, violations } from './lib/staff.mjs';
import {
  ARUN,
  CONSULTATION,
  MEERA,
  PHYSIOTHERAPY,
  addDays,
  appointment,
  at,
  base,
  book,
  close,
  counts,
  free,
  freeTimes,
  open,
  problem,
  request,
  showCalendar as show,
  sideways,
  staff,
  visit,
  wake,
  weekday,
  withPage,
  workday,
} from './lib/diary.mjs';

before(open);
after(close);

for (const who of ['admin', 'desk', 'doctor'])
  for (const width of [390, 1280])
    test(`${who} sees the day at ${width} pixels`, () =>
      withPage({ who, width }, async (page) => {
        const day = await workday(1);
        await show(page, day);
        const one = who === 'doctor' || width === 390;
        const { items } = await request('GET', `/api/calendar?from=${day}&to=${day}${one ? `&doctorId=${MEERA}` : ''}`);
        await page.waitForFunction((n) => document.querySelectorAll('[data-visit]').length === n, items.length);
        await counts(page.locator('[data-column]'), one ? 1 : 2, 'a column for each doctor that is shown');
        const shown = await page.locator('[data-visit]').evaluateAll((list) => list.map((e) => e.textContent));
        assert.ok(
          shown.every((text) => /Confirmed|To confirm|Waiting|With doctor|Done|Cancelled|Did not come/.test(text)),
          'each says its status in a word',
        );
        assert.equal(await sideways(page), 0, 'nothing hangs over the edge');
        assert.deepEqual(await violations(page), [], 'axe has nothing to say');
      }));

test('times are the clinic’s, wherever the browser is', () =>
  withPage({ timezoneId: 'America/St_Johns' }, async (page) => {
    const day = await workday(1);
    const [time] = await freeTimes(day);
    const { id } = await book(day, time, { name: 'Far Away' });
    await show(page, day);
    assert.match(await visit(page, id).textContent(), new RegExp(`^${time}`));
  }));

test('a week of one doctor has a column for each day', () =>
  withPage({}, async (page) => {
    const day = await workday(2);
    await show(page, day, `&view=week&doctor=${ARUN}`);
    await counts(page.locator('[data-column]'), 7);
    const monday = addDays(day, 1 - weekday(day));
    const { items } = await request('GET', `/api/calendar?from=${monday}&to=${addDays(monday, 6)}&doctorId=${ARUN}`);
    await counts(page.locator('[data-visit]'), items.length);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Week after' }).click();
    await page.locator(`[data-column="${addDays(monday, 7)}"]`).waitFor();
    assert.match(
      page.url(),
      new RegExp(`day=${addDays(day, 7)}.*view=week`),
      'the address names it, so going back works',
    );
    await page.goBack();
    await page.locator(`[data-column="${monday}"]`).waitFor();
    await page.getByLabel('Doctor').selectOption({ label: 'Dr. Meera Rao' });
    await page.waitForURL(/doctor=[^&]*d1/);
    await page.locator('.cal__head h2 button').nth(1).click();
    await page.locator(`[data-column="${MEERA}"]`).waitFor();
    assert.match(page.url(), new RegExp(`day=${addDays(monday, 1)}`), 'the head of a day leads to it');
  }));

test('the whole calendar is one tab stop; arrows walk through it, Enter opens', () =>
  withPage({}, async (page) => {
    const day = await workday(1);
    await show(page, day);
    await counts(page.locator('.cal [data-stop][tabindex="0"]'), 1);
    await page.locator('.cal [data-stop][tabindex="0"]').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    const first = await page.evaluate(() => document.activeElement.closest('[data-column]').dataset.column);
    assert.equal(first, ARUN, 'across to the other doctor');
    await page.keyboard.press('Home');
    while (!(await page.evaluate(() => document.activeElement.dataset.visit))) await page.keyboard.press('ArrowDown');
    const id = await page.evaluate(() => document.activeElement.dataset.visit);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/staff/appointments/${id}`));
  }));

test('a free time starts a new appointment there', () =>
  withPage({}, async (page) => {
    const day = await workday(1);
    const [time] = await freeTimes(day, { doctor: ARUN });
    await show(page, day);
    await free(page, ARUN, time).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    assert.match(await dialog.textContent(), /Arun Shah/);
  }));

test('what others do shows by itself', () =>
  withPage({}, async (page) => {
    const day = await workday(5);
    await show(page, day);
    const [time] = await freeTimes(day);
    const { id } = await book(day, time, { name: 'Kavya Nair' });
    await wake(page);
    await visit(page, id).waitFor();
    await request('PUT', `/api/appointments/${id}`, { version: 1, status: 'cancelled' });
    await wake(page);
    await page.locator(`.event--cancelled [data-visit="${id}"]`).waitFor();
    await counts(free(page, MEERA, time), 1, 'its time is free again');
  }));

test('a hold shows as held, and nobody is offered it', () =>
  withPage({}, async (page) => {
    const day = await workday(5);
    const times = await freeTimes(day);
    const hold = await request('POST', '/api/reservations', {
      doctorId: MEERA,
      serviceId: PHYSIOTHERAPY,
      startsAt: at(day, (await freeTimes(day, { service: PHYSIOTHERAPY }))[0]),
    });
    assert.equal(hold.status, 201);
    await show(page, day);
    const held = page.locator(`[data-column="${MEERA}"] .event--hold`);
    await held.waitFor();
    assert.match(await held.textContent(), /Held.*Somebody is booking/);
    assert.ok((await page.locator(`[data-column="${MEERA}"] .free`).count()) < times.length);
    await fetch(`${base}/api/reservations/${hold.id}`, {
      method: 'DELETE',
      headers: { 'X-Reservation-Token': hold.token },
    });
  }));

test('a day on which nobody works says so and leads on', () =>
  withPage({}, async (page) => {
    let day = await workday(1);
    while (weekday(day) !== 7) day = addDays(day, 1);
    await page.goto(`/staff/calendar?day=${day}`);
    const empty = page.locator('.empty');
    await empty.waitFor();
    assert.match(await empty.textContent(), /Closed on Sunday.*Go to Monday/);
    assert.deepEqual(await violations(page), []);
    await empty.getByRole('button').click();
    await page.locator('.cal').waitFor();
  }));

test('a calendar that does not load keeps trying, and can be told to', () =>
  withPage(
    {},
    async (page) => {
      await page.route('**/api/calendar?*', (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' }),
      );
      await page.goto(`/staff/calendar?day=${await workday(1)}`);
      await page.getByText('The calendar does not load').waitFor();
      assert.match(await page.locator('.empty').textContent(), /next in \d seconds?/);
      assert.deepEqual(await violations(page), []);
      await page.unroute('**/api/calendar?*');
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.locator('.legend').waitFor();
    },
    /status of 500/,
  ));

test('it speaks Hindi', () =>
  withPage({ locale: 'hi-IN' }, async (page) => {
    await show(page, await workday(1));
    await page.getByRole('heading', { level: 1, name: 'कैलेंडर' }).waitFor();
    assert.deepEqual(await violations(page), []);
  }));

test('the day sheet is one click away', () =>
  withPage({}, async (page) => {
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

test('four hundred visits in the week and ten thousand in the clinic do not make it slow', { skip: !hasSql }, () =>
  withPage({ who: 'admin' }, async (page) => {
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
    assert.ok(
      median < 50,
      `a frame takes ${Math.round(median)} ms while dragging, the longest ${Math.round(frames.at(-1))}`,
    );
  }),
);
