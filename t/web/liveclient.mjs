/*
 * The live client: whatever is cut, blocked or lost, each event comes once and
 * in order, or the page is told to look for itself.
 */
import test, { afterEach, beforeEach, mock } from 'node:test';
import assert from 'node:assert/strict';
import { ALL, ids, joins, pass, settle, started } from './live/harness.mjs';
import { StubHub } from './live/stubhub.mjs';

const { Place, earliest } = await import(new URL('../../www/src/live/place.js', import.meta.url));

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-20T10:00:00Z') }));
afterEach(() => mock.timers.reset());

test('a place knows what is next, what is old and what is missing', () => {
  const place = new Place();
  assert.equal(place.joined({ eventId: 'e-7' }, null), false, 'the first join does not know what was before');
  assert.equal(place.see({ eventId: 'e-9', prev: 'e-7' }), 'next');
  assert.equal(place.see({ eventId: 'e-9', prev: 'e-7' }), 'old');
  assert.equal(place.see({ eventId: 'e-12', prev: 'e-10' }), 'hole');
  assert.equal(place.see({ eventId: 'e-13', prev: 'e-12' }), 'next', 'after a hole it goes on from there');
  assert.equal(place.see({ position: {} }), 'loose');
  assert.equal(place.joined({ eventId: 'e-20', resync: false }, 'e-13'), true);
  assert.equal(place.see({ eventId: 'e-15', prev: 'e-13' }), 'next', 'what a resumed join brings is not old');
  assert.equal(place.joined({ eventId: 'e-30', resync: true }, 'e-15'), false);
  assert.equal(place.see({ eventId: 'e-31', prev: 'e-30' }), 'next');
  assert.equal(place.see({ eventId: 'f-2', prev: 'f-1' }), 'hole', 'another epoch is another world');
  const fresh = new Place();
  fresh.joined({ eventId: null }, null);
  assert.equal(fresh.see({ eventId: 'e-1', prev: null }), 'next', 'the first event of all');
  assert.equal(fresh.see({ eventId: 'e-3', prev: null }), 'hole');
});

test('several topics are resumed from the one that is furthest behind', () => {
  const at = (id) => Object.assign(new Place(), { id });
  assert.equal(earliest([at('e-12'), at('e-9'), at('e-100')]), 'e-9');
  assert.equal(earliest([at('e-12'), at(null)]), null);
  assert.equal(earliest([at('e-12'), at('f-9')]), null);
  assert.equal(earliest([]), null);
});

test('what happens is heard, once and in order', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  assert.deepEqual([it.kinds, it.joins, it.resyncs], [['polling', 'live'], [false], 1], 'the first join asks for a look at the truth');
  for (let i = 0; i < 5; i++) hub.emit(ALL);
  hub.emit('profiles');
  await settle();
  assert.deepEqual(it.heard, ids(hub));
  assert.equal(it.resyncs, 1);
  assert.equal(it.live.isCurrent(ALL), true);
  it.live.close();
});

test('a hole is found by the next event', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  hub.emit(ALL);
  hub.lose(ALL);
  hub.emit(ALL);
  await settle();
  assert.equal(it.heard.length, 2);
  assert.equal(it.resyncs, 2);
  it.live.close();
});

test('after a cut each join carries where the topic stands now', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  hub.emit(ALL);
  for (let cut = 0; cut < 3; cut++) {
    hub.emit(ALL);
    await settle();
    const seen = ids(hub).at(-1);
    hub.cut();
    hub.emit(ALL);
    await pass(1000);
    assert.equal(joins(hub).at(-1).payload.since, seen);
  }
  assert.deepEqual(it.heard, ids(hub), 'nothing is missing and nothing came twice');
  assert.deepEqual([it.joins, it.resyncs], [[false, true, true, true], 1]);

  hub.remembers = false;
  hub.cut();
  hub.emit(ALL);
  await pass(1000);
  assert.equal(it.resyncs, 2, 'what cannot be resumed has to be looked up');
  hub.emit(ALL);
  await settle();
  assert.equal(it.resyncs, 2);
  it.live.close();
});

test('tries are 1 s apart at first and 30 s at most, by chance less', async () => {
  const hub = new StubHub();
  hub.blocked.events = true;
  const it = started(hub);
  await settle();
  hub.up = false;
  hub.cut();
  hub.tries = [];
  const cutAt = Date.now();
  await pass(160_000, 500);
  const at = hub.tries.filter(({ way }) => way === 'socket').map((one) => one.at - cutAt);
  assert.deepEqual(at.map((ms, i) => Math.round((ms - (at[i - 1] ?? 0)) / 1000)), [1, 2, 4, 8, 16, 30, 30, 30, 30]);
  assert.equal(it.live.status.kind, 'polling');
  hub.up = true;
  await pass(30_000, 500);
  assert.equal(it.live.status.kind, 'live');
  it.live.close();

  const lucky = started(hub, { random: () => 0 });
  await settle();
  hub.tries = [];
  hub.cut();
  await pass(100);
  assert.equal(lucky.live.status.kind, 'live', 'the jitter is full: it may be no wait at all');
  lucky.live.close();
});

