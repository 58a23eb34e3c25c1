/*
 * When the sync client asks: every minute, with growing waits after failures,
 * at once with the network or a look, and never before it may.
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { started } from './sync/harness.mjs';
import { ModelServer } from './sync/modelserver.mjs';

const from = (path) => import(new URL(`../../www/src/sync/${path}`, import.meta.url));
const { INTERVAL_MS } = await from('client.js');
const { waitMs } = await from('backoff.js');

test('polls every 60 s, backs off with jitter, comes back at once with the network', async () => {
  const server = new ModelServer();
  server.make();
  let down = false;
  const { sync, clock } = await started(server, {
    env: { random: () => 0.5 },
    request: async (body) => {
      if (down === 503) return { status: 503, body: { code: 'UNAVAILABLE' }, retryAfterMs: 7000 };
      if (down) throw new TypeError('no network');
      return server.sync(body);
    },
  });
  assert.deepEqual(clock.timers.map((timer) => timer.ms), [INTERVAL_MS]);
  assert.equal(INTERVAL_MS, 60_000);
  down = true;
  const waits = [];
  for (let i = 0; i < 9; i++) {
    await sync.poll();
    waits.push(clock.timers[0].ms);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assert.ok(sync.status.offline && sync.status.since === clock.at && sync.status.failures === 9);
  down = 503;
  await sync.poll();
  assert.ok(clock.timers[0].ms >= 7000, 'Retry-After is kept');
  assert.equal(sync.status.offline, false, 'a server that answers is not offline');
  down = false;
  await clock.fire.online();
  assert.deepEqual([sync.status.failures, sync.status.offline, sync.status.since], [0, false, null]);
});

test('too many comparisons: nothing makes it ask before it may', async () => {
  const server = new ModelServer();
  server.make();
  let full = false;
  const { sync, clock } = await started(server, {
    env: { random: () => 0.5 },
    request: async (body) => {
      if (!full || body.cursor) return server.sync(body);
      server.asked.push(body);
      return { status: 429, body: { code: 'RATE_LIMITED' }, retryAfterMs: 41_000 };
    },
  });
  server.make();
  server.purge();
  full = true;
  await sync.poll();
  assert.deepEqual(clock.timers.map((timer) => timer.ms), [41_000]);
  assert.equal(sync.status.offline, false);
  const asked = server.asked.length;
  clock.at += 40_999;
  await sync.poll();
  await clock.fire.online();
  await clock.fire.awake();
  assert.equal(server.asked.length, asked, 'neither by hand, nor by the network, nor by a look');
  full = false;
  clock.at += 1;
  await clock.timers[0].run();
  assert.equal(sync.status.failures, 0);
  assert.equal(await sync.replica.hash(), server.hash());
});

test('an answer that was under way when the network went does not say that it is back', async () => {
  const server = new ModelServer();
  server.make();
  let cutNow = () => {};
  const { sync, clock } = await started(server, { request: async (body) => {
    cutNow();
    return server.sync(body);
  } });
  cutNow = () => clock.fire.offline();
  await sync.poll();
  assert.deepEqual([sync.status.offline, sync.status.since], [true, clock.at]);
  cutNow = () => {};
  await clock.fire.online();
  assert.deepEqual([sync.status.offline, sync.status.since], [false, null]);
});

test('jitter is full: anything from nothing to the bound', () => {
  assert.equal(waitMs(1, () => 0), 0);
  assert.equal(waitMs(1, () => 1), 1000);
  assert.equal(waitMs(40, () => 1), 60_000);
  assert.equal(waitMs(3, () => 0, 5000), 5000);
});

test('looking at the page asks at once, but not at every blink', async () => {
  const server = new ModelServer();
  const { clock } = await started(server);
  server.asked = [];
  clock.fire.awake();
  assert.equal(server.asked.length, 0);
  clock.at += 10_000;
  await clock.fire.awake();
  assert.equal(server.asked.length, 1);
});
