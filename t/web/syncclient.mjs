/*
 * The sync client: after any sequence of inserts, updates, soft and hard
 * deletions and lost answers, the browser holds what the server holds.
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { client, fakeLocks, keptStorage, started } from './sync/harness.mjs';
import { ModelServer, md5 } from './sync/modelserver.mjs';

const from = (path) => import(new URL(`../../www/src/sync/${path}`, import.meta.url));
const { SortedIds, globalHash } = await from('hash.js');
const { Replica } = await from('replica.js');

const DAY = 86_400_000;
const EMPTY = 'd41d8cd98f00b204e9800998ecf8427e';

const same = async (sync, server, what) => {
  assert.equal(await sync.replica.hash(), server.hash(), what);
  assert.deepEqual(new Set(sync.all().map((row) => row.id)), new Set(server.rows.keys()), what);
};

test('the hash is that of api.md', async () => {
  const one = '00000000-0000-4000-8000-000000000001';
  assert.equal(await globalHash([], () => 0), EMPTY, 'of nothing');
  assert.equal(await globalHash([one], () => 3), md5(`${one}:3`), 'of one row');
  const ids = Array.from({ length: 9001 }, (_, i) => md5(String(i))).sort();
  assert.equal(await globalHash(ids, () => 7, async () => {}), md5(ids.map((id) => `${id}:7`).join(',')), 'in steps');
});

test('a list that changes while it is hashed is hashed again', async () => {
  const replica = new Replica();
  const rows = Array.from({ length: 9000 }, (_, i) => ({ id: md5(String(i)), version: 1, createdAt: new Date().toISOString() }));
  replica.apply({ updates: rows });
  let pauses = 0;
  const sum = await replica.hash(async () => {
    if (pauses++ === 0) replica.apply({ updates: [{ ...rows[5], version: 2 }] });
  });
  assert.equal(sum, md5(rows.map(({ id }) => `${id}:${id === rows[5].id ? 2 : 1}`).sort().join(',')));
});

test('ids stay sorted, bytewise, whatever comes and goes', () => {
  const sorted = new SortedIds();
  const ids = new Set();
  for (let i = 0; i < 2000; i++) {
    const id = md5(String(Math.trunc(Math.random() * 500)));
    if (ids.has(id)) { ids.delete(id); sorted.delete(id); } else { ids.add(id); sorted.add(id); }
    if (i % 97 === 0) assert.deepEqual(sorted.list(), [...ids].sort());
  }
});

test('the first poll sends an empty vector, the following ones a cursor', async () => {
  const server = new ModelServer();
  for (let i = 0; i < 1234; i++) server.make();
  const { sync } = await started(server);
  assert.deepEqual(server.asked[0], { knownVersions: {}, clientGlobalHash: EMPTY });
  assert.ok(server.asked.slice(1).every((body) => body.cursor), 'further pages come by cursor');
  assert.equal(sync.all().length, 1234);
  await same(sync, server);
  server.asked = [];
  await sync.poll();
  assert.equal(server.asked.length, 1);
});

test('after any sequence of changes and lost answers both hold the same', async () => {
  for (let round = 0; round < 25; round++) {
    const server = new ModelServer();
    server.page = 1 + Math.trunc(Math.random() * 20);
    server.remembers = round % 2 === 0;
    const lose = async (body) => {
      const answer = server.sync(structuredClone(body));
      if (Math.random() < 0.2) throw new TypeError('the answer was lost');
      return answer;
    };
    const { sync } = await started(server, { request: lose });
    for (let i = 0; i < 60; i++) {
      for (let n = Math.trunc(Math.random() * 12); n > 0; n--) {
        const ids = [...server.rows.keys()];
        const id = ids[Math.trunc(Math.random() * ids.length)];
        const what = Math.random();
        if (!id || what < 0.4) server.make();
        else if (what < 0.8) server.change(id, { status: 'checked_in' });
        else server.remove(id);
      }
      if (Math.random() < 0.05) server.purge();
      await sync.poll();
    }
    while (sync.status.failures > 0) await sync.poll();
    await same(sync, server, `round ${round}`);
    sync.stop();
  }
});

test('an expired cursor and an altered one both lead to the vector', async () => {
  const server = new ModelServer();
  const row = server.make();
  const { sync } = await started(server);
  server.remove(row.id);
  server.make();
  server.purge();
  server.asked = [];
  await sync.poll();
  assert.deepEqual(server.asked.map((body) => (body.cursor ? 'cursor' : 'vector')), ['cursor', 'vector']);
  await same(sync, server, '410');
  server.cursor = () => 'altered';
  server.make();
  await sync.poll();
  delete server.cursor;
  await sync.poll();
  await same(sync, server, '400');
});

test('a replica that went wrong is found and mended, once', async () => {
  const server = new ModelServer();
  for (let i = 0; i < 50; i++) server.make();
  const { sync } = await started(server);
  sync.replica.apply({ deletions: [[...server.rows.keys()][7]] });
  await sync.poll();
  await same(sync, server, 'by the count');
  server.feed.delete(server.make().id); /* a change that the feed lost */
  server.make();
  await sync.poll();
  await same(sync, server, 'by the hash');

  server.hash = () => 'f'.repeat(32); /* a server that cannot be agreed with */
  server.make();
  server.asked = [];
  await sync.poll();
  assert.ok(server.asked.length <= 3, 'is not asked for ever');
});

