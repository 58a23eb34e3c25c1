/*
 * The sync client and what the hub tells it: news may come late, twice or
 * before the answer that it overtakes, and the list is the server's all the
 * same.
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { client, fakeLocks, keptStorage, started } from './sync/harness.mjs';
import { ModelServer } from './sync/modelserver.mjs';

const from = (path) => import(new URL(`../../www/src/sync/${path}`, import.meta.url));
const { INTERVAL_MS } = await from('client.js');
const { sharedTabs } = await from('tabs.js');

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

const same = async (sync, server, what) => {
  assert.equal(await sync.replica.hash(), server.hash(), what);
  assert.deepEqual(new Set(sync.all().map((row) => row.id)), new Set(server.rows.keys()), what);
};

const told = (events) => events.filter(({ type }) => type === 'rows').map(({ changed, removed, source }) => [changed.map((row) => row.version), removed, source]);

test('only what is newer than what is known is news', async () => {
  const server = new ModelServer();
  const first = server.make();
  const { sync, events } = await started(server);
  const second = server.change(first.id, { name: 'second' });
  const third = server.change(first.id, { name: 'third' });
  events.length = 0;
  sync.news({ updates: [third] });
  sync.news({ updates: [second] });
  sync.news({ updates: [third] });
  assert.equal(sync.get(first.id).name, 'third');
  assert.deepEqual(told(events), [[[3], [], 'server']], 'said once');
  sync.news({ deletions: [{ id: first.id, version: 2 }] });
  assert.ok(sync.get(first.id), 'it left the list before it came back');
  const fifth = { ...third, version: 5 };
  sync.news({ updates: [third, fifth, third], deletions: [{ id: first.id, version: 4 }] });
  assert.equal(sync.get(first.id).version, 5, 'also in one batch');
  sync.news({ deletions: [{ id: first.id, version: 6 }, { id: 'nobody', version: 1 }] });
  assert.equal(sync.get(first.id), undefined);
  assert.deepEqual(told(events).slice(2), [[[], [first.id], 'server']]);
  server.remove(first.id);
  server.asked = [];
  await sync.poll();
  await same(sync, server);
  assert.equal(server.asked.length, 1, 'the cursor catches up without a repair');
});

test('news is kept, and a page opened again has it', async () => {
  const server = new ModelServer();
  const storage = keptStorage();
  const { sync } = await started(server, { storage });
  const row = server.make();
  await sync.news({ updates: [row] });
  assert.ok(storage.rows.has(row.id));
  await sync.news({ deletions: [{ id: row.id, version: 2 }] });
  assert.ok(!storage.rows.has(row.id));
});

test('an answer that was under way does not bring back what has gone', async () => {
  const server = new ModelServer();
  const row = server.make();
  let meanwhile;
  const { sync } = await started(server, {
    request: async (body) => {
      const answer = structuredClone(server.sync(body));
      meanwhile?.();
      return answer;
    },
  });
  server.change(row.id, { name: 'changed' });
  meanwhile = () => {
    meanwhile = null;
    server.remove(row.id);
    sync.news({ deletions: [{ id: row.id, version: 3 }] });
  };
  await sync.poll();
  assert.equal(sync.get(row.id), undefined);
  await same(sync, server);
});

test('whatever is told, lost or late, both hold the same after a look', async () => {
  for (let round = 0; round < 20; round++) {
    const server = new ModelServer();
    server.page = 1 + Math.trunc(Math.random() * 20);
    const late = [];
    let busy = () => {};
    const { sync } = await started(server, { request: async (body) => {
      const answer = structuredClone(server.sync(body));
      busy();
      return answer;
    } });
    const change = () => {
      const ids = [...server.rows.keys()];
      const id = ids[Math.trunc(Math.random() * ids.length)];
      const what = Math.random();
      let news;
      if (!id || what < 0.4) news = { updates: [structuredClone(server.make())] };
      else if (what < 0.8) news = { updates: [structuredClone(server.change(id, { status: 'checked_in' }))] };
      else {
        news = { deletions: [{ id, version: server.rows.get(id).version + 1 }] };
        server.remove(id);
      }
      if (Math.random() < 0.7) sync.news(news);
      else if (Math.random() < 0.5) late.push(news);
    };
    busy = () => Math.random() < 0.5 && change();
    for (let i = 0; i < 80; i++) {
      change();
      if (Math.random() < 0.1) await sync.poll();
      if (Math.random() < 0.2 && late.length > 0) sync.news(late.shift());
    }
    busy = () => {};
    await sync.poll();
    await sync.poll();
    await same(sync, server, `round ${round}`);
    sync.stop();
  }
});

test('while the hub tells all it asks seldom; when that ends, soon', async () => {
  const server = new ModelServer();
  const { sync, clock } = await started(server, { env: { random: () => 0.5 } });
  assert.deepEqual(clock.timers.map(({ ms }) => ms), [INTERVAL_MS]);
  clock.at += 20_000;
  sync.pace(300_000);
  assert.deepEqual(clock.timers.map(({ ms }) => ms), [280_000], 'counted from the last answer');
  assert.equal(sync.status.nextAt, clock.at + 280_000);
  clock.at += 200_000;
  sync.pace(INTERVAL_MS, 5000);
  assert.deepEqual(clock.timers.map(({ ms }) => ms), [0]);
  await sync.poll();
  sync.pace(300_000);
  sync.pace(INTERVAL_MS, 5000);
  assert.deepEqual(clock.timers.map(({ ms }) => ms), [2500], 'by chance within the bound, not all pages at one moment');
  await sync.poll();
  assert.deepEqual(clock.timers.map(({ ms }) => ms), [INTERVAL_MS]);
});

test('tabs hear for themselves and for each other, and say it once', async () => {
  const server = new ModelServer();
  const row = server.make();
  const storage = keptStorage();
  const locks = fakeLocks();
  const tab = () => client(server, { storage, tabs: sharedTabs(`news${process.pid}`, { locks }) });
  const leader = tab();
  await leader.sync.start();
  await settle();
  const follower = tab();
  await follower.sync.start();
  await settle();
  leader.events.length = follower.events.length = 0;
  const next = server.change(row.id, { name: 'told' });
  leader.sync.news({ updates: [next] });
  follower.sync.news({ updates: [structuredClone(next)] });
  await settle();
  assert.deepEqual([told(leader.events).length, told(follower.events).length], [1, 1]);

  const deaf = server.change(row.id, { name: 'heard by the follower' });
  follower.sync.news({ updates: [deaf] });
  await settle();
  assert.equal(leader.sync.get(row.id).name, 'heard by the follower', 'a leader that hears nothing is told');
  assert.equal(storage.rows.get(row.id).name, 'heard by the follower');
  await same(follower.sync, server);
  leader.sync.stop();
  follower.sync.stop();
});