test('a hub that takes connections and refuses joins for now is not hammered', async () => {
  const hub = new StubHub();
  hub.refuses = 'UNAVAILABLE';
  const it = started(hub);
  await pass(60_000, 250);
  assert.ok(joins(hub).length >= 4 && joins(hub).length <= 8, `${joins(hub).length} joins in a minute`);
  assert.deepEqual([it.live.status.kind, it.refused], ['polling', []]);
  hub.refuses = null;
  await pass(30_000, 250);
  assert.equal(it.live.status.kind, 'live');
  it.live.close();
});

test('a no is final, and the other topics live', async () => {
  const hub = new StubHub();
  const it = started(hub, { topics: [] });
  hub.refuses = 'FORBIDDEN';
  it.live.on(ALL, () => {}, { onRefused: ({ code }) => it.refused.push(code) });
  await settle();
  hub.refuses = null;
  it.live.on('profiles', () => {});
  await pass(60_000, 1000);
  assert.deepEqual(it.refused, ['FORBIDDEN']);
  assert.equal(joins(hub).filter(({ topic }) => topic === ALL).length, 1);
  assert.deepEqual([it.live.isCurrent(ALL), it.live.isCurrent('profiles')], [false, true]);
  it.live.close();
});

test('without WebSockets it is Server-Sent Events, without both nothing', async () => {
  const hub = new StubHub();
  hub.blocked.socket = true;
  const it = started(hub);
  await pass(1000);
  assert.equal(it.live.status.kind, 'sse');
  hub.emit(ALL);
  await settle();
  assert.deepEqual(it.heard, ids(hub));
  hub.tries = [];
  await pass(1_200_000, 2000);
  const tries = hub.tries.filter(({ way }) => way === 'socket').length;
  assert.ok(tries >= 4 && tries <= 14, `the socket is tried now and then: ${tries} times in 20 minutes`);

  hub.blocked.events = true;
  hub.cut();
  hub.emit(ALL);
  await pass(5000);
  assert.equal(it.live.status.kind, 'polling');
  hub.blocked.events = false;
  await pass(30_000, 250);
  assert.equal(it.live.status.kind, 'sse');
  assert.deepEqual(it.heard, ids(hub), 'what happened meanwhile was resumed');
  it.live.close();
});

test('the socket takes over when it can, and nothing comes twice', async () => {
  const hub = new StubHub();
  hub.blocked.socket = true;
  const it = started(hub);
  await pass(1000);
  hub.emit(ALL);
  await settle();
  hub.blocked.socket = false;
  await pass(300_000, 2000);
  assert.equal(it.live.status.kind, 'live');
  assert.equal(hub.sources.size, 0);
  assert.equal(joins(hub).at(-1).payload.since, ids(hub)[0], 'resumed from what the other way brought');
  hub.emit(ALL);
  await settle();
  assert.deepEqual(it.heard, ids(hub));
  it.live.close();
});

test('a handshake that is swallowed is given up after 5 s', async () => {
  const hub = new StubHub();
  hub.swallows = true;
  const it = started(hub);
  await pass(4900);
  assert.deepEqual(hub.tries.map(({ way }) => way), ['socket']);
  await pass(200);
  assert.equal(it.live.status.kind, 'sse');
  it.live.close();
});

test('offline it waits for the network, and is there with it', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  hub.emit(ALL);
  await settle();
  it.net.online = false;
  it.net.fire.offline();
  await settle();
  assert.deepEqual([it.live.status.kind, hub.sockets.size], ['offline', 0]);
  hub.tries = [];
  hub.emit(ALL);
  await pass(120_000, 2000);
  assert.deepEqual(hub.tries, []);
  it.net.online = true;
  it.net.fire.online();
  await pass(500);
  assert.equal(it.live.status.kind, 'live');
  assert.deepEqual(it.heard, ids(hub));
  it.live.close();
});

const tokenUntil = (ms) => `h.${Buffer.from(JSON.stringify({ exp: ms / 1000 })).toString('base64url')}.s`;

test('a token is renewed before it runs out', async () => {
  const hub = new StubHub();
  let made = 0;
  const it = started(hub, { token: async () => { made++; return tokenUntil(Date.now() + 600_000); } });
  await settle();
  const first = joins(hub)[0].payload.access_token;
  assert.ok(first);
  await pass(541_000, 1000);
  assert.equal(made, 2);
  const pushed = hub.frames.find(({ event }) => event === 'access_token');
  assert.notEqual(pushed.payload.access_token, first);
  hub.cut();
  await pass(1000);
  assert.equal(joins(hub).at(-1).payload.access_token, pushed.payload.access_token, 'a later join has the newer one');
  it.live.close();
});

