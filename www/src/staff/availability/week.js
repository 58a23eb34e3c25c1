/*
 * week.js - a doctor's weekly hours as the editor holds them.
 *
 * The API has a flat list of rules.  People think in plans: "these hours from
 * Monday the 23rd on".  So rules of the same validity are one plan, and a plan
 * has seven lines of spans (see spans.js), whose value names slot length and
 * pause: "15/0".  Nothing is rounded to the painted grid: a rule 09:10-12:50
 * comes back as it was unless somebody paints over its edge.
 */

import { combine, fill, gained, merge3, set } from './spans.js';

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]; // 1 is Monday, as in the API
export const DEFAULT_KIND = '15/0';

export function minutes(clock) {
  const [h, m] = clock.split(':').map(Number);
  return h * 60 + m;
}

export function clock(minute) {
  const two = (n) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

export function kind(slotMinutes, bufferMinutes) {
  return `${slotMinutes}/${bufferMinutes}`;
}

export function parts(value) {
  const [slotMinutes, bufferMinutes] = value.split('/').map(Number);
  return { slotMinutes, bufferMinutes };
}

export function emptyPlan(validFrom = null, validTo = null) {
  return { validFrom, validTo, lines: WEEKDAYS.map(() => []) };
}

function planKey({ validFrom, validTo }) {
  return `${validFrom ?? ''}..${validTo ?? ''}`;
}

function byValidity(a, b) {
  return (a.validFrom ?? '').localeCompare(b.validFrom ?? '') || (a.validTo ?? '9').localeCompare(b.validTo ?? '9');
}

/* Rules of the API to plans, the earliest first; never none at all. */
export function plansOf(rules) {
  const plans = new Map();

  for (const r of rules) {
    const validity = { validFrom: r.validFrom ?? null, validTo: r.validTo ?? null };
    const key = planKey(validity);
    if (!plans.has(key)) plans.set(key, emptyPlan(validity.validFrom, validity.validTo));
    plans.get(key).lines[r.weekday - 1].push({
      from: minutes(r.start),
      to: minutes(r.end),
      value: kind(r.slotMinutes ?? 15, r.bufferMinutes ?? 0),
    });
  }
  if (plans.size === 0) plans.set('', emptyPlan());
  return [...plans.values()].map(tidy).sort(byValidity);
}

/* Overlapping rules of one weekday would show twice; the first one counts. */
function tidy(plan) {
  return {
    ...plan,
    lines: plan.lines.map((line) =>
      [...line]
        .sort((a, b) => a.from - b.from)
        .reduce((done, s) => {
          const from = Math.max(s.from, done.at(-1)?.to ?? 0);
          return from < s.to ? [...done, { ...s, from }] : done;
        }, []),
    ),
  };
}

/* Back to rules, in one order whatever was painted first. */
export function rulesOf(plans) {
  return [...plans].sort(byValidity).flatMap((plan) =>
    plan.lines.flatMap((line, i) =>
      line.map((s) => ({
        weekday: i + 1,
        start: clock(s.from),
        end: clock(s.to),
        ...parts(s.value),
        validFrom: plan.validFrom,
        validTo: plan.validTo,
      })),
    ),
  );
}

export function isEmpty(plans) {
  return plans.every((p) => p.lines.every((line) => line.length === 0));
}

/* Whether a plan holds on a day (YYYY-MM-DD, both ends inclusive). */
export function holds(plan, day) {
  return (plan.validFrom === null || plan.validFrom <= day) && (plan.validTo === null || day <= plan.validTo);
}

/* The place in the list of the plan to show first: today's, else the next. */
export function planFor(plans, day) {
  const now = plans.findIndex((p) => holds(p, day));
  if (now >= 0) return now;
  const next = plans.findIndex((p) => p.validFrom !== null && p.validFrom > day);
  return next >= 0 ? next : plans.length - 1;
}

/*
 * Paint (or erase) a rectangle of the grid.
 *
 * New hours take the slots of the hours that they touch, else those most
 * used in the plan, so that nobody has to choose before painting.
 *
 *   area  { first, last, from, to }: weekdays and minutes, to not included
 */
export function paint(plan, area, on) {
  const usual = usualKind(plan);

  return {
    ...plan,
    lines: plan.lines.map((line, i) => {
      if (i + 1 < area.first || i + 1 > area.last) return line;
      if (!on) return set(line, area.from, area.to, null);
      return fill(line, area.from, area.to, touching(line, area.from, area.to) ?? usual);
    }),
  };
}

function touching(line, from, to) {
  return line.find((s) => s.from <= to && s.to >= from)?.value ?? null;
}

export function usualKind(plan) {
  const lengths = new Map();

  for (const s of plan.lines.flat()) lengths.set(s.value, (lengths.get(s.value) ?? 0) + s.to - s.from);
  const [most] = [...lengths].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return most?.[0] ?? DEFAULT_KIND;
}

/* How much of a cell is worked: 'all', 'some' or 'none'. */
export function coverage(line, from, to) {
  const worked = line.reduce((sum, s) => sum + Math.max(0, Math.min(to, s.to) - Math.max(from, s.from)), 0);

  if (worked === 0) return 'none';
  return worked === to - from ? 'all' : 'some';
}

/*
 * The hours in words: spans with the same times and slots on several days
 * are one row of the table below the grid.
 *
 *   returns [{ from, to, value, weekdays: [1, 2, …] }] in order of time
 */
export function groups(plan) {
  const found = new Map();

  plan.lines.forEach((line, i) =>
    line.forEach((s) => {
      const key = `${s.from}-${s.to}-${s.value}`;
      if (!found.has(key)) found.set(key, { ...s, weekdays: [] });
      found.get(key).weekdays.push(i + 1);
    }),
  );
  return [...found.values()].sort((a, b) => a.from - b.from || a.weekdays[0] - b.weekdays[0] || a.to - b.to);
}

/* Give the hours of a group other times or slots, or (null) remove them. */
export function changeGroup(plan, group, change) {
  const next = change && { from: group.from, to: group.to, value: group.value, ...change };

  if (next && next.from >= next.to) return plan;
  return {
    ...plan,
    lines: plan.lines.map((line, i) => {
      if (!group.weekdays.includes(i + 1)) return line;
      const rest = set(line, group.from, group.to, null);
      return next ? set(rest, next.from, next.to, next.value) : rest;
    }),
  };
}

/*
 * What a draft changes in a plan.
 *
 *   returns [{ weekday, from, to, change: 'added' | 'removed' | 'slots' }]
 */
export function planChanges(base, draft) {
  return WEEKDAYS.flatMap((weekday) => {
    const was = base?.lines[weekday - 1] ?? [];
    const is = draft?.lines[weekday - 1] ?? [];
    const marked = (line, change) => line.map(({ from, to }) => ({ weekday, from, to, change }));
    const other = combine((a, b) => (a !== null && b !== null && a !== b ? true : null), was, is);

    return [...marked(gained(was, is), 'added'), ...marked(gained(is, was), 'removed'), ...marked(other, 'slots')];
  });
}

/*
 * What a plan is compared with: the saved one of the same dates, else the
 * saved one that it was split from or whose dates were changed.
 */
export function originOf(saved, plan) {
  return (
    saved.find((p) => planKey(p) === planKey(plan)) ??
    saved.find((p) => [plan.validFrom, plan.validTo].some((day) => day !== null && holds(p, day))) ??
    (saved.length === 1 ? saved[0] : null)
  );
}

/* The same over all plans; how many there are is what the save bar says. */
export function changes(saved, draft) {
  const kept = new Set(draft.map((plan) => originOf(saved, plan)));
  const told = (plan, list) => list.map((c) => ({ ...c, validFrom: plan.validFrom, validTo: plan.validTo }));

  return [
    ...draft.flatMap((plan) => {
      const origin = originOf(saved, plan);
      const dates = origin && planKey(origin) === planKey(plan) ? [] : [{ change: 'dates' }];
      return told(plan, [...dates, ...planChanges(origin, plan)]);
    }),
    ...saved.filter((plan) => !kept.has(plan)).flatMap((plan) => told(plan, planChanges(plan, null))),
  ];
}

export function samePlans(a, b) {
  return JSON.stringify(rulesOf(a)) === JSON.stringify(rulesOf(b));
}

/* My changes on top of what somebody else has saved meanwhile. */
export function mergePlans(base, mine, theirs) {
  const keys = new Map([...theirs, ...mine].map((p) => [planKey(p), p]));
  const find = (plans, key) => plans.find((p) => planKey(p) === key);

  return [...keys]
    .map(([key, plan]) => {
      const of = (plans) => find(plans, key)?.lines ?? emptyPlan().lines;
      const [b, m, t] = [of(base), of(mine), of(theirs)];
      return { ...plan, lines: plan.lines.map((_, i) => merge3(b[i], m[i], t[i])) };
    })
    .filter((p) => keys.size === 1 || p.lines.some((line) => line.length > 0))
    .sort(byValidity);
}

/*
 * Other hours from a day on: the plan that holds then ends the day before,
 * and a copy of it begins.
 */
export function splitPlan(plans, index, day, dayBefore) {
  const old = plans[index];
  const copy = { ...old, validFrom: day, lines: old.lines.map((l) => l.map((s) => ({ ...s }))) };

  if (!holds(old, day) || old.validFrom === day) return plans;
  return [...plans.slice(0, index), { ...old, validTo: dayBefore }, copy, ...plans.slice(index + 1)].sort(byValidity);
}

/* The first and last minute to show: eight to eight, more if worked. */
export function dayRange(plans) {
  const all = plans.flatMap((p) => p.lines.flat());
  return {
    from: Math.min(8 * 60, ...all.map((s) => Math.floor(s.from / 60) * 60)),
    to: Math.max(20 * 60, ...all.map((s) => Math.ceil(s.to / 60) * 60)),
  };
}
