/*
 * exceptions.js - closed days, closed hours and extra sessions, as people
 * name them: days and times of the clinic, where the API has instants.
 */
import { addDays, dayOf, minutesOf } from '../../common/time.js';
import { dayBounds, instantMs } from './hours.js';

const DAY = 24 * 60;

export const exceptionKey = (e) =>
  `${e.kind} ${Date.parse(e.from)} ${Date.parse(e.to)} ${e.kind === 'extra' ? (e.slotMinutes ?? 15) : ''}`;

export function inOrder(exceptions) {
  return [...exceptions].sort((a, b) => Date.parse(a.from) - Date.parse(b.from) || Date.parse(a.to) - Date.parse(b.to));
}

/*
 * What a form says, as an exception of the API.
 *
 *   form  { kind, whole, first, last, start, end, slotMinutes }: whole days
 *         first to last, or minutes start to end of the day `first`
 */
export function fromForm({ kind, whole, first, last, start, end, slotMinutes }, zone) {
  const iso = (ms) => new Date(ms).toISOString();

  if (kind === 'closed' && whole)
    return { kind, from: iso(dayBounds(first, zone).from), to: iso(dayBounds(last, zone).to) };
  const times = { from: iso(instantMs(first, start, zone)), to: iso(instantMs(first, end, zone)) };
  return kind === 'closed' ? { kind, ...times } : { kind, ...times, slotMinutes };
}

/* And back; whole when it begins and ends at midnight. */
export function toForm(e, zone) {
  const first = dayOf(e.from, zone);
  const [start, end] = [minutesOf(e.from, zone), minutesOf(e.to, zone)];
  const last = end === 0 ? addDays(dayOf(e.to, zone), -1) : dayOf(e.to, zone);

  return {
    kind: e.kind,
    first,
    last,
    start,
    end: end === 0 ? DAY : end,
    slotMinutes: e.slotMinutes ?? 15,
    whole: e.kind === 'closed' && start === 0 && end === 0,
  };
}

/* What is wrong with a form: a key of the strings, or null. */
export function formError({ kind, whole, first, last, start, end }) {
  if (!first || (whole && kind === 'closed' && !last)) return 'exDayMissing';
  if (whole && kind === 'closed') return last < first ? 'exOrder' : null;
  return Number.isFinite(start) && Number.isFinite(end) && start < end ? null : 'exOrder';
}

/* The exceptions that touch a day. */
export function onDay(exceptions, day, zone) {
  const { from, to } = dayBounds(day, zone);
  return exceptions.filter((e) => Date.parse(e.from) < to && from < Date.parse(e.to));
}

/* How a day of the month view looks: 'closed', 'part', 'extra' or null. */
export function dayMark(exceptions, day, zone) {
  const { from, to } = dayBounds(day, zone);
  const here = onDay(exceptions, day, zone);

  if (here.some((e) => e.kind === 'closed' && Date.parse(e.from) <= from && Date.parse(e.to) >= to)) return 'closed';
  if (here.some((e) => e.kind === 'extra')) return 'extra';
  return here.length > 0 ? 'part' : null;
}

/* As sets: mine where I added or removed, theirs for the rest. */
export function mergeExceptions(base, mine, theirs) {
  const keys = (list) => new Set(list.map(exceptionKey));
  const [inBase, inMine, inTheirs] = [keys(base), keys(mine), keys(theirs)];

  return inOrder([
    ...theirs.filter((e) => inMine.has(exceptionKey(e)) || !inBase.has(exceptionKey(e))),
    ...mine.filter((e) => !inBase.has(exceptionKey(e)) && !inTheirs.has(exceptionKey(e))),
  ]);
}

/* What was added and what removed. */
export function exceptionChanges(base, draft) {
  const [inBase, inDraft] = [base, draft].map((list) => new Set(list.map(exceptionKey)));

  return [
    ...draft.filter((e) => !inBase.has(exceptionKey(e))).map((exception) => ({ exception, change: 'added' })),
    ...base.filter((e) => !inDraft.has(exceptionKey(e))).map((exception) => ({ exception, change: 'removed' })),
  ];
}

/* A month as weeks of days, Monday first; null before the first and after the last. */
export function monthOf(day) {
  const first = `${day.slice(0, 8)}01`;
  const days = [];

  for (let d = first; d.slice(0, 7) === first.slice(0, 7); d = addDays(d, 1)) days.push(d);
  const before = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const cells = [...Array(before).fill(null), ...days];
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7));
}

export function nextMonth(day, by) {
  const [year, month] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10);
}