test('a restored backup counts from lower versions and still holds', async () => {
  const server = new ModelServer();
  const row = server.make();
  const before = structuredClone([...server.rows.values()]);
  server.change(row.id, { name: 'Asha Patil' });
  const { sync } = await started(server);
  server.restore(before);
  await sync.poll();
  await same(sync, server);
  assert.equal(sync.get(row.id).name, 'Asha');
});

test('an older row never replaces a newer one', async () => {
  const server = new ModelServer();
  const row = server.make();
  let own;
  const { sync } = await started(server, {
    request: async (body) => {
      const answer = structuredClone(server.sync(body));
      own?.();
      return answer;
    },
  });
  server.change(row.id, { name: 'theirs' });
  own = () => { own = null; sync.apply(server.change(row.id, { name: 'mine' })); };
  await sync.poll();
  assert.equal(sync.get(row.id).name, 'mine', 'our write was answered while the older answer was under way');
  await sync.poll();
  await same(sync, server);
});

test('a row made here is not removed by an answer that cannot know it', async () => {
  const server = new ModelServer();
  for (let i = 0; i < 3; i++) server.make();
  let own;
  const { sync } = await started(server, {
    request: async (body) => {
      const answer = structuredClone(server.sync(body));
      own?.();
      return answer;
    },
  });
  let made;
  own = () => { own = null; made = server.make({ name: 'new here' }); sync.apply(made); };
  await sync.poll();
  assert.equal(sync.get(made.id).name, 'new here');
  await sync.poll();
  await same(sync, server);
});

test('what is probably true shows at once, what the server says holds', async () => {
  const server = new ModelServer();
  const row = server.make();
  const { sync } = await started(server);
  const back = sync.optimistic(row.id, { status: 'checked_in' });
  assert.equal(sync.get(row.id).status, 'checked_in');
  assert.equal(sync.all()[0].status, 'checked_in');
  back();
  assert.equal(sync.get(row.id).status, 'confirmed', 'taken back');
  const first = sync.optimistic(row.id, { status: 'checked_in' });
  const second = sync.optimistic(row.id, { status: 'in_progress' });
  sync.apply(server.change(row.id, { status: 'checked_in' }));
  first();
  assert.equal(sync.get(row.id).status, 'in_progress', 'the second is still under way');
  sync.apply(server.change(row.id, { status: 'cancelled' }));
  second();
  assert.equal(sync.get(row.id).status, 'cancelled', 'the server wins');
});

