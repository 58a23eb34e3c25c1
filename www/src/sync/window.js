/*
 * window.js - which appointments a browser may keep.
 *
 * WEB-6: the last 90 and the next 180 days.  A row without a time (an
 * enquiry, somebody who walked in) counts by the day it was made.
 */
const DAY = 86_400_000;
const PAST = 90 * DAY;
const FUTURE = 180 * DAY;

/* -1 before the window, 0 inside, 1 after it. */
export function place(row, now) {
  const at = Date.parse(row.startsAt ?? row.createdAt);
  if (at < now - PAST) return -1;
  return at > now + FUTURE ? 1 : 0;
}

export function hasCome(startsAt, now) {
  return startsAt <= now + FUTURE;
}
