/*
 * storage.js - where a replica outlives the page.
 *
 * IndexedDB, one database per user: `rows` has the appointments of the window,
 * `known` has id and version of all of them in 256 parts (so that a change
 * rewrites a part and not everything), `meta` the cursor.  A change and its
 * cursor are one transaction: after a crash both are there or neither.
 *
 * Where there is no IndexedDB (private windows, tests) the same calls answer
 * from nothing and keep nothing.
 */
const PREFIX = 'opdesk-sync:';
const PATIENCE_MS = 4000; /* some browsers never answer */
const STORES = ['rows', 'known', 'meta'];

export const storageName = (user) => PREFIX + user;

export function memoryStorage() {
  return {
    shared: false,
    load: async () => null,
    revision: async () => 0,
    save: async () => {},
    wipe: async () => {},
    close() {},
  };
}

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onerror = transaction.onabort = () => reject(transaction.error);
});

function open(factory, name) {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('rows', { keyPath: 'id' });
    request.result.createObjectStore('known');
    request.result.createObjectStore('meta');
  };
  return asked(request);
}

export async function idbStorage(user, factory = globalThis.indexedDB) {
  if (!factory) return memoryStorage();
  const opening = open(factory, storageName(user)).catch(() => null);
  const db = await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
  if (!db) {
    opening.then((late) => late?.close());
    return memoryStorage();
  }
  let closed = false;
  const close = () => {
    closed = true;
    db.close();
  };
  /* Another tab signs out and wipes: do not stand in its way. */
  db.onversionchange = close;

  return {
    shared: true,

    async load() {
      const tx = db.transaction(STORES);
      const [meta, rows, parts] = await Promise.all([
        asked(tx.objectStore('meta').get('state')),
        asked(tx.objectStore('rows').getAll()),
        asked(tx.objectStore('known').getAll()),
      ]);
      return meta ? { ...meta, rows, known: parts.flat() } : null;
    },

    async revision() {
      if (closed) return 0;
      const meta = await asked(db.transaction('meta').objectStore('meta').get('state'));
      return meta?.revision ?? 0;
    },

    /* parts: Map of name -> [[id, version]…], rows: whole ones, gone: ids. */
    async save({ meta, rows, gone, parts }) {
      if (closed) return;
      const tx = db.transaction(STORES, 'readwrite', { durability: 'relaxed' });
      const done = finished(tx);
      for (const row of rows) tx.objectStore('rows').put(row);
      for (const id of gone) tx.objectStore('rows').delete(id);
      for (const [name, list] of parts) tx.objectStore('known').put(list, name);
      tx.objectStore('meta').put(meta, 'state');
      await done;
    },

    async wipe() {
      close();
      await remove(factory, storageName(user));
    },

    close,
  };
}

/* Resolves also when another page still holds on: it lets go when told. */
function remove(factory, name) {
  return new Promise((resolve) => {
    const request = factory.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

/* Whoever was signed in here: nothing synced stays behind. */
export async function wipeAll(factory = globalThis.indexedDB) {
  if (!factory?.databases) return;
  const names = (await factory.databases()).map((db) => db.name);
  await Promise.all(names.filter((name) => name?.startsWith(PREFIX)).map((name) => remove(factory, name)));
}
