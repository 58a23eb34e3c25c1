/*
 * What rules and exceptions mean on one day: the preview, the warning, and
 * the days on which the clocks change.
 */
import test from 'node:test';
import assert from 'node:assert/strict';

const from = (path) => import(new URL(`../../www/src/staff/availability/${path}`, import.meta.url));
const { clockChange, gridStarts, openSpans, starts, within } = await from('hours.js');
const { comingVisits, orphans } = await from('orphans.js');

const KOLKATA = 'Asia/Kolkata';
const NEW_YORK = 'America/New_York';
const rule = (weekday, start, end, slotMinutes = 15, bufferMinutes = 0, validFrom = null, validTo = null) => ({
  weekday,
  start,
  end,
  slotMinutes,
  bufferMinutes,
  validFrom,
  validTo,
});
const week = [1, 2, 3, 4, 5, 6].flatMap((d) => [rule(d, '09:00', '13:00'), rule(d, '16:00', '19:00')]);
const clocks = (list, zone = KOLKATA) =>
  list.map((ms) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(ms));
const visit = { durationMinutes: 15 };

test('an ordinary day has 28 slots of a quarter of an hour', () => {
  const list = clocks(starts({ rules: week }, '2026-11-20', KOLKATA, visit));
  assert.equal(list.length, 28);
  assert.deepEqual([list[0], list[15], list[16], list[27]], ['09:00', '12:45', '16:00', '18:45']);
});

test('on Sunday nobody works', () => {
  assert.deepEqual(starts({ rules: week }, '2026-11-22', KOLKATA, visit), []);
});

test('a longer visit has to fit before the end', () => {
  const list = clocks(starts({ rules: week }, '2026-11-20', KOLKATA, { durationMinutes: 45 }));
  assert.equal(list.at(-1), '18:15');
});

test('so does the longer of the two pauses', () => {
  const rules = [rule(5, '09:00', '10:00', 15, 10)];
  assert.deepEqual(clocks(starts({ rules }, '2026-11-20', KOLKATA, visit)), ['09:00', '09:15', '09:30']);
  assert.deepEqual(clocks(starts({ rules }, '2026-11-20', KOLKATA, { durationMinutes: 15, bufferMinutes: 20 })), [
    '09:00',
    '09:15',
  ]);
});

test('rules hold from and until a day, both inclusive', () => {
  const rules = [rule(5, '09:00', '10:00', 15, 0, '2026-11-20', '2026-11-27')];
  const count = (day) => starts({ rules }, day, KOLKATA, visit).length;
  assert.deepEqual(['2026-11-13', '2026-11-20', '2026-11-27', '2026-12-04'].map(count), [0, 4, 4, 0]);
});

test('a closing takes away what it touches, and the grid stays', () => {
  const exceptions = [{ kind: 'closed', from: '2026-11-20T09:20:00+05:30', to: '2026-11-20T12:00:00+05:30' }];
  const list = clocks(starts({ rules: week, exceptions }, '2026-11-20', KOLKATA, visit));
  assert.deepEqual(list.slice(0, 2), ['09:00', '12:00']);
  assert.deepEqual(openSpans({ rules: week, exceptions }, '2026-11-20', KOLKATA), [
    { from: 540, to: 560 },
    { from: 720, to: 780 },
    { from: 960, to: 1140 },
  ]);
});

test('an extra session brings slots of its own length', () => {
  const exceptions = [
    { kind: 'extra', from: '2026-11-22T10:00:00+05:30', to: '2026-11-22T11:00:00+05:30', slotMinutes: 30 },
  ];
  assert.deepEqual(clocks(starts({ rules: week, exceptions }, '2026-11-22', KOLKATA, visit)), ['10:00', '10:30']);
});

test('a closing of several days covers the days between', () => {
  const exceptions = [{ kind: 'closed', from: '2026-11-19T00:00:00+05:30', to: '2026-11-24T00:00:00+05:30' }];
  assert.deepEqual(openSpans({ rules: week, exceptions }, '2026-11-21', KOLKATA), []);
});

const night = [rule(7, '00:00', '06:00', 30)];

test('a night on which the clocks go forward has an hour less', () => {
  const list = clocks(starts({ rules: night }, '2027-03-14', NEW_YORK, visit), NEW_YORK);
  assert.equal(list.length, 10);
  assert.ok(!list.includes('02:00') && !list.includes('02:30'));
  assert.equal(clockChange('2027-03-14', NEW_YORK), -60);
});

