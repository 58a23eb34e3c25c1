/*
 * store.js - the synced appointments as pages read them.
 *
 * A component that reads store.rows.value, store.status.value or store.row(id)
 * is drawn again when that changes; others subscribe(listener) or select().
 * Rows are in order of time, those without one last, by id where they tie.
 * They are never changed in place: a changed row is a new object.
 */
import { computed, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { api } from '../common/api.js';
import { now } from '../common/time.js';
import { Live } from '../live/index.js';
import { INTERVAL_MS, SyncClient } from '../sync/client.js';
import { idbStorage, wipeAll } from '../sync/storage.js';
import { aloneTabs, sharedTabs } from '../sync/tabs.js';
import { browserSurroundings } from '../sync/surroundings.js';

const MARK_MS = 4000;
const SAFE_MS = 300_000; /* how often the truth is asked for while the hub tells it */
const BATCH_MS = 100;
const SPREAD_MS = 5000;  /* all pages lose a hub at one moment, and do not ask at one */

const starts = new WeakMap();

/** When a visit starts, in milliseconds; Infinity without a time. */
export function startOf(row) {
  let at = starts.get(row);
  if (at === undefined)
    starts.set(row, at = row.startsAt ? Date.parse(row.startsAt) : Infinity);
  return at;
}

const inOrder = (a, b) => (startOf(a) === startOf(b) ? (a.id < b.id ? -1 : 1) : startOf(a) - startOf(b));

/* A few changes are put into their places; many are sorted anew. */
const FEW = 100;

function inserted(sorted, { changed, removed }, client) {
  if (changed.length + removed.length > FEW)
    return client.all().sort(inOrder);
  const gone = new Set([...removed, ...changed.map((row) => row.id)]);
  const next = sorted.filter((row) => !gone.has(row.id));
  for (const { id } of changed) {
    const row = client.get(id);
    if (row)
      next.splice(placeOf(next, row), 0, row);
  }
  return next;
}

function placeOf(rows, row) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder(rows[middle], row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* What the sync client wants to hear of an exchange, in place of errors. */
async function request(body) {
  try {
    return { status: 200, body: await api('POST', '/api/admin/appointments/sync', { body, retry: false }) };
  } catch (e) {
    if (!e.status)
      throw e;
    return { status: e.status, body: e.body, retryAfterMs: (e.retryAfter ?? 0) * 1000 };
  }
}

async function fetchRow(id) {
  try {
    return (await api('GET', `/api/appointments/${id}`)).appointment;
  } catch (e) {
    if (e.status === 404)
      return null;
    throw e;
  }
}

/* Has the cookies made fresh where they have run out; false when the session is over. */
const renew = () => api('GET', '/api/profiles/me').then(() => true, (e) => {
  if (e.status !== 401)
    throw e;
  return false;
});

/** The store of whoever is signed in. onEnd: the session is over, here or in another tab. */
export async function openStore({ id: user, role, doctorId }, { onEnd }) {
  const storage = await idbStorage(user);
  const client = new SyncClient({
    request,
    fetchRow,
    storage,
    tabs: storage.shared ? sharedTabs(`opdesk-sync:${user}`) : aloneTabs(),
    surroundings: { ...browserSurroundings(), now },
  });
  const live = new Live({ renew });
  const store = makeStore(client, live);
  client.on((event) => event.type === 'end' && onEnd());
  await client.start();
  keepLive(client, live, role === 'doctor' ? `appointments:dentist:${doctorId}` : 'appointments:all');
  return store;
}

/* Many at once, a day that is cancelled, are few drawings. */
function inBatches(run) {
  let batch = null;
  let last = -Infinity;
  const flush = () => {
    const what = batch;
    batch = null;
    last = performance.now();
    run(what);
  };
  return (kind, one) => {
    if (batch === null)
      setTimeout(flush, Math.max(0, last + BATCH_MS - performance.now()));
    batch ??= { updates: [], deletions: [] };
    batch[kind].push(one);
  };
}

/* The hub tells what happens; whenever it may have missed something the server is asked. */
function keepLive(client, live, topic) {
  let told = false;
  const news = inBatches((batch) => client.news(batch));
  live.on(topic, (event, payload) => {
    if (event === 'appointment-deleted')
      news('deletions', payload);
    else if (payload.appointment)
      news('updates', payload.appointment);
  }, { onResync: () => client.poll() });
  live.on('availability:all', () => {}); /* the pages that show free times come and go */
  live.watch(({ kind }) => {
    const before = told;
    told = kind === 'live' && live.isCurrent(topic);
    if (told !== before)
      client.pace(told ? SAFE_MS : INTERVAL_MS, told ? Infinity : SPREAD_MS);
  });
}

export { wipeAll };

export function makeStore(client, live) {
  const revision = signal(0);
  const status = signal({ ...client.status, live: live.status });
  const marks = new Map();
  const marked = signal(0);
  const since = new Map();
  const listeners = new Set();

  /* A row says when it changed last, not when its status did: the first sight of a status counts. */
  function noteStatus(row) {
    if (since.get(row.id)?.status !== row.status)
      since.set(row.id, { status: row.status, at: Date.parse(row.updatedAt) });
  }

  function mark(row) {
    marks.set(row.id, now());
    setTimeout(() => {
      if (now() - (marks.get(row.id) ?? 0) >= MARK_MS - 50 && marks.delete(row.id))
        marked.value++;
    }, MARK_MS);
  }

  client.on((event) => {
    if (event.type === 'status')
      status.value = { ...event.status, live: live.status };
    if (event.type === 'end')
      live.close();
    if (event.type === 'error')
      console.error(event.error);
    if (event.type !== 'rows')
      return;
    for (const row of event.changed) {
      if (event.source !== 'guess')
        noteStatus(row);
      if (event.source === 'server' && !client.isPending(row.id))
        mark(row);
    }
    for (const id of event.removed)
      since.delete(id);
    sorted = inserted(sorted, event, client);
    revision.value++;
    for (const listener of [...listeners])
      listener(event);
  });

  live.watch((now) => {
    if (status.peek().live !== now)
      status.value = { ...status.peek(), live: now };
  });

  let sorted = client.all().sort(inOrder);
  const rows = computed(() => {
    void revision.value;
    return sorted;
  });

  const store = {
    rows,
    /** The sync client's, and `live`: the status of the way to the hub. */
    status,
    revision,
    /** The way to the hub itself, for what only one page wants to hear. */
    live,

    get: (id) => client.get(id),

    /** Like get(), and the component that asked is drawn again when it changes. */
    row(id) {
      void revision.value;
      return client.get(id);
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** Whether somebody else changed it in the last seconds. */
    isNew(id) {
      void marked.value;
      return marks.has(id);
    },

    /** Since when it has its status, as far as this page or the row itself knows. */
    since(row) {
      const known = since.get(row.id);
      return known?.status === row.status ? known.at : now();
    },

    apply: (row) => client.apply(row),
    optimistic: (id, patch) => client.optimistic(id, patch),
    poll: () => client.poll(),
    wipe: (how) => client.wipe(how),
    stop() {
      live.close();
      client.stop();
    },
  };
  return store;
}

/** select(rows) of the current rows; computed again when they or deps change. */
export function useRows(store, select = (rows) => rows, deps = []) {
  const rows = store.rows.value;
  return useMemo(() => select(rows), [rows, ...deps]);
}
