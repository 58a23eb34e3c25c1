/*
 * orphans.js - visits that would be left without their time.
 *
 * The same question as api.orphaned() answers after a save, asked before it
 * and at every stroke of the brush, so the hours of a day are worked out once
 * per schedule and day.
 */
import { dayOf } from '../../common/time.js';
import { merge } from '../calendar/axis.js';
import { openings } from './hours.js';

const EXPECTED = new Set(['requested', 'confirmed']);

/* The visits of a doctor that still have to take place, in order of time. */
export function comingVisits(appointments, doctorId, now) {
  return appointments
    .filter((a) => a.doctorId === doctorId && a.startsAt && EXPECTED.has(a.status) && Date.parse(a.startsAt) > now)
    .map((a) => ({ ...a, from: Date.parse(a.startsAt), to: Date.parse(a.endsAt) }))
    .sort((a, b) => a.from - b.from);
}

/* Those of them that lie outside a schedule. */
export function outsideOf(schedule, visits, zone) {
  const known = new Map();
  const hours = (day) => {
    if (!known.has(day)) {
      const { openings: open, closed } = openings(schedule, day, zone);
      known.set(day, { open: merge(open), closed });
    }
    return known.get(day);
  };

  return visits.filter((v) => {
    const { open, closed } = hours(dayOf(v.startsAt, zone));
    return !open.some((o) => o.from <= v.from && v.to <= o.to) || closed.some((c) => c.from < v.to && v.from < c.to);
  });
}

/* Those that a draft would leave outside, and the saved schedule does not. */
export function orphans(saved, draft, visits, zone) {
  const before = new Set(outsideOf(saved, visits, zone).map((v) => v.id));
  return outsideOf(draft, visits, zone).filter((v) => !before.has(v.id));
}