test('a night on which they go back has an hour more, and each slot once', () => {
  const list = starts({ rules: night }, '2026-11-01', NEW_YORK, visit);
  assert.equal(list.length, 14);
  assert.equal(new Set(list).size, 14);
  assert.equal(clockChange('2026-11-01', NEW_YORK), 60);
});

test('an opening in the hour that happens twice starts in the second, as in PostgreSQL', () => {
  const [first] = starts({ rules: [rule(7, '01:30', '03:00', 30)] }, '2026-11-01', NEW_YORK, visit);
  assert.equal(new Date(first).toISOString(), '2026-11-01T06:30:00.000Z');
});

test('an opening in the hour that is left out starts after it', () => {
  const [first] = starts({ rules: [rule(7, '02:30', '05:00', 30)] }, '2027-03-14', NEW_YORK, visit);
  assert.equal(new Date(first).toISOString(), '2027-03-14T07:30:00.000Z');
});

test('the day after is an ordinary one', () => {
  assert.equal(clockChange('2026-11-02', NEW_YORK), 0);
});

test('a visit may be dragged to every step of the grid', () => {
  assert.equal(gridStarts({ rules: [rule(5, '09:00', '10:00', 20)] }, '2026-11-20', KOLKATA).length, 3);
});

test('within the hours or not', () => {
  const at = (a, b) => ({ from: Date.parse(`2026-11-20T${a}:00+05:30`), to: Date.parse(`2026-11-20T${b}:00+05:30`) });
  assert.equal(within({ rules: week }, at('09:00', '09:15'), KOLKATA), true);
  assert.equal(within({ rules: week }, at('12:45', '13:15'), KOLKATA), false);
  assert.equal(within({ rules: week }, at('14:00', '14:15'), KOLKATA), false);
});

const appointment = (id, startsAt, more = {}) => ({
  id,
  doctorId: 'd1',
  status: 'confirmed',
  startsAt,
  endsAt: new Date(Date.parse(startsAt) + 900_000).toISOString(),
  ...more,
});
const NOW = Date.parse('2026-11-20T10:42:00+05:30');

test('coming visits are those of the doctor that still have to take place', () => {
  const list = [
    appointment('later', '2026-11-25T16:15:00+05:30'),
    appointment('soon', '2026-11-20T11:00:00+05:30'),
    appointment('past', '2026-11-20T09:00:00+05:30'),
    appointment('gone', '2026-11-20T11:15:00+05:30', { status: 'cancelled' }),
    appointment('other', '2026-11-20T11:15:00+05:30', { doctorId: 'd2' }),
    appointment('walk-in', '2026-11-20T11:15:00+05:30', { startsAt: null }),
  ];
  assert.deepEqual(
    comingVisits(list, 'd1', NOW).map((v) => v.id),
    ['soon', 'later'],
  );
});

test('erasing Wednesday evenings orphans the visits on them', () => {
  const visits = comingVisits(
    [
      appointment('wed', '2026-11-25T16:15:00+05:30'),
      appointment('thu', '2026-11-26T16:15:00+05:30'),
      appointment('odd', '2026-11-25T14:00:00+05:30'),
    ],
    'd1',
    NOW,
  );
  const draft = { rules: week.filter((r) => r.weekday !== 3 || r.start !== '16:00') };
  assert.deepEqual(
    orphans({ rules: week }, draft, visits, KOLKATA).map((v) => v.id),
    ['wed'],
    'and not the one that was outside before',
  );
});

test('so does a holiday', () => {
  const visits = comingVisits([appointment('wed', '2026-11-25T16:15:00+05:30')], 'd1', NOW);
  const exceptions = [{ kind: 'closed', from: '2026-11-25T00:00:00+05:30', to: '2026-11-26T00:00:00+05:30' }];
  assert.equal(orphans({ rules: week }, { rules: week, exceptions }, visits, KOLKATA).length, 1);
});

test('two thousand visits are looked through while the brush moves', () => {
  const visits = comingVisits(
    Array.from({ length: 2000 }, (_, i) => appointment(`a${i}`, new Date(NOW + i * 3_600_000 * 2).toISOString())),
    'd1',
    NOW,
  );
  const began = performance.now();
  orphans({ rules: week }, { rules: week }, visits, KOLKATA);
  assert.ok(performance.now() - began < 2000);
});
