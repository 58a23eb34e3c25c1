// The patient's visits, kept current: what happens comes over the live connection, and where there is none the list is
// asked for again every half minute while somebody looks.
import { computed, signal } from '@preact/signals';
import { api } from '../common/api.js';
import { connected, whenConnected } from '../common/connection.js';
import { now } from '../common/time.js';

const PAGE = 100;
const POLL_MS = 30000;
const CALM_MS = 300000;

/** id -> row; null until they have come */
const rows = signal(null);
/** whether older ones are there to be asked for */
export const more = signal(false);
/** true when the last try to get them did not succeed */
export const failed = signal(false);
/** {kind: 'live', 'sse', 'polling' or 'offline'} as the live client says it, and when the list was last known to be right */
export const way = signal({ kind: 'polling', at: null });
/** rises each minute, so that what has begun moves on */
const minute = signal(0);

const OVER = ['completed', 'cancelled', 'no_show'];

/** Still to come, the next one first: those without a time behind them. */
export const upcoming = computed(() => {
  minute.value;
  return rows.value && [...rows.value.values()].filter((row) => !isPast(row)).sort((a, b) => startOf(a) - startOf(b));
});

/** Over, the last one first. */
export const past = computed(() => {
  minute.value;
  return rows.value && [...rows.value.values()].filter(isPast).sort((a, b) => startOf(b) - startOf(a));
});

const startOf = (row) => (row.startsAt ? Date.parse(row.startsAt) : Infinity);
export const isPast = (row) =>
  OVER.includes(row.status) || (Boolean(row.endsAt) && Date.parse(row.endsAt) < now() && row.status !== 'in_progress');

export const visitOf = (id) => rows.value?.get(id) ?? null;

/** What the server has answered or told of one visit; the newer version stays. */
export function apply(row) {
  const known = rows.peek()?.get(row.id);
  if (!rows.peek() || (known && known.version >= row.version)) return;
  const all = new Map(rows.peek());
  if (row.isDeleted) all.delete(row.id);
  else all.set(row.id, row);
  rows.value = all;
}

function forget(id) {
  if (!rows.peek()?.has(id)) return;
  const all = new Map(rows.peek());
  all.delete(id);
  rows.value = all;
}

let cursor = null;
let pages = 1;
let turn = 0;

async function page(after) {
  const query = new URLSearchParams({ limit: PAGE, ...(after && { cursor: after }) });
  return api('GET', `/api/appointments?${query}`);
}

/** Asks for as much as is shown. */
export async function refresh() {
  const mine = ++turn;
  const all = new Map();
  let after = null;
  try {
    for (let n = 0; n < pages; n++) {
      const { items, nextCursor } = await page(after);
      for (const row of items) all.set(row.id, row);
      after = nextCursor;
      if (!after) break;
    }
  } catch {
    if (mine === turn) failed.value = true;
    return;
  }
  if (mine !== turn) return;
  // What was told meanwhile is newer than the answer.
  for (const [id, row] of rows.peek() ?? []) if (all.get(id)?.version < row.version) all.set(id, row);
  cursor = after;
  rows.value = all;
  more.value = Boolean(after);
  failed.value = false;
  way.value = { ...way.peek(), at: now() };
}

export function showMore() {
  if (!cursor) return undefined;
  pages += 1;
  return refresh();
}

// ---- keeping them current ----

let live = null;
let timer = 0;
let clock = 0;
let open = false;

const heard = () => way.peek().kind === 'live' || way.peek().kind === 'sse';
const looking = () => open && document.visibilityState === 'visible' && connected.peek();

function poll() {
  const due = now() - (way.peek().at ?? 0) >= (heard() ? CALM_MS : POLL_MS) - 1000;
  if (looking() && due) refresh();
}

const look = () => looking() && refresh();

/** Listens to a topic as long as the page is signed in; the returned function ends that. */
export function listen(topic, hear, options) {
  let off = () => {};
  let wanted = true;
  live?.then((it) => {
    if (wanted && it) off = it.on(topic, hear, options);
  });
  return () => {
    wanted = false;
    off();
  };
}

function hear(event, { appointment, id }) {
  if (appointment) apply(appointment);
  else if (event === 'appointment-deleted') forget(id);
}

async function startLive() {
  try {
    const { Live } = await import('../live/index.js');
    if (!open) return null;
    const it = new Live();
    it.watch(({ kind }) => {
      way.value = { ...way.peek(), kind };
    });
    return it;
  } catch {
    return null; // the chunk did not arrive: asking from time to time does
  }
}

export function openVisits(me) {
  open = true;
  refresh();
  live = startLive();
  listen(`appointments:patient:${me.patientId}`, hear, { onResync: refresh });
  timer = setInterval(poll, 5000);
  clock = setInterval(() => {
    minute.value += 1;
  }, 60000);
  document.addEventListener('visibilitychange', look);
}

export function closeVisits() {
  if (!open) return;
  open = false;
  turn += 1;
  pages = 1;
  clearInterval(timer);
  clearInterval(clock);
  document.removeEventListener('visibilitychange', look);
  live?.then((it) => it?.close());
  live = null;
  rows.value = null;
  more.value = failed.value = false;
  way.value = { kind: 'polling', at: null };
}

connected.subscribe((yes) => {
  if (!yes) whenConnected().then(look);
});
