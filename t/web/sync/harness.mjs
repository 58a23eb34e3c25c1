/*
 * A sync client without a browser: a clock and timers that move when told, a
 * storage and locks that are looked into.
 */
const from = (path) => import(new URL(`../../../www/src/sync/${path}`, import.meta.url));
const { SyncClient } = await from('client.js');
const { quietSurroundings } = await from('surroundings.js');

/* Timers that only go off when told, and a clock that only moves when told. */
function stopped(changes = {}) {
  const clock = { at: Date.now(), timers: [], fire: {}, online: true };
  const env = quietSurroundings({
    now: () => clock.at,
    timer: (run, ms) => clock.timers.push({ run, at: clock.at + ms, ms }) && clock.timers.at(-1),
    clearTimer: (timer) => { clock.timers = clock.timers.filter((one) => one !== timer); },
    online: () => clock.online,
    on: (name, run) => { clock.fire[name] = run; return () => {}; },
    ...changes,
  });
  return { clock, env };
}

/* What a browser keeps, with the same calls as IndexedDB. */
export function keptStorage() {
  const kept = { rows: new Map(), known: new Map(), meta: null, wiped: 0 };
  return Object.assign(kept, {
    shared: true,
    load: async () => kept.meta && { ...kept.meta, rows: [...kept.rows.values()], known: [...kept.known.values()].flat() },
    revision: async () => kept.meta?.revision ?? 0,
    async save({ meta, rows, gone, parts }) {
      for (const row of rows) kept.rows.set(row.id, row);
      for (const id of gone) kept.rows.delete(id);
      for (const [name, list] of parts) kept.known.set(name, list);
      kept.meta = structuredClone(meta);
    },
    async wipe() {
      kept.wiped++;
      kept.rows.clear();
      kept.known.clear();
      kept.meta = null;
    },
    close() {},
  });
}

export function client(server, options = {}) {
  const { clock, env } = stopped(options.env);
  const events = [];
  const sync = new SyncClient({
    request: options.request ?? (async (body) => server.sync(structuredClone(body))),
    fetchRow: options.fetchRow,
    storage: options.storage,
    tabs: options.tabs,
    surroundings: env,
  });
  sync.on((event) => {
    if (event.type === 'error') throw event.error; /* nothing of the client's own making */
    events.push(event);
  });
  return { sync, clock, events };
}

export async function started(server, options) {
  const it = client(server, options);
  await it.sync.start();
  while (it.sync.status.busy) await new Promise((resolve) => setTimeout(resolve, 1));
  return it;
}

/* The part of the Web Locks API that tabs.js uses, for one name. */
export function fakeLocks() {
  const queue = [];
  let held = null;
  const next = () => {
    if (held || queue.length === 0) return;
    const mine = held = queue.shift();
    Promise.resolve(mine.run()).then(() => {
      if (held === mine) held = null;
      mine.resolve();
      next();
    });
  };
  return {
    request: (name, { steal }, run) => new Promise((resolve, reject) => {
      if (steal && held) {
        held.reject(new Error('stolen'));
        held = null;
        queue.unshift({ run, resolve, reject });
      } else queue.push({ run, resolve, reject });
      next();
    }),
  };
}
