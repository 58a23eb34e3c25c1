/*
 * offered.js - doctors and services that can be booked online.  Lists have
 * the others too, so that the visits that exist keep their names.
 */
export const offered = (list) => list.filter((one) => one.offered);

/** What a choice begins with; null when there is nothing at all. */
export const firstOffered = (list) => list.find((one) => one.offered) ?? list[0] ?? null;
