/*
 * target.js - where a visit lands that is being moved.
 *
 * Inside the hours it snaps to the steps of the doctor's rules, outside to
 * quarters of an hour.  Pointer and keyboard share these functions, so both
 * reach the same places.
 */
import { instantMs, within } from '../availability/hours.js';
import { takesTime } from './board.js';

const QUARTER = 15;
const DAY = 24 * 60;

/* The nearest place to a minute of a column. */
export function snap(column, minute, zone) {
  const open = column.spans.some((s) => s.from <= minute && minute < s.to);

  if (open && column.steps.length > 0) {
    const step = column.steps.reduce((best, s) =>
      Math.abs(s.minute - minute) < Math.abs(best.minute - minute) ? s : best,
    );
    return { minute: step.minute, ms: step.ms };
  }
  const quarter = Math.min(DAY - QUARTER, Math.max(0, Math.round(minute / QUARTER) * QUARTER));
  return { minute: quarter, ms: instantMs(column.day, quarter, zone) };
}

/*
 * The place one step up or down; over a closed stretch it jumps to the next
 * hours, so that the arrow keys never walk through the night.
 */
export function stepFrom(column, place, direction) {
  const steps =
    direction > 0 ? column.steps.filter((s) => s.ms > place.ms) : column.steps.filter((s) => s.ms < place.ms).reverse();

  return steps[0] ?? place;
}

/*
 * What would happen there: 'same', 'past', 'taken' (with by), 'outside' or
 * 'free'.  Only a hint while it moves; the server decides.
 */
export function outlook(visit, column, place, { schedule, zone, today }) {
  const length = visit.endMs - visit.startMs;
  const wish = { from: place.ms, to: place.ms + length };

  if (place.ms === visit.startMs && column.doctor.id === visit.doctorId) return { state: 'same' };
  if (column.day < today) return { state: 'past' };
  const by = column.visits.find((v) => v.id !== visit.id && takesTime(v) && v.startMs < wish.to && wish.from < v.endMs);
  if (by) return { state: 'taken', by };
  return { state: within(schedule, wish, zone) ? 'free' : 'outside' };
}
