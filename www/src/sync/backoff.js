/*
 * backoff.js - how long to wait after the n-th failure in a row.
 *
 * Full jitter: anything between nothing and the doubling bound, so that a
 * hundred pages that lost the same server do not come back at one moment.
 */
const BASE_MS = 1000;
const CAP_MS = 60_000;

export function waitMs(failures, random = Math.random, atLeastMs = 0, capMs = CAP_MS) {
  const bound = Math.min(capMs, BASE_MS * 2 ** Math.max(0, failures - 1));
  return Math.max(atLeastMs, Math.round(random() * bound));
}
