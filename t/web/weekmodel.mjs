/*
 * The weekly grid: what is painted becomes rules, and rules that nobody
 * touched come back as they were.
 */
import test from 'node:test';
import assert from 'node:assert/strict';

const from = (path) => import(new URL(`../../www/src/staff/availability/${path}`, import.meta.url));
const week = await from('week.js');
const { merge3, set } = await from('spans.js');

const rule = (weekday, start, end, slotMinutes = 15, bufferMinutes = 0, validFrom = null, validTo = null) => ({
  weekday,
  start,
  end,
  slotMinutes,
  bufferMinutes,
  validFrom,
  validTo,
});
const demo = [1, 2, 3, 4, 5, 6].flatMap((d) => [rule(d, '09:00', '13:00'), rule(d, '16:00', '19:00')]);
const area = (first, last, a, b) => ({ first, last, from: week.minutes(a), to: week.minutes(b) });
const painted = (rules, where, on = true) => {
  const [plan] = week.plansOf(rules);
  return week.rulesOf([week.paint(plan, where, on)]);
};
const words = (rules) => rules.map((r) => `${r.weekday} ${r.start}-${r.end} ${r.slotMinutes}/${r.bufferMinutes}`);

test('rules come back as they were', () => {
  assert.deepEqual(week.rulesOf(week.plansOf(demo)), demo);
});

test('also those off the grid, with pauses, of several plans', () => {
  const odd = [
    rule(1, '09:10', '12:50', 20, 5, null, '2026-11-30'),
    rule(1, '09:00', '11:00', 50, 0, '2026-12-01', null),
    rule(1, '11:00', '13:00', 50, 0, '2026-12-01', null),
  ];
  assert.deepEqual(week.rulesOf(week.plansOf(odd)), odd);
});

test('two sessions that meet are not made one by painting elsewhere', () => {
  const rules = [rule(1, '09:00', '11:00'), rule(1, '11:00', '13:00')];
  assert.deepEqual(words(painted(rules, area(1, 1, '16:00', '17:00'))), [
    '1 09:00-11:00 15/0',
    '1 11:00-13:00 15/0',
    '1 16:00-17:00 15/0',
  ]);
});

test('painting beside hours makes them longer', () => {
  assert.deepEqual(words(painted([rule(1, '09:00', '13:00', 20, 5)], area(1, 1, '13:00', '13:30'))), [
    '1 09:00-13:30 20/5',
  ]);
});

test('painting between two sessions joins them', () => {
  assert.deepEqual(words(painted(demo.slice(0, 2), area(1, 1, '13:00', '16:00'))), ['1 09:00-19:00 15/0']);
});

test('painting over hours with other slots leaves these alone', () => {
  const rules = [rule(1, '09:00', '10:00', 15), rule(1, '12:00', '13:00', 30)];
  assert.deepEqual(words(painted(rules, area(1, 1, '09:00', '13:00'))), ['1 09:00-12:00 15/0', '1 12:00-13:00 30/0']);
});

test('new hours take the slots that are usual in the plan', () => {
  const rules = [rule(1, '09:00', '13:00', 20), rule(2, '09:00', '10:00', 30)];
  assert.deepEqual(words(painted(rules, area(7, 7, '10:00', '11:00'))).at(-1), '7 10:00-11:00 20/0');
  assert.deepEqual(words(painted([], area(7, 7, '10:00', '11:00'))), ['7 10:00-11:00 15/0']);
});

test('erasing the middle leaves two sessions', () => {
  assert.deepEqual(words(painted(demo.slice(0, 1), area(1, 1, '10:30', '11:00'), false)), [
    '1 09:00-10:30 15/0',
    '1 11:00-13:00 15/0',
  ]);
});

test('a rectangle is painted on all its days', () => {
  const rules = painted([], area(2, 4, '09:00', '10:00'));
  assert.deepEqual(
    rules.map((r) => r.weekday),
    [2, 3, 4],
  );
});

test('the same hours on several days are one row', () => {
  const [plan] = week.plansOf(demo);
  assert.deepEqual(
    week.groups(plan).map((g) => [week.clock(g.from), g.weekdays.length]),
    [
      ['09:00', 6],
      ['16:00', 6],
    ],
  );
});

test('a row changes on all its days, and only there', () => {
  const [plan] = week.plansOf([...demo, rule(7, '10:00', '11:00')]);
  const [morning] = week.groups(plan);
  const next = week.changeGroup(plan, morning, { to: week.minutes('12:00'), value: week.kind(20, 5) });
  assert.deepEqual(
    words(week.rulesOf([next])).filter((w) => /^[17]/.test(w)),
    ['1 09:00-12:00 20/5', '1 16:00-19:00 15/0', '7 10:00-11:00 15/0'],
  );
  assert.equal(week.groups(week.changeGroup(plan, morning, null)).length, 2);
  assert.equal(week.changeGroup(plan, morning, { to: morning.from }), plan, 'an end before the start is not taken');
});

