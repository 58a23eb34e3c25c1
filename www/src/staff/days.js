/*
 * days.js - days of the clinic's calendar as spans of time.
 *
 * Asking Intl for the day of each of 10,000 visits takes longer than drawing
 * them; so the bounds of a day are computed once and visits compared with them.
 */
import { addDays, dayOf, instantOf } from '../common/time.js';

const finders = new Map();

/** finder(zone): of(ms) is the day key; bounds(day) is [first, end) in milliseconds. */
export function dayFinder(zone) {
  if (!finders.has(zone))
    finders.set(zone, makeFinder(zone));
  return finders.get(zone);
}

function makeFinder(zone) {
  const known = new Map();
  const byUtcDay = new Map();
  let last = null;

  function bounds(day) {
    let span = known.get(day);
    if (!span) {
      span = { day, first: instantOf(day, 0, zone).getTime(), end: instantOf(addDays(day, 1), 0, zone).getTime() };
      known.set(day, span);
    }
    return span;
  }

  /* An UTC day lies in at most three days of a zone. */
  function near(ms) {
    const utc = Math.floor(ms / 86_400_000);
    let spans = byUtcDay.get(utc);
    if (!spans) {
      const day = dayOf(new Date(utc * 86_400_000), zone);
      byUtcDay.set(utc, spans = [day, addDays(day, 1), addDays(day, -1)].map(bounds));
    }
    return spans;
  }

  const holds = (span, ms) => ms >= span.first && ms < span.end;

  return {
    bounds,
    of(ms) {
      if (!last || !holds(last, ms))
        last = near(ms).find((span) => holds(span, ms)) ?? bounds(dayOf(new Date(ms), zone));
      return last.day;
    },
  };
}
