/*
 * lock.js - the edit lock of one appointment, as one window sees it.
 *
 *   unlocked   nobody has it; whoever types takes it
 *   mine       kept for this window, and renewed while somebody works here
 *   other      another person has it: `lock` says who and until when
 *   expired    it was this window's and has run out; what was typed is kept
 *   lost       it was this window's and was taken away, by `by`
 *   conflict   the same person has it in another window: a conflict of one
 *
 * The server decides; this only remembers what it said last.  Steps and looks
 * go one after the other, so that an answer is never older than the one before.
 */
import { signal } from '@preact/signals';
import { api } from '../../common/api.js';
import { now } from '../../common/time.js';

export const LEASE_MS = 300_000;
export const GRACE_MS = 15_000;
const AHEAD_MS = 60_000;  /* renewed so long before it runs out */
const AGAIN_MS = 5000;    /* a renewal that got no answer is tried again */
const IDLE_MS = 600_000;  /* who has done nothing for so long is not editing */

const timers = { now, set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer) };

export class EditLock {
  state = signal({ kind: 'unlocked', lock: null });
  #path;
  #me;
  #api;
  #time;
  #mine = null; /* the lock as this window got it */
  #tail = Promise.resolve();
  #waiting = 0;
  #wanted = null; /* typed while something is asked */
  #timer = null;
  #typedAt = -Infinity;
  #stopped = false;

  constructor({ id, me, request = api, time = timers }) {
    this.#path = `/api/appointments/${id}`;
    this.#me = me;
    this.#api = request;
    this.#time = time;
  }

  /** What a save has to name; undefined without a lock. */
  get fence() {
    return this.#mine?.fence;
  }

  /** Somebody types: the lock is taken if it can be. */
  touch() {
    this.#typedAt = this.#time.now();
    const take = () => this.#typedAt > -Infinity && ['unlocked', 'expired'].includes(this.state.peek().kind) && this.acquire().catch(() => {});
    if (this.#waiting === 0)
      take(); /* without a connection: the next key, or the save, tries again */
    else if (!this.#wanted)
      this.#wanted = this.#tail.then(() => { this.#wanted = null; }).then(take);
  }

  /** Before a save: whether the lock is this window's; taken if it is free. */
  async ensure() {
    await this.#tail;
    const { kind, lock } = this.state.peek();
    if (kind === 'mine' || kind === 'other' || (kind === 'lost' && lock))
      return kind === 'mine';
    return this.acquire();
  }

  acquire() {
    this.#typedAt = this.#time.now();
    return this.#step(async () => this.#got((await this.#api('POST', `${this.#path}/acquire-lock`, { body: {} })).lock));
  }

  takeOver() {
    this.#typedAt = this.#time.now();
    return this.#step(async () => this.#got((await this.#api('POST', `${this.#path}/takeover-lock`)).lock));
  }

  /** Gives it back; keepalive: the page goes away. */
  release({ keepalive } = {}) {
    const mine = this.#mine;
    this.#typedAt = -Infinity;
    if (!mine)
      return Promise.resolve();
    this.#leave({ kind: 'unlocked', lock: null });
    return this.#queue(() => this.#api('DELETE', `${this.#path}/release-lock?expectedVersion=${mine.version}`, { keepalive })
      .catch(() => {})); /* whatever the reason: it is not this window's any more, or runs out */
  }

  /** Asks the server. */
  look() {
    return this.#step(async () => {
      const { lock } = await this.#api('GET', `${this.#path}/lock`);
      this.#believe(lock);
    });
  }

  /** What the hub told. A lock that is gone, or one's own, is looked at: the event may be older than an answer. */
  hear(event, { lock, adminInfo }) {
    if (this.#waiting > 0 || !lock || lock.userId === this.#me) {
      this.look().catch(() => {});
      return;
    }
    if (this.#mine && lock.fence <= this.#mine.fence)
      return;
    this.#believe(lock, event === 'admin-takeover' ? adminInfo?.name : undefined);
  }

  stop() {
    this.#stopped = true;
    this.#time.clear(this.#timer);
    return this.release({ keepalive: true });
  }

  /* ---- what it comes to -------------------------------------------------- */

  #believe(lock, by) {
    const { kind, by: before } = this.state.peek();
    const held = Boolean(this.#mine);
    if (lock && lock.userId === this.#me)
      return this.#same(lock) ? this.#got(lock) : this.#leave({ kind: 'conflict', lock });
    if (held && !lock && this.#leftOf(this.#mine) <= 0)
      return this.#leave({ kind: 'expired', lock: this.#mine });
    if (held || kind === 'lost')
      return this.#leave({ kind: 'lost', lock, by: (held ? by ?? lock?.userInfo.name : before) ?? null });
    if (lock)
      return this.#leave({ kind: 'other', lock });
    return this.#leave(kind === 'expired' ? this.state.peek() : { kind: 'unlocked', lock: null });
  }

  #same(lock) {
    return this.#mine?.fence === lock.fence && this.#mine.version === lock.version;
  }

  #got(lock) {
    if (this.#stopped) { /* the panel was closed while the answer was on its way */
      this.#mine = lock;
      this.release({ keepalive: true });
      return true;
    }
    this.#mine = lock;
    this.state.value = { kind: 'mine', lock };
    this.#at(this.#leftOf(lock) - AHEAD_MS, () => this.#renew());
    return true;
  }

  /* Not this window's, or not any more. */
  #leave(state) {
    this.#mine = null;
    this.state.value = state;
    this.#time.clear(this.#timer);
    if (state.lock && state.kind !== 'expired' && !this.#stopped)
      this.#at(this.#leftOf(state.lock) + GRACE_MS + 500, () => this.look().catch(() => {}));
    return false;
  }

  #leftOf(lock) {
    return Date.parse(lock.expiresAt) - this.#time.now();
  }

  #at(ms, run) {
    this.#time.clear(this.#timer);
    this.#timer = this.#time.set(run, Math.max(0, ms));
  }

  async #renew() {
    const mine = this.#mine;
    if (!mine)
      return;
    if (this.#leftOf(mine) <= 0) {
      this.#leave({ kind: 'expired', lock: mine });
      return;
    }
    const again = Math.min(AGAIN_MS, Math.max(50, this.#leftOf(mine)));
    if (this.#time.now() - this.#typedAt > IDLE_MS) {
      this.#at(this.#leftOf(mine) > again ? again : this.#leftOf(mine), () => this.#renew()); /* or they type again */
      return;
    }
    try {
      await this.#step(async () => {
        if (this.#mine === mine)
          this.#got((await this.#api('POST', `${this.#path}/acquire-lock`, { body: { expectedVersion: mine.version, lockFence: mine.fence } })).lock);
      });
    } catch {
      if (this.#mine === mine)
        this.#at(again, () => this.#renew());
    }
  }

  /* ---- one after the other ------------------------------------------------ */

  #queue(run) {
    this.#waiting++;
    const done = this.#tail.then(run).finally(() => this.#waiting--);
    this.#tail = done.catch(() => {});
    return done;
  }

  /* A step that may be refused: then the answer says who has it. */
  #step(run) {
    return this.#queue(async () => {
      try {
        return await run();
      } catch (error) {
        if (error.code === 'LOCKED_BY_OTHER' || error.code === 'VERSION_CONFLICT')
          return this.#believe(error.body.lock ?? null);
        throw error;
      }
    });
  }
}
