/*
 * board.js - what one view of the calendar shows: its columns, and in each
 * column visits, free times and holds.
 *
 * A day view has a column for each doctor, a week view one for each day of
 * one doctor.  Both are the same board to everything else.
 */
import { addDays, dayOf, mondayOf, wall } from '../../common/time.js';
import { MINUTE, gridStarts, instantMs, openSpans, starts } from '../availability/hours.js';
import { DAY } from './axis.js';

/* Statuses whose visit no longer takes the doctor's time. */
const GONE = new Set(['cancelled', 'no_show']);
/* And those that can still be moved. */
const MOVABLE = new Set(['requested', 'confirmed', 'checked_in']);

export const takesTime = (visit) => !GONE.has(visit.status);
export const canMove = (visit) => MOVABLE.has(visit.status);

/* The days of a view, first and last. */
export function daysOf(view, day) {
  if (view === 'day') return { from: day, to: day };
  const monday = mondayOf(day);
  return { from: monday, to: addDays(monday, 6) };
}

/* A visit with its place: day, and minutes on the wall of the clinic. */
export function placed(item, zone) {
  const { day, minutes } = wall(item.startsAt, zone);
  const startMs = Date.parse(item.startsAt);
  const endMs = Date.parse(item.endsAt);
  const to = Math.min(DAY, minutes + Math.max(5, (endMs - startMs) / MINUTE));

  return { ...item, day, startMs, endMs, from: minutes, to };
}

/* The columns of a view, still empty: [{ key, doctor, day }]. */
export function columnsOf(view, day, doctors, doctorId) {
  if (view === 'day') return doctors.map((doctor) => ({ key: doctor.id, doctor, day }));
  const doctor = doctors.find((d) => d.id === doctorId) ?? doctors[0];
  const { from } = daysOf(view, day);
  return Array.from({ length: 7 }, (_, i) => addDays(from, i)).map((d) => ({ key: d, doctor, day: d }));
}

/*
 * The columns that a day needs: a doctor who cannot be booked online and has
 * nobody is left out beside others.
 */
export function neededOf(view, columns) {
  if (view === 'week' || columns.length < 2) return columns;
  return columns.filter((c) => c.doctor.offered || c.visits.length > 0);
}

/*
 * Free and held times of one column.
 *
 * The desk may book at short notice and beyond the horizon, so free is every
 * step of the hours that no visit takes.  What the public list leaves out
 * besides is held by somebody who is booking at this moment: only where the
 * public list would have it at all, between notice and horizon.
 *
 *   returns  { free: [ms, …], held: [{ from, to }, …], holiday } in milliseconds
 */
export function freeAndHeld({ schedule, day, zone, service, visits, now }) {
  const duration = service.durationMinutes * MINUTE;
  const pause = (service.bufferMinutes ?? 0) * MINUTE;
  const open = new Set(schedule.slots.map((s) => Date.parse(s.startsAt)));
  const taken = visits.filter(takesTime);
  const [earliest, latest] = [
    now + (service.noticeMinutes ?? 0) * MINUTE,
    now + (service.horizonDays ?? 365) * DAY * MINUTE,
  ];
  const blocks = (v, at) => v.startMs < at + duration + pause && at < v.endMs + pause;
  const free = [];
  const held = [];

  for (const at of starts(schedule, day, zone, service)) {
    if (at < now || taken.some((v) => blocks(v, at))) continue;
    if (open.has(at) || at < earliest || at > latest || nearVisit(schedule, taken, at, duration)) free.push(at);
    else held.push({ from: at, to: at + duration });
  }
  return closedByClinic({ held, free, open, day, zone })
    ? { free: [], held: [], holiday: true }
    : { free, held: joined(held) };
}

const LONG_HOLD = 120 * MINUTE;

/*
 * A holiday of the whole clinic is in no doctor's exceptions: it shows only by
 * the public list having nothing on a day that nobody can have held so long.
 */
function closedByClinic({ held, free, open, day, zone }) {
  const sum = held.reduce((n, h) => n + h.to - h.from, 0);
  return sum >= LONG_HOLD && free.length === 0 && ![...open].some((ms) => dayOf(new Date(ms), zone) === day);
}

/* A rule's own pause may close a time that the service's pause leaves open. */
function nearVisit(schedule, taken, at, duration) {
  const pause = Math.max(0, ...schedule.rules.map((r) => r.bufferMinutes ?? 0)) * MINUTE;
  return pause > 0 && taken.some((v) => v.startMs < at + duration + pause && at < v.endMs + pause);
}

function joined(spans) {
  const done = [];

  for (const s of spans) {
    const last = done.at(-1);
    if (last && s.from <= last.to) last.to = Math.max(last.to, s.to);
    else done.push({ ...s });
  }
  return done;
}

/*
 * A column with everything in it.  `schedule` is the answer of GET
 * /api/availability, `visits` are placed and of any doctor and day.
 */
export function fillColumn(column, { schedule, visits, zone, service, now }) {
  const own = visits.filter((v) => v.doctorId === column.doctor.id && v.day === column.day);
  const { free, held, holiday } = freeAndHeld({ schedule, day: column.day, zone, service, visits: own, now });
  const minute = (ms) => wall(new Date(ms), zone).minutes;
  const spans = holiday ? [] : openSpans(schedule, column.day, zone);
  const open = ({ minute: at }) => spans.some((s) => s.from <= at && at < s.to);

  return {
    ...column,
    visits: own,
    spans,
    free: free.map((ms) => ({ ms, from: minute(ms), to: minute(ms) + service.durationMinutes })),
    held: held.map((h) => ({ ms: h.from, from: minute(h.from), to: minute(h.from) + (h.to - h.from) / MINUTE })),
    steps: gridStarts(schedule, column.day, zone)
      .map((ms) => ({ ms, minute: minute(ms) }))
      .filter(open),
    count: own.filter(takesTime).length,
    holiday: Boolean(holiday),
  };
}

/* The closing that covers a whole day without hours, or null. */
export function closingOf(schedule, day, zone) {
  const noon = instantMs(day, DAY / 2, zone);
  return (
    schedule.exceptions.find((e) => e.kind === 'closed' && Date.parse(e.from) < noon && noon < Date.parse(e.to)) ?? null
  );
}

/* The shortest slot of the doctors shown, which decides how tall an hour is. */
export function shortestSlot(schedules) {
  return Math.min(15, ...schedules.flatMap((s) => s.rules.map((r) => r.slotMinutes)));
}

/* The first day after `day` on which one of the doctors works, within two months. */
export function nextOpenDay(schedules, day, zone) {
  for (let i = 1; i <= 62; i++) {
    const next = addDays(day, i);
    if (schedules.some((s) => openSpans(s, next, zone).length > 0)) return next;
  }
  return null;
}