test('coverage tells full, partly and not', () => {
  const [plan] = week.plansOf([rule(1, '09:10', '10:00')]);
  assert.equal(week.coverage(plan.lines[0], 540, 570), 'some');
  assert.equal(week.coverage(plan.lines[0], 570, 600), 'all');
  assert.equal(week.coverage(plan.lines[0], 600, 630), 'none');
});

test('changes are counted by stretch', () => {
  const base = week.plansOf(demo);
  const one = week.paint(base[0], area(3, 3, '16:00', '19:00'), false);
  const two = week.paint(one, area(4, 4, '14:00', '15:00'), true);
  assert.deepEqual(
    week.changes(base, [two]).map((c) => `${c.weekday} ${c.change}`),
    ['3 removed', '4 added'],
  );
  assert.deepEqual(week.changes(base, base), []);
});

test('another slot length is a change too', () => {
  const base = week.plansOf([rule(1, '09:00', '13:00')]);
  const next = week.changeGroup(base[0], week.groups(base[0])[0], { value: '30/0' });
  assert.deepEqual(
    week.changes(base, [next]).map((c) => c.change),
    ['slots'],
  );
});

test('mine goes on top of theirs, where we did not touch the same', () => {
  const base = [{ from: 540, to: 780, value: 'a' }];
  const mine = set(base, 720, 780, null);
  const theirs = set(base, 960, 1140, 'a');
  assert.deepEqual(merge3(base, mine, theirs), [
    { from: 540, to: 720, value: 'a' },
    { from: 960, to: 1140, value: 'a' },
  ]);
});

test('plans merge, also one that only they have', () => {
  const base = week.plansOf(demo);
  const mine = [week.paint(base[0], area(3, 3, '16:00', '19:00'), false)];
  const theirs = week.plansOf([
    ...demo,
    rule(4, '14:00', '15:00'),
    rule(1, '10:00', '11:00', 15, 0, '2027-01-01', null),
  ]);
  const merged = week.rulesOf(week.mergePlans(base, mine, theirs));
  assert.equal(merged.filter((r) => r.weekday === 3).length, 1);
  assert.ok(merged.some((r) => r.weekday === 4 && r.start === '14:00'));
  assert.ok(merged.some((r) => r.validFrom === '2027-01-01'));
});

test('other hours from a day on end the old ones the day before', () => {
  const plans = week.splitPlan(week.plansOf(demo), 0, '2026-12-01', '2026-11-30');
  assert.deepEqual(
    plans.map((p) => [p.validFrom, p.validTo]),
    [
      [null, '2026-11-30'],
      ['2026-12-01', null],
    ],
  );
  assert.equal(week.planFor(plans, '2026-11-20'), 0);
  assert.equal(week.planFor(plans, '2026-12-01'), 1);
  assert.equal(week.planFor(week.plansOf([rule(1, '09:00', '10:00', 15, 0, '2027-01-01', null)]), '2026-12-01'), 0);
});

test('the grid shows eight to eight, and more where somebody works', () => {
  assert.deepEqual(week.dayRange(week.plansOf(demo)), { from: 480, to: 1200 });
  assert.deepEqual(week.dayRange(week.plansOf([rule(1, '05:30', '22:10')])), { from: 300, to: 1380 });
});

const draft = await from('draft.js');
const ex = await from('exceptions.js');
const KOLKATA = 'Asia/Kolkata';
const answer = (more = {}) => ({ version: 3, rules: demo, exceptions: [], ...more });
const closedDay = (day) => ex.fromForm({ kind: 'closed', whole: true, first: day, last: day }, KOLKATA);

test('a draft without edits has nothing to save', () => {
  assert.deepEqual(draft.changeList(draft.begin(answer())), []);
});

test('undo and redo walk through the strokes, discard is one of them', () => {
  const first = draft.begin(answer());
  const plans = [week.paint(first.plans[0], area(3, 3, '16:00', '19:00'), false)];
  const one = draft.edit(first, { plans });
  assert.equal(draft.changeList(one).length, 1);
  assert.equal(draft.changeList(draft.undo(one)).length, 0);
  assert.equal(draft.changeList(draft.redo(draft.undo(one))).length, 1);
  const none = draft.discard(one);
  assert.equal(draft.changeList(none).length, 0);
  assert.equal(draft.changeList(draft.undo(none)).length, 1);
  assert.equal(draft.undo(first), first);
});

