/*
 * The edit lock as one window sees it, against a server of a few lines: what
 * it says after each step, in any order in which answers and events may come.
 */
import test, { afterEach, beforeEach, mock } from 'node:test';
import assert from 'node:assert/strict';

const { EditLock } = await import(new URL('../../www/src/staff/panel/lock.js', import.meta.url));

const START = Date.parse('2026-11-20T10:00:00Z');
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START }));
afterEach(() => mock.timers.reset());

const settle = async () => {
  for (let i = 0; i < 20; i++)
    await Promise.resolve();
};

/* Time passes, in steps, so that what a timer starts can start another. */
async function pass(seconds) {
  for (let i = 0; i < seconds; i++) {
    mock.timers.tick(1000);
    await settle();
  }
}

class Server {
  lock = null;
  fence = 0;
  asked = [];
  away = false;

  grant(userId, name = userId) {
    this.lock = { id: `grant-${++this.fence}`, userId, userInfo: { name }, version: 1, fence: this.fence, expiresAt: new Date(Date.now() + 300_000).toISOString() };
    return this.lock;
  }

  get live() {
    return this.lock && Date.parse(this.lock.expiresAt) + 15_000 > Date.now() ? this.lock : null;
  }

  /* As `userId` asks it: api('POST', …). */
  as(userId) {
    return async (method, path, { body } = {}) => {
      const step = path.split('/').pop().split('?')[0];
      this.asked.push(step);
      if (this.away)
        throw Object.assign(new Error('no answer'), { code: 'OFFLINE' });
      const lock = this.live;
      if (step === 'lock')
        return { state: '', lock: lock && { ...lock } };
      if (step === 'release-lock') {
        this.lock = null;
        return null;
      }
      if (step === 'takeover-lock')
        return { lock: this.grant(userId) };
      if (lock && lock.userId !== userId)
        throw Object.assign(new Error('locked'), { code: 'LOCKED_BY_OTHER', body: { lock: { ...lock } } });
      if (body.lockFence && (!lock || lock.fence !== body.lockFence || lock.version !== body.expectedVersion))
        throw Object.assign(new Error('version'), { code: 'VERSION_CONFLICT', body: { lock: lock && { ...lock } } });
      if (!lock || Date.parse(lock.expiresAt) <= Date.now())
        return { lock: { ...this.grant(userId) } };
      Object.assign(lock, { version: lock.version + 1, expiresAt: new Date(Date.now() + 300_000).toISOString() });
      return { lock: { ...lock } };
    };
  }
}

const window = (server, me = 'me') => new EditLock({ id: 'a', me, request: server.as(me), time: { now: Date.now, set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer) } });
const kind = (lock) => lock.state.value.kind;

test('the first key takes it, once', async () => {
  const server = new Server();
  const lock = window(server);
  assert.equal(lock.fence, undefined);
  for (let i = 0; i < 5; i++)
    lock.touch();
  await settle();
  assert.equal(kind(lock), 'mine');
  assert.equal(lock.fence, 1);
  assert.deepEqual(server.asked, ['acquire-lock']);
  lock.touch();
  await settle();
  assert.deepEqual(server.asked, ['acquire-lock'], 'further keys ask nothing');
});

test('renewed after four minutes, as long as somebody types', async () => {
  const server = new Server();
  const lock = window(server);
  lock.touch();
  await pass(239);
  assert.equal(server.lock.version, 1);
  await pass(2);
  assert.equal(server.lock.version, 2);
  lock.touch();
  await pass(240);
  assert.deepEqual([server.lock.version, server.lock.fence, kind(lock)], [3, 1, 'mine'], 'and again, under the same fence');
  await pass(900);
  assert.equal(kind(lock), 'expired', 'whoever has left lets it run out');
});

test('a renewal without an answer is tried again until the end', async () => {
  const server = new Server();
  const lock = window(server);
  lock.touch();
  await settle();
  server.away = true;
  await pass(270);
  assert.equal(kind(lock), 'mine');
  assert.ok(server.asked.length > 4, `${server.asked.length} tries`);
  server.away = false;
  await pass(6);
  assert.deepEqual([server.lock.version, kind(lock)], [2, 'mine']);
  server.away = true;
  await pass(310);
  assert.equal(kind(lock), 'expired');
  server.away = false;
  lock.touch();
  await settle();
  assert.equal(kind(lock), 'mine', 'the next key takes it back');
  assert.equal(lock.fence, 2, 'as another grant');
});

