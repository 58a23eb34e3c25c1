/*
 * board.js - who stands in which column of Today, and how each doctor runs.
 */
import { startOf } from '../store.js';

const MINUTE = 60_000;
export const LONG_WAIT_MS = 20 * MINUTE;
export const NO_SHOW_MS = 15 * MINUTE;
const LATE_MS = 5 * MINUTE;

const column = {
  requested: 'expected', confirmed: 'expected', checked_in: 'waiting', in_progress: 'inside', completed: 'done', no_show: 'done',
};

/* The first row that starts at or after a moment; rows are in order of time. */
export function firstFrom(rows, ms) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(rows[middle]) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows of a day: those that start in it, and who walked in on it. */
export function rowsOfDay(rows, { first, end }) {
  const timed = rows.slice(firstFrom(rows, first), firstFrom(rows, end));
  const walked = rows.slice(firstFrom(rows, Infinity)).filter((row) => {
    const came = Date.parse(row.createdAt);
    return row.walkIn && came >= first && came < end;
  });
  return [...timed, ...walked];
}

/** When somebody without a time came. */
export const cameAt = (row) => (row.startsAt ? startOf(row) : Date.parse(row.createdAt));

/** { expected, waiting, inside, done } of the rows of a day; since(row) tells since when it has its status. */
export function columnsOf(rows, doctorId, since) {
  const board = { expected: [], waiting: [], inside: [], done: [] };
  for (const row of rows) {
    if (doctorId && row.doctorId !== doctorId)
      continue;
    board[column[row.status]]?.push(row);
  }
  const byTime = (a, b) => cameAt(a) - cameAt(b) || since(a) - since(b);
  board.expected.sort(byTime);
  board.waiting.sort(byTime);
  board.inside.sort((a, b) => since(a) - since(b));
  board.done.sort((a, b) => since(b) - since(a));
  return board;
}

/** How a doctor's day runs: { inside: row | null, waiting: n, lateMs }. */
export function runOf(rows, doctorId, now) {
  const own = rows.filter((row) => row.doctorId === doctorId);
  const waiting = own.filter((row) => row.status === 'checked_in');
  const inside = own.find((row) => row.status === 'in_progress') ?? null;
  const behind = waiting.filter((row) => row.startsAt).map((row) => now - startOf(row));
  const lateMs = Math.max(0, ...behind);
  return { inside, waiting: waiting.length, lateMs: lateMs >= LATE_MS ? lateMs : 0 };
}

/** The next one who is expected after a moment, today or later. */
export function nextVisit(rows, from, doctorId) {
  for (let i = firstFrom(rows, from); i < rows.length && startOf(rows[i]) < Infinity; i++)
    if (column[rows[i].status] === 'expected' && (!doctorId || rows[i].doctorId === doctorId))
      return rows[i];
  return null;
}

/** Minutes as people say them: { h, n }. */
export function inMinutes(ms) {
  const all = Math.floor(Math.abs(ms) / MINUTE);
  return { h: Math.floor(all / 60), n: all % 60, all };
}