test('what is sent carries the version and nothing of the editor', () => {
  const body = draft.bodyOf(
    draft.edit(draft.begin(answer()), { exceptions: [{ ...closedDay('2026-11-24'), everyone: true }] }),
  );
  assert.equal(body.version, 3);
  assert.deepEqual(body.rules, demo);
  assert.deepEqual(Object.keys(body.exceptions[0]), ['kind', 'from', 'to']);
});

test('when somebody else saved, mine go on top of theirs', () => {
  const mine = draft.edit(draft.begin(answer()), { exceptions: [closedDay('2026-11-24')] });
  const theirs = answer({
    version: 4,
    rules: [...demo, rule(4, '14:00', '15:00')],
    exceptions: [closedDay('2026-12-25')],
  });
  assert.deepEqual(
    draft.theirChanges(mine, theirs).map((c) => c.change),
    ['added', 'added'],
  );
  const both = draft.putOnTop(mine, theirs);
  assert.equal(draft.bodyOf(both).version, 4);
  assert.equal(both.exceptions.length, 2);
  assert.equal(draft.changeList(both).length, 1, 'and only mine remain to be saved');
});

test('an exception that they removed stays removed, and so does mine', () => {
  const [a, b] = [closedDay('2026-11-24'), closedDay('2026-11-25')];
  assert.deepEqual(ex.mergeExceptions([a, b], [a], [b]), []);
});

test('hours of two plans that hold together may not overlap', () => {
  const overlapping = week.plansOf([...demo, rule(1, '12:00', '14:00', 15, 0, '2026-12-01', null)]);
  assert.ok(draft.clash(overlapping));
  assert.equal(draft.clash(week.plansOf([...demo, rule(7, '12:00', '14:00', 15, 0, '2026-12-01', null)])), null);
  const split = week.splitPlan(week.plansOf(demo), 0, '2026-12-01', '2026-11-30');
  assert.equal(draft.clash(split), null);
});

test('a closed day is midnight to midnight of the clinic, also when that is not 24 hours', () => {
  assert.deepEqual(closedDay('2026-11-24'), {
    kind: 'closed',
    from: '2026-11-23T18:30:00.000Z',
    to: '2026-11-24T18:30:00.000Z',
  });
  const long = ex.fromForm(
    { kind: 'closed', whole: true, first: '2026-11-01', last: '2026-11-01' },
    'America/New_York',
  );
  assert.equal(Date.parse(long.to) - Date.parse(long.from), 25 * 3_600_000);
  assert.deepEqual(ex.toForm(long, 'America/New_York').whole, true);
});

test('a form comes back as it was filled in', () => {
  for (const form of [
    { kind: 'closed', whole: true, first: '2026-11-30', last: '2026-12-02', start: 0, end: 1440, slotMinutes: 15 },
    { kind: 'closed', whole: false, first: '2026-11-25', last: '2026-11-25', start: 960, end: 1140, slotMinutes: 15 },
    { kind: 'extra', whole: false, first: '2026-11-28', last: '2026-11-28', start: 840, end: 960, slotMinutes: 20 },
  ])
    assert.deepEqual(ex.toForm(ex.fromForm(form, KOLKATA), KOLKATA), form);
});

test('a form that ends before it begins is not taken', () => {
  assert.equal(ex.formError({ kind: 'closed', whole: true, first: '2026-11-30', last: '2026-11-29' }), 'exOrder');
  assert.equal(ex.formError({ kind: 'extra', first: '2026-11-30', start: 600, end: 600 }), 'exOrder');
  assert.equal(ex.formError({ kind: 'extra', first: '', start: 600, end: 660 }), 'exDayMissing');
  assert.equal(ex.formError({ kind: 'extra', first: '2026-11-30', start: 600, end: 660 }), null);
});

test('the month view marks closed days, closed hours and extra sessions', () => {
  const list = [
    closedDay('2026-11-24'),
    ex.fromForm({ kind: 'closed', whole: false, first: '2026-11-25', start: 960, end: 1140 }, KOLKATA),
    ex.fromForm({ kind: 'extra', first: '2026-11-28', start: 840, end: 960, slotMinutes: 15 }, KOLKATA),
  ];
  assert.deepEqual(
    ['2026-11-24', '2026-11-25', '2026-11-28', '2026-11-26'].map((d) => ex.dayMark(list, d, KOLKATA)),
    ['closed', 'part', 'extra', null],
  );
});

test('a month is drawn in weeks from Monday', () => {
  const november = ex.monthOf('2026-11-20');
  assert.equal(november.length, 6);
  assert.equal(november[0][6], '2026-11-01');
  assert.equal(november[5][0], '2026-11-30');
  assert.equal(ex.nextMonth('2026-11-20', 2), '2027-01-01');
});
