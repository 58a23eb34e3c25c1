/*
 * changes.js - what a person does to an appointment, and its way back.
 *
 * Every write carries the version it was made on.  The page shows it at once;
 * when the server refuses, the row is what it was and the reason is thrown.
 */
import { api } from '../common/api.js';

/* Where each status may go from here, in the order in which buttons stand. */
const flow = {
  lead: ['confirmed', 'requested'],
  requested: ['confirmed'],
  confirmed: ['checked_in', 'no_show'],
  checked_in: ['in_progress'],
  in_progress: ['completed'],
};
const cancellable = ['lead', 'requested', 'confirmed', 'checked_in'];

/** The statuses that a person may move this one to; an enquiry has to get a time first, who is not due yet can still come. */
export function movesOf(row, now) {
  if (row.status === 'lead' && !row.startsAt)
    return [];
  return (flow[row.status] ?? []).filter((status) => status !== 'no_show' || Date.parse(row.startsAt) <= now);
}

export const mayCancel = (row) => cancellable.includes(row.status);

const FINAL = ['completed', 'cancelled', 'no_show'];
export const isOver = (row) => FINAL.includes(row.status);

/* lockFence, if it is among the members, is of the lock and not of the row. */
async function put(id, body) {
  return (await api('PUT', `/api/appointments/${id}`, { body })).appointment;
}

/* The last write of each row that is under way: quick hands wait for their own, and go on from its version. */
const underWay = new Map();

async function inTurn(id, version, write) {
  const before = underWay.get(id);
  const mine = (async () => {
    const earlier = await before?.catch(() => null);
    return write(earlier && version >= earlier.made ? Math.max(version, earlier.saved.version) : version);
  })();
  const entry = mine.then((saved) => ({ made: version, saved }));
  underWay.set(id, entry);
  entry.catch(() => {}).finally(() => underWay.get(id) === entry && underWay.delete(id));
  return mine;
}

/** Saves members on the version they were made on; the row as it then is. */
export async function save(store, row, members, version = row.version) {
  const { lockFence, ...seen } = members;
  const end = store.get(row.id) ? store.optimistic(row.id, seen) : () => {};
  try {
    const saved = await inTurn(row.id, version, (on) => put(row.id, { ...members, version: on }));
    await store.apply(saved);
    return saved;
  } finally {
    end();
  }
}

/** Back to the status before; the server allows it for ten minutes. */
export async function undo(store, row) {
  const saved = await put(row.id, { undo: true, version: row.version });
  await store.apply(saved);
  return saved;
}

export async function cancel(store, row, fence) {
  const end = store.optimistic(row.id, {}); /* what the hub tells of it meanwhile is ours */
  try {
    await api('DELETE', `/api/appointments/${row.id}${fence ? `?lockFence=${fence}` : ''}`);
    const { appointment } = await api('GET', `/api/appointments/${row.id}`);
    await store.apply(appointment);
    return appointment;
  } finally {
    end();
  }
}

/** A new one. key: newKey() of the intention, so that a lost answer makes no second. */
export async function create(store, members, key) {
  const { appointment } = await api('POST', '/api/appointments', { body: members, idempotent: key });
  await store.apply(appointment);
  return appointment;
}
