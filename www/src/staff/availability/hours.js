/*
 * hours.js - what weekly rules and exceptions mean on one day.
 *
 * Only for what is not saved yet (the editor's preview and its warning) and
 * for drawing the calendar's open hours.  Which times can be booked is what
 * the server says; this follows core.free_slots without the bookings:
 *
 *   - a rule is wall-clock time of the clinic, so its length in real minutes
 *     differs on the day on which the clocks change;
 *   - slots start every slotMinutes of real time from the start of their
 *     opening, where the visit and its buffer end before the opening does;
 *   - nothing that a closing touches can be booked.
 */
import { dayOf, instantOf, minutesFrom, wall, weekdayOf } from '../../common/time.js';

export const MINUTE = 60_000;

/* The end of a day is written 24:00. */
const END_OF_DAY = 24 * 60;

const HALF_A_DAY = 12 * 60 * MINUTE; /* the longest visit */

/*
 * Where the clocks go back an hour happens twice.  PostgreSQL takes the
 * second one for a wall-clock time in it, so this does too.
 */
export function instantMs(day, minute, zone) {
  const first = instantOf(day, minute, zone).getTime();

  for (const back of [30, 60]) {
    const again = wall(new Date(first + back * MINUTE), zone);
    if (again.day === day && again.minutes === minute) return first + back * MINUTE;
  }
  return first;
}

/* From midnight to midnight, as instants. */
export function dayBounds(day, zone) {
  return { from: instantMs(day, 0, zone), to: instantMs(day, END_OF_DAY, zone) };
}

function ruleHolds(rule, day) {
  return (
    rule.weekday === weekdayOf(day) &&
    (!rule.validFrom || rule.validFrom <= day) &&
    (!rule.validTo || day <= rule.validTo)
  );
}

const meets = (a, b) => a.from < b.to && b.from < a.to;

function exceptionsOf(exceptions, kind, bounds) {
  return exceptions
    .filter((e) => e.kind === kind)
    .map((e) => ({ from: Date.parse(e.from), to: Date.parse(e.to), step: e.slotMinutes ?? 15, buffer: 0 }))
    .filter((e) => meets(e, bounds));
}

/*
 * When a doctor works on a day: { openings, closed }, both in milliseconds,
 * an opening with its step and buffer in minutes.  Closings are not yet cut
 * out: the grid of an opening starts at its own first minute, closed or not.
 */
export function openings({ rules, exceptions = [] }, day, zone) {
  const bounds = dayBounds(day, zone);
  const weekly = rules
    .filter((r) => ruleHolds(r, day))
    .map((r) => ({
      from: instantMs(day, minutesFrom(r.start), zone),
      to: instantMs(day, minutesFrom(r.end), zone),
      step: r.slotMinutes,
      buffer: r.bufferMinutes,
    }));

  return {
    bounds,
    openings: [...weekly, ...exceptionsOf(exceptions, 'extra', bounds)].sort((a, b) => a.from - b.from),
    // A visit of the evening may run into a closing of the next day.
    closed: exceptionsOf(exceptions, 'closed', { from: bounds.from, to: bounds.to + HALF_A_DAY }),
  };
}

/* The open stretches of a day as minutes on the wall, closings cut out. */
export function openSpans(schedule, day, zone) {
  const { openings: open, closed, bounds } = openings(schedule, day, zone);
  const spans = closed.reduce(
    (left, c) =>
      left
        .flatMap((s) => [
          { from: s.from, to: Math.min(s.to, c.from) },
          { from: Math.max(s.from, c.to), to: s.to },
        ])
        .filter((s) => s.from < s.to),
    open,
  );

  return spans
    .map((s) => ({
      from: minuteOn(day, s.from, bounds, zone),
      to: minuteOn(day, s.to, bounds, zone),
    }))
    .filter((s) => s.from < s.to)
    .sort((a, b) => a.from - b.from);
}

/* An instant as a minute of a day, which it may lie before or after. */
function minuteOn(day, ms, bounds, zone) {
  if (ms <= bounds.from) return 0;
  return ms >= bounds.to ? END_OF_DAY : wall(new Date(ms), zone).minutes;
}

/*
 * The starting times of a day for a visit of that length, bookings aside.
 *
 *   returns  [ms, …] in order
 */
export function starts(schedule, day, zone, { durationMinutes, bufferMinutes = 0 }) {
  const { openings: open, closed, bounds } = openings(schedule, day, zone);
  const duration = durationMinutes * MINUTE;
  const found = new Set();

  for (const o of open) {
    const whole = duration + Math.max(bufferMinutes, o.buffer) * MINUTE;
    for (let at = o.from; at + whole <= o.to; at += o.step * MINUTE) {
      const visit = { from: at, to: at + duration };
      if (at >= bounds.from && at < bounds.to && !closed.some((c) => meets(c, visit))) found.add(at);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/* The steps to which a visit may be dragged: every start, fitting or not. */
export function gridStarts(schedule, day, zone) {
  const { openings: open, bounds } = openings(schedule, day, zone);
  const found = new Set();

  for (const o of open) {
    for (let at = o.from; at < o.to; at += o.step * MINUTE) {
      if (at >= bounds.from && at < bounds.to) found.add(at);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/* Whether a visit lies within the hours: in an opening, in no closing. */
export function within(schedule, visit, zone) {
  const day = dayOf(new Date(visit.from), zone);
  const { openings: open, closed } = openings(schedule, day, zone);

  return open.some((o) => o.from <= visit.from && visit.to <= o.to) && !closed.some((c) => meets(c, visit));
}

/* How many minutes longer or shorter than 24 hours a day is. */
export function clockChange(day, zone) {
  const { from, to } = dayBounds(day, zone);
  return (to - from) / MINUTE - END_OF_DAY;
}