test('only the window has bodies, every row has its version', async () => {
  const server = new ModelServer();
  const at = (days) => new Date(Date.now() + days * DAY).toISOString();
  const inside = [server.make({ startsAt: at(-89) }), server.make({ startsAt: at(179) }), server.make({ startsAt: null })];
  const old = server.make({ startsAt: at(-91) });
  const far = server.make({ startsAt: at(182) });
  const storage = keptStorage();
  const fetched = [];
  const { sync, clock } = await started(server, {
    storage,
    fetchRow: async (id) => { fetched.push(id); return server.rows.get(id); },
  });
  assert.deepEqual(new Set(sync.all().map((row) => row.id)), new Set(inside.map((row) => row.id)));
  assert.equal(await sync.replica.hash(), server.hash(), 'the hash is over all');
  assert.equal(storage.rows.size, 3, 'storage has no more than the window');

  clock.at += 3 * DAY;
  await sync.poll();
  assert.deepEqual(fetched, [far.id], 'what comes into the window is fetched');
  assert.ok(sync.get(far.id));
  assert.equal(sync.get(inside[0].id), undefined, 'what leaves it goes');
  assert.ok(!storage.rows.has(inside[0].id) && storage.rows.has(far.id), 'in storage as well');
  assert.equal(sync.get(old.id), undefined);
  assert.equal(await sync.replica.hash(), server.hash());
});

test('a page opened again begins where the last one ended', async () => {
  const server = new ModelServer();
  for (let i = 0; i < 700; i++) server.make();
  const storage = keptStorage();
  const first = await started(server, { storage });
  first.sync.stop();
  server.make();
  server.asked = [];
  const again = client(server, { storage, request: async () => { throw new TypeError('no network'); } });
  await again.sync.start();
  assert.equal(again.sync.all().length, 700, 'rows are there before any answer');
  assert.ok(again.sync.status.loaded);
  again.sync.stop();
  const third = await started(server, { storage });
  assert.deepEqual(server.asked.map((body) => Boolean(body.cursor)), [true]);
  await same(third.sync, server);
});

test('a load that was interrupted goes on and is not taken for whole', async () => {
  const server = new ModelServer();
  server.page = 10;
  for (let i = 0; i < 95; i++) server.make();
  const storage = keptStorage();
  let answers = 0;
  const first = await started(server, { storage, request: async (body) => {
    if (++answers > 4) throw new TypeError('cut');
    return server.sync(body);
  } });
  assert.equal(first.sync.status.loaded, false);
  first.sync.stop();
  const again = client(server, { storage });
  await again.sync.start();
  assert.equal(again.sync.status.loaded, false);
  await again.sync.poll();
  assert.equal(again.sync.status.loaded, true);
  await same(again.sync, server);
});

test('401 wipes everything and ends', async () => {
  const server = new ModelServer();
  server.make();
  const storage = keptStorage();
  let out = false;
  const { sync, events, clock } = await started(server, {
    storage,
    request: async (body) => (out ? { status: 401, body: { code: 'UNAUTHENTICATED' } } : server.sync(body)),
  });
  out = true;
  await sync.poll();
  assert.equal(events.at(-1).type, 'end');
  assert.equal(storage.wiped, 1);
  assert.equal(storage.rows.size, 0);
  assert.equal(sync.all().length, 0);
  assert.deepEqual(clock.timers, []);
});

test('one tab asks, the others follow, and take over when it falls silent', async () => {
  const { sharedTabs } = await from('tabs.js');
  const server = new ModelServer();
  server.make();
  const storage = keptStorage();
  const locks = fakeLocks();
  const tab = () => client(server, { storage, tabs: sharedTabs(`t${process.pid}`, { locks }) });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

  const a = tab();
  await a.sync.start();
  await settle();
  const b = tab();
  await b.sync.start();
  await settle();
  server.asked = [];
  server.make();
  await b.sync.poll();
  a.clock.at += 10_000;
  await b.sync.poll();
  await settle();
  assert.equal(server.asked.length, 1, 'a follower lets the leader ask');
  await same(b.sync, server, 'and hears the answer');

  const row = [...server.rows.values()][0];
  b.sync.apply(server.change(row.id, { name: 'by b' }));
  await settle();
  assert.equal(a.sync.get(row.id).name, 'by b', 'a write in one tab shows in the other');
  assert.equal(storage.rows.get(row.id).name, 'by b', 'and is kept');

  a.sync.stop();
  await settle();
  server.make();
  server.asked = [];
  await b.sync.poll();
  assert.equal(server.asked.length >= 1, true, 'the lock passes on');
  await same(b.sync, server);

  const c = tab();
  await c.sync.start();
  await settle();
  await c.sync.wipe();
  await settle();
  assert.equal(b.events.at(-1).type, 'end', 'signing out in one tab ends all');
  assert.equal(storage.meta, null);
});