test('somebody else has it: who, until they have not', async () => {
  const server = new Server();
  server.grant('arun', 'Arun');
  const lock = window(server);
  await lock.look();
  assert.deepEqual([kind(lock), lock.state.value.lock.userInfo.name], ['other', 'Arun']);
  lock.touch();
  await settle();
  assert.equal(server.asked.filter((step) => step === 'acquire-lock').length, 0, 'what cannot be had is not asked for');
  assert.equal(await lock.ensure(), false);
  await pass(316);
  assert.equal(kind(lock), 'unlocked', 'when it has run out, grace and all, the window sees for itself');
});

test('two type at once: one has it', async () => {
  const server = new Server();
  const [one, two] = [window(server, 'one'), window(server, 'two')];
  one.touch();
  two.touch();
  await settle();
  assert.deepEqual([kind(one), kind(two)], ['mine', 'other']);
});

test('taken over: told by the hub, with the name', async () => {
  const server = new Server();
  const lock = window(server);
  lock.touch();
  await settle();
  const theirs = server.grant('boss', 'Asmita');
  lock.hear('admin-takeover', { lock: theirs, adminInfo: { name: 'Asmita' } });
  assert.deepEqual([kind(lock), lock.state.value.by, lock.fence], ['lost', 'Asmita', undefined]);
  assert.equal(await lock.ensure(), false, 'a save would be refused');
  server.lock = null;
  lock.hear('lock-released', { lock: null });
  await settle();
  assert.deepEqual([kind(lock), lock.state.value.by, lock.state.value.lock], ['lost', 'Asmita', null], 'until it is free');
  lock.touch();
  await settle();
  assert.equal(kind(lock), 'lost', 'keys do not take it back');
  assert.equal(await lock.ensure(), true, 'a save does');
  assert.equal(kind(lock), 'mine');
});

test('a lease that another got in time is lost, not expired', async () => {
  const server = new Server();
  const lock = window(server);
  lock.touch();
  await settle();
  server.lock = null; /* an administrator released it */
  await lock.look();
  assert.deepEqual([kind(lock), lock.state.value.by], ['lost', null]);
});

test('events that are older than an answer change nothing', async () => {
  const server = new Server();
  server.grant('arun', 'Arun');
  const old = { ...server.lock };
  server.lock = null;
  const lock = window(server);
  lock.touch();
  await settle();
  lock.hear('lock-update', { lock: old });
  lock.hear('lock-released', { lock: null });
  lock.hear('lock-acquired', { lock: { ...server.lock } });
  await settle();
  assert.equal(kind(lock), 'mine');
});

test('the same person in two windows: each is told', async () => {
  const server = new Server();
  const [one, two] = [window(server), window(server)];
  one.touch();
  await settle();
  await two.look();
  assert.equal(kind(two), 'conflict');
  await two.acquire();
  assert.equal(kind(two), 'mine');
  one.hear('lock-update', { lock: { ...server.lock } });
  await settle();
  assert.equal(kind(one), 'conflict');
  await one.release();
  assert.ok(server.lock, 'who does not have it gives nothing back');
});

test('closed while the answer was on its way, it is given back', async () => {
  const server = new Server();
  const lock = window(server);
  lock.touch();
  lock.stop();
  await settle();
  assert.equal(server.lock, null);
  assert.deepEqual(server.asked, ['acquire-lock', 'release-lock']);
});

test('giving back and taking again come in that order', async () => {
  const server = new Server();
  const lock = window(server);
  lock.touch();
  await settle();
  lock.release();
  lock.acquire();
  await settle();
  assert.deepEqual(server.asked, ['acquire-lock', 'release-lock', 'acquire-lock']);
  assert.deepEqual([kind(lock), lock.fence], ['mine', 2]);
});

test('what was discarded before the lock could be asked for is not locked', async () => {
  const server = new Server();
  const lock = window(server);
  const looking = lock.look();
  lock.touch();
  lock.release();
  await looking;
  await settle();
  assert.deepEqual([kind(lock), server.lock], ['unlocked', null]);
  const again = lock.look();
  lock.touch();
  await again;
  await settle();
  assert.equal(kind(lock), 'mine', 'and what is typed then is');
});
