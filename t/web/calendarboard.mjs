/*
 * What a column of the calendar shows: visits, free times, holds; and where a
 * visit lands that is being moved.
 */
import test from 'node:test';
import assert from 'node:assert/strict';

const from = (path) => import(new URL(`../../www/src/staff/${path}`, import.meta.url));
const { closingOf, columnsOf, daysOf, fillColumn, nextOpenDay, placed } = await from('calendar/board.js');
const { outlook, snap, stepFrom } = await from('calendar/target.js');
const { starts } = await from('availability/hours.js');

const ZONE = 'Asia/Kolkata';
const DAY = '2026-11-20';
const doctor = { id: 'd1', name: 'Dr. Meera Rao' };
const service = { id: 's1', durationMinutes: 15, bufferMinutes: 0, noticeMinutes: 0, horizonDays: 90 };
const rules = [1, 2, 3, 4, 5, 6].flatMap((weekday) =>
  [
    ['09:00', '13:00'],
    ['16:00', '19:00'],
  ].map(([start, end]) => ({ weekday, start, end, slotMinutes: 15, bufferMinutes: 0, validFrom: null, validTo: null })),
);
const at = (time, day = DAY) => `${day}T${time}:00+05:30`;
const NOW = Date.parse(at('08:00'));
const visit = (id, time, { minutes = 15, ...more } = {}) =>
  placed(
    {
      id,
      doctorId: 'd1',
      serviceId: 's1',
      status: 'confirmed',
      name: id,
      startsAt: at(time),
      endsAt: new Date(Date.parse(at(time)) + minutes * 60_000).toISOString(),
      ...more,
    },
    ZONE,
  );

/* What the server would answer: every time but those taken or held. */
function scheduleWithout(times, more = {}) {
  const schedule = { doctorId: 'd1', rules, exceptions: [], ...more };
  const taken = new Set(times.map((t) => Date.parse(at(t))));
  return {
    ...schedule,
    slots: starts(schedule, DAY, ZONE, service)
      .filter((ms) => !taken.has(ms))
      .map((ms) => ({ startsAt: new Date(ms).toISOString() })),
  };
}

const column = (visits, schedule, now = NOW) =>
  fillColumn({ key: 'd1', doctor, day: DAY }, { schedule, visits, zone: ZONE, service, now });
const clock = (m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;

test('a day has a column for each doctor, a week one for each day of one doctor', () => {
  assert.deepEqual(
    columnsOf('day', DAY, [doctor, { id: 'd2' }], 'd1').map((c) => c.key),
    ['d1', 'd2'],
  );
  assert.deepEqual(
    columnsOf('week', DAY, [doctor], 'd1')
      .map((c) => c.key)
      .slice(0, 2),
    ['2026-11-16', '2026-11-17'],
  );
  assert.deepEqual(daysOf('week', '2026-11-22'), { from: '2026-11-16', to: '2026-11-22' });
});

test('a visit is placed by the clinic’s clock', () => {
  const { day, from: a, to } = placed({ startsAt: '2026-11-19T19:00:00Z', endsAt: '2026-11-19T19:45:00Z' }, ZONE);
  assert.deepEqual([day, clock(a), clock(to)], [DAY, '00:30', '01:15']);
});

test('free is what no visit takes, from now on', () => {
  const own = column(
    [visit('a', '09:00'), visit('gone', '09:15', { status: 'cancelled' })],
    scheduleWithout(['09:00']),
    Date.parse(at('09:05')),
  );
  assert.deepEqual(
    own.free.slice(0, 2).map((f) => clock(f.from)),
    ['09:15', '09:30'],
  );
  assert.equal(own.count, 1);
  assert.deepEqual(own.held, []);
});

test('what the public list leaves out besides is held', () => {
  const own = column([visit('a', '09:00')], scheduleWithout(['09:00', '10:00', '10:15', '10:30']));
  assert.deepEqual(
    own.held.map((h) => [clock(h.from), clock(h.to)]),
    [['10:00', '10:45']],
  );
  assert.ok(!own.free.some((f) => clock(f.from) === '10:15'));
});

test('the desk may book at short notice and beyond the horizon: that is free, not held', () => {
  const schedule = scheduleWithout(['09:00', '09:15']);
  const hasty = fillColumn(
    { key: 'd1', doctor, day: DAY },
    { schedule, visits: [], zone: ZONE, service: { ...service, noticeMinutes: 90 }, now: NOW },
  );
  assert.deepEqual(hasty.held, []);
  assert.equal(clock(hasty.free[0].from), '09:00');
});

test('a pause after a visit is neither free nor held', () => {
  const paused = rules.map((r) => ({ ...r, bufferMinutes: 15 }));
  const schedule = scheduleWithout(['09:00', '09:15', '12:45', '18:45'], { rules: paused });
  const own = column([visit('a', '09:00')], schedule);
  assert.deepEqual(own.held, []);
});

test('a day on which the public list has nothing is a holiday, not one long hold', () => {
  const own = column([visit('a', '09:00')], { ...scheduleWithout([]), slots: [] });
  assert.equal(own.holiday, true);
  assert.deepEqual([own.spans, own.free, own.held], [[], [], []]);
  assert.equal(own.visits.length, 1, 'and who is booked still shows');
});

test('the next day on which somebody works', () => {
  assert.equal(nextOpenDay([scheduleWithout([])], '2026-11-21', ZONE), '2026-11-23');
  assert.equal(nextOpenDay([{ rules: [], exceptions: [] }], DAY, ZONE), null);
});

test('a closing that covers the day is found', () => {
  const closed = { kind: 'closed', from: at('00:00'), to: at('00:00', '2026-11-21') };
  assert.equal(closingOf({ exceptions: [closed] }, DAY, ZONE), closed);
  assert.equal(closingOf({ exceptions: [closed] }, '2026-11-21', ZONE), null);
});

const full = column([visit('a', '09:00'), visit('b', '10:00', { minutes: 45 })], scheduleWithout([]));
const place = (time) => ({ minute: +time.slice(0, 2) * 60 + +time.slice(3), ms: Date.parse(at(time)) });
const look = (v, time, today = DAY) =>
  outlook(v, full, place(time), { schedule: scheduleWithout([]), zone: ZONE, today });

test('inside the hours it snaps to the steps of the rule, outside to quarters', () => {
  assert.equal(clock(snap(full, 9 * 60 + 20, ZONE).minute), '09:15');
  assert.equal(clock(snap(full, 14 * 60 + 4, ZONE).minute), '14:00');
  assert.equal(snap(full, 9 * 60 + 20, ZONE).ms, Date.parse(at('09:15')));
});

test('arrow keys go from step to step, over the closed hours', () => {
  assert.equal(clock(stepFrom(full, place('12:45'), 1).minute), '16:00');
  assert.equal(clock(stepFrom(full, place('16:00'), -1).minute), '12:45');
  assert.deepEqual(stepFrom(full, place('18:45'), 1), place('18:45'), 'and not beyond the last');
});

test('what would happen there is said before it is let go', () => {
  const [a] = full.visits;
  assert.equal(look(a, '09:00').state, 'same');
  assert.equal(look(a, '09:30').state, 'free');
  assert.equal(look(a, '10:15').by.id, 'b');
  assert.equal(look(a, '14:00').state, 'outside');
  assert.equal(look(full.visits[1], '12:30').state, 'outside', 'a long visit that would run out of the hours');
  assert.equal(look(a, '09:30', '2026-11-21').state, 'past');
});