test('a session that has run out is made fresh, once; one that is over ends it', async () => {
  const hub = new StubHub();
  let renewed = 0;
  let goesOn = true;
  const it = started(hub, { renew: async () => { renewed++; return goesOn; } });
  await settle();
  hub.cut(4401);
  await pass(1000);
  assert.deepEqual([renewed, it.live.status.kind], [1, 'live']);

  await pass(60_000, 1000);
  hub.refuses = 'UNAUTHENTICATED';
  hub.cut();
  await pass(1000);
  assert.deepEqual([renewed, it.refused], [2, ['UNAUTHENTICATED']], 'a fresh session that is refused is refused');

  hub.refuses = null;
  const other = started(hub, { renew: async () => { renewed++; return goesOn; } });
  await settle();
  goesOn = false;
  hub.cut(4401);
  hub.tries = [];
  await pass(60_000, 1000);
  assert.deepEqual([hub.tries.filter(({ way }) => way === 'socket').length <= 3, other.live.isCurrent(ALL)], [true, false]);
  it.live.close();
});

test('a session that nobody could make fresh yet is tried again at the next refusal', async () => {
  const hub = new StubHub();
  let tries = 0;
  const it = started(hub, {
    renew: async () => {
      if (++tries < 3)
        throw new Error('no connection');
      hub.refuses = null;
      return true;
    },
  });
  await settle();
  await pass(60_000, 1000);
  hub.refuses = 'UNAUTHENTICATED';
  hub.cut();
  await pass(10_000, 500);
  assert.deepEqual([tries, it.live.status.kind, it.refused], [3, 'live', []]);
  it.live.close();
});

test('what was heard is acknowledged, many at once by the last', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  for (let i = 0; i < 20; i++) hub.emit(ALL);
  await pass(300);
  const acks = hub.frames.filter(({ event }) => event === 'ack').map(({ payload }) => payload.eventId);
  assert.equal(joins(hub)[0].payload.ack, true);
  assert.equal(acks.at(-1), ids(hub).at(-1));
  assert.ok(acks.length <= 2, `${acks.length} acknowledgements`);
  it.live.close();
});

test('a topic is left with its last listener, and joined again with the next', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  const late = { joins: 0, resyncs: 0, heard: 0 };
  const off = it.live.on(ALL, () => late.heard++, { onJoin: () => late.joins++, onResync: (why) => { assert.equal(why.late, true); late.resyncs++; } });
  await settle();
  assert.deepEqual([late, joins(hub).length], [{ joins: 1, resyncs: 1, heard: 0 }, 1], 'who comes later looks for itself');
  it.offs[ALL]();
  hub.emit(ALL);
  await settle();
  assert.deepEqual([late.heard, it.heard.length], [1, 0]);
  off();
  await settle();
  assert.equal(hub.frames.at(-1).event, 'phx_leave');
  it.live.on(ALL, () => late.heard++);
  await settle();
  hub.emit(ALL);
  await settle();
  assert.deepEqual([late.heard, joins(hub).length], [2, 2]);
  it.live.close();
  assert.equal(hub.sockets.size, 0);
});

test('put out of a topic it asks whether for good', async () => {
  const hub = new StubHub();
  const it = started(hub);
  await settle();
  hub.emit(ALL);
  await settle();
  for (const socket of hub.sockets) socket.say(ALL, 'phx_close');
  await settle();
  assert.equal(it.live.isCurrent(ALL), false);
  hub.emit(ALL);
  await pass(1100);
  assert.equal(it.live.isCurrent(ALL), true);
  for (const socket of hub.sockets) socket.say(ALL, 'phx_error');
  hub.emit(ALL);
  await pass(1100);
  assert.deepEqual(it.heard, ids(hub));
  it.live.close();
});

test('whatever happens, all is heard in order or looked up', async () => {
  const topics = [ALL, 'profiles', 'availability:all'];
  for (let round = 0; round < 12; round++) {
    const hub = new StubHub();
    const wrong = [];
    const seen = Object.fromEntries(topics.map((topic) => [topic, { heard: new Set(), found: new Set(), last: 0 }]));
    const it = started(hub, { topics: [], random: Math.random });
    for (const topic of topics)
      it.live.on(topic, (event, { eventId, seq }) => {
        const mine = seen[topic];
        if (seq <= mine.last) wrong.push(`${eventId} came twice or late`);
        mine.heard.add(eventId);
        mine.last = seq;
      }, { onResync: () => { for (const id of ids(hub, topic)) seen[topic].found.add(id); } });
    for (let i = 0; i < 120; i++) {
      const chance = Math.random();
      const topic = topics[i % 3];
      if (chance < 0.6) hub.emit(topic);
      else if (chance < 0.65) hub.lose(topic);
      else if (chance < 0.75) hub.cut();
      else if (chance < 0.8) hub.blocked.socket = !hub.blocked.socket;
      else if (chance < 0.83) hub.blocked.events = !hub.blocked.events;
      else if (chance < 0.86) hub.remembers = !hub.remembers;
      else await pass(Math.random() * 4000, 200);
      if (chance < 0.6 && Math.random() < 0.5) await settle();
    }
    hub.blocked.socket = false;
    await pass(310_000, 5000);
    for (const topic of topics) {
      hub.emit(topic); /* a loss with nothing behind it is found by what comes next */
      await settle();
      assert.deepEqual(ids(hub, topic).filter((id) => !seen[topic].heard.has(id) && !seen[topic].found.has(id)), [], `round ${round}, ${topic}`);
    }
    assert.deepEqual(wrong, []);
    it.live.close();
  }
});
