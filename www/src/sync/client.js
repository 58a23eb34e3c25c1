/*
 * client.js - keeps a signed-in person's appointments in step with the server.
 *
 * It knows nothing of pages: what it needs of its surroundings (time, network,
 * storage, other tabs) is handed in, so that the same code runs in a test.
 *
 *   const sync = new SyncClient({ user, request, fetchRow, storage, tabs, surroundings });
 *   sync.on((event) => …);   { type: 'rows', changed, removed, source }, { type: 'status', status }, { type: 'end' }
 *   source: 'server', 'own' write, 'guess' at one, or 'load' of what was there before
 *   await sync.start();
 *
 * Also { type: 'error', error } for what should not happen and is tried again.
 * `request(body)` resolves to { status, body, retryAfterMs } for every answer
 * that came, and rejects when none came.  `fetchRow(id)` resolves to a row or
 * null.  Own writes are handed to apply() when the server has answered them;
 * until then optimistic() shows what they will probably be.  What the hub tells
 * goes to news(), and while it tells all, pace() slows the asking down.
 */
import { waitMs } from './backoff.js';
import { Replica } from './replica.js';
import { syncRound } from './round.js';
import { aloneTabs } from './tabs.js';
import { memoryStorage } from './storage.js';
import { quietSurroundings } from './surroundings.js';

export const INTERVAL_MS = 60_000;
const SOON_MS = 3_000;     /* not more often than this by focus or visibility */
const PATIENCE_MS = 5_000; /* for a leading tab to say that it works */

/* No answer came, for whatever reason. */
class Unreached extends Error {}

const reached = (promise) => promise.catch((cause) => {
  throw new Unreached('sync: no answer', { cause });
});

const NOTHING = { changed: [], removed: [], buckets: new Set() };

class Refused extends Error {
  constructor({ status, body, retryAfterMs }) {
    super(`sync: ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs ?? 0;
  }
}

export class SyncClient {
  #request;
  #fetchRow;
  #storage;
  #tabs;
  #env;
  #interval;
  #listeners = new Set();
  #pending = new Map();
  #touched = new Set();
  #cursor = null;
  #revision = 0;
  #leading = false;
  #ended = false;
  #failures = 0;
  #notBefore = 0;
  #timer = null;
  #running = null;
  #again = false;
  #asked = 0;
  #heard = 0;
  #cuts = 0;
  #unsubscribe = [];

  constructor({ request, fetchRow, storage, tabs, surroundings, interval = INTERVAL_MS }) {
    this.#request = request;
    this.#fetchRow = fetchRow ?? (async () => null);
    this.#storage = storage ?? memoryStorage();
    this.#tabs = tabs ?? aloneTabs();
    this.#env = surroundings ?? quietSurroundings();
    this.#interval = interval;
    this.replica = new Replica(this.#env.now);
    this.status = { loaded: false, busy: false, offline: false, failures: 0, since: null, lastAt: null, nextAt: null, have: 0, count: null };
  }

  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(id) {
    const row = this.replica.rows.get(id);
    const patches = this.#pending.get(id);
    return row && patches ? Object.assign({}, row, ...patches) : row;
  }

  all() {
    const rows = [...this.replica.rows.values()];
    return this.#pending.size === 0 ? rows : rows.map((row) => this.get(row.id));
  }

  async start() {
    this.#tabs.listen((message) => this.#hear(message));
    await this.#reload();
    const env = this.#env;
    this.#unsubscribe = [
      env.on('online', () => this.poll()),
      env.on('offline', () => {
        this.#cuts++;
        this.#say({ offline: true, since: this.status.since ?? env.now() });
      }),
      env.on('awake', () => this.#wake()),
    ];
    await this.#tabs.lead(() => this.#lead(), () => { this.#leading = false; });
  }

  stop() {
    this.#ended = true;
    this.#env.clearTimer(this.#timer);
    for (const off of this.#unsubscribe) off();
    this.#tabs.close();
    this.#storage.close();
  }

  /* Signed out: nothing stays, here or in the user's other tabs. */
  async wipe({ tell = true } = {}) {
    if (this.#ended) return;
    if (tell) this.#tabs.tell({ type: 'end' });
    this.stop();
    this.replica.clear();
    this.#emit({ type: 'end' });
    await this.#storage.wipe();
  }

  /* Asks now, or lets the leading tab ask.  Resolves when it is done here. */
  poll() {
    if (this.#ended) return Promise.resolve();
    if (!this.#leading) {
      this.#poke();
      return Promise.resolve();
    }
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    if (this.#env.now() < this.#notBefore) return Promise.resolve(); /* the timer knows when */
    this.#env.clearTimer(this.#timer);
    this.#running = this.#poll().finally(() => {
      this.#running = null;
      if (this.#again && !this.#ended) {
        this.#again = false;
        return this.poll();
      }
      return undefined;
    });
    return this.#running;
  }

  /* A row as the server answered it to a write of ours. */
  apply(row, source = 'own') {
    this.#touched.add(row.id);
    const done = this.replica.apply({ updates: [row] });
    this.#emit({ type: 'rows', changed: [row], removed: done.removed, source });
    if (this.#leading) return this.#keep(done);
    this.#tabs.tell({ type: 'own', row });
    return Promise.resolve();
  }

  /*
   * Shows a write before it is answered; the returned function ends that,
   * whatever the answer was.  Several may be under way for one row.
   */
  optimistic(id, patch) {
    const tell = () => this.#emit({ type: 'rows', changed: [this.get(id)].filter(Boolean), removed: [], source: 'guess' });
    this.#pending.set(id, [...(this.#pending.get(id) ?? []), patch]);
    tell();
    return () => {
      const left = (this.#pending.get(id) ?? []).filter((one) => one !== patch);
      if (left.length > 0) this.#pending.set(id, left);
      else this.#pending.delete(id);
      tell();
    };
  }

  /* Whether a write of ours at that row is under way. */
  isPending(id) {
    return this.#pending.has(id);
  }

  /*
   * What an event told: rows, and { id, version } of what has gone.  Only what
   * is newer than what is known counts; it may come late, twice, or be older
   * than an answer.
   */
  news({ updates = [], deletions = [] }) {
    if (this.#ended) return Promise.resolve();
    const known = (id) => this.replica.version(id);
    const newest = new Map();
    for (const row of updates) if (row.version > (newest.get(row.id) ?? { version: known(row.id) ?? 0 }).version) newest.set(row.id, row);
    const fresh = [...newest.values()];
    const gone = deletions.filter(({ id, version }) => version >= Math.max(known(id), newest.get(id)?.version ?? 0)).map(({ id }) => id);
    if (fresh.length === 0 && gone.length === 0) return Promise.resolve();
    const done = this.replica.apply({ updates: fresh, deletions: gone });
    for (const id of [...fresh.map((row) => row.id), ...gone]) this.#touched.add(id);
    this.#emit({ type: 'rows', changed: done.changed, removed: done.removed, source: 'server' });
    this.#say({ have: this.replica.size }, false);
    /* An answer that is under way may still hold what has gone. */
    if (this.#running && gone.length > 0) this.#again = true;
    if (this.#leading) return this.#keep(done);
    this.#tabs.tell({ type: 'news', updates, deletions });
    return Promise.resolve();
  }

  /* How often to ask from now on; withinMs: and next time at the latest then, by chance sooner. */
  pace(interval, withinMs = Infinity) {
    this.#interval = interval;
    if (this.#ended || !this.#leading || this.#running || !this.status.loaded || this.#failures > 0) return;
    const now = this.#env.now();
    const wait = Math.min(Math.max(0, this.status.lastAt + interval - now), withinMs * this.#env.random());
    this.#say({ nextAt: now + wait });
    this.#schedule(wait);
  }

  /* ---- asking --------------------------------------------------------- */

  async #poll() {
    const cuts = this.#cuts;
    this.#asked = this.#env.now();
    this.#say({ busy: true, nextAt: null });
    try {
      await this.#roll();
      await syncRound({
        replica: this.replica,
        touched: this.#touched,
        ask: (body) => this.#ask(body),
        keep: (done, answer) => this.#took(done, answer),
        pause: () => this.#env.pause(),
        getCursor: () => this.#cursor,
        setCursor: (cursor) => { this.#cursor = cursor; },
      });
      this.#succeeded(cuts < this.#cuts);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #ask(body) {
    const answer = await reached(this.#request(body));
    const begin = body.cursor ? [400, 410] : [413];
    if (answer.status !== 200 && !begin.includes(answer.status)) throw new Refused(answer);
    return answer;
  }

  async #took(done, answer) {
    if (this.#ended) return;
    const loading = !this.status.loaded;
    if (done.changed.length > 0 || done.removed.length > 0) {
      this.#emit({ type: 'rows', changed: done.changed, removed: done.removed, source: loading ? 'load' : 'server' });
    }
    this.#say({ have: this.replica.size, count: answer.count ?? this.status.count });
    await this.#keep(done);
  }

  /* An answer that was under way when the network was cut does not say that it is back. */
  #succeeded(offline) {
    if (this.#ended) return;
    const first = !this.status.loaded;
    const now = this.#env.now();
    this.#failures = 0;
    this.#say({ loaded: true, busy: false, offline, failures: 0, since: offline ? this.status.since : null, lastAt: now, nextAt: now + this.#interval });
    this.#schedule(this.#interval);
    if (first) this.#keep(NOTHING);
  }

  #failed(error) {
    if (this.#ended) return;
    if (error.status === 401) {
      this.wipe();
      return;
    }
    const now = this.#env.now();
    this.#failures++;
    const wait = waitMs(this.#failures, this.#env.random, error.retryAfterMs);
    if (error.status === 429) this.#notBefore = now + error.retryAfterMs;
    const offline = error instanceof Unreached;
    if (!offline && !(error instanceof Refused)) this.#emit({ type: 'error', error });
    this.#say({ busy: false, offline, failures: this.#failures, since: this.status.since ?? now, nextAt: now + wait });
    this.#schedule(wait);
  }

  #schedule(wait) {
    this.#env.clearTimer(this.#timer);
    this.#timer = this.#env.timer(() => this.poll(), wait);
  }

  #wake() {
    const soon = this.#env.now() - Math.max(this.#asked, this.status.lastAt ?? 0) < SOON_MS;
    return soon ? Promise.resolve() : this.poll();
  }

  /* The window moves with the days: some rows go, some have to be fetched. */
  async #roll() {
    const { left, come } = this.replica.roll();
    if (left.length > 0) {
      this.#emit({ type: 'rows', changed: [], removed: left, source: 'load' });
      await this.#keep({ ...NOTHING, removed: left });
    }
    for (const id of come) {
      const row = await reached(this.#fetchRow(id));
      this.replica.later.delete(id);
      if (row) await this.#took(this.replica.apply({ updates: [row] }), {});
    }
  }

  /* ---- keeping and telling -------------------------------------------- */

  async #keep(done) {
    if (this.#ended) return;
    this.#revision++;
    const parts = new Map([...done.buckets].map((name) => [name, [...this.replica.bucket(name)]]));
    const meta = {
      revision: this.#revision,
      cursor: this.#cursor,
      later: [...this.replica.later],
      complete: this.status.loaded,
      lastAt: this.status.lastAt,
    };
    try {
      await this.#storage.save({ meta, rows: done.changed, gone: done.removed, parts });
    } catch {
      /* Full or taken away: this page goes on from memory. */
      this.#storage = memoryStorage();
    }
    this.#tabs.tell({ type: 'changes', revision: this.#revision, rows: done.changed, removed: done.removed, parts, meta });
  }

  async #reload() {
    const kept = await this.#storage.load().catch(() => null);
    if (!kept || this.#ended || kept.revision < this.#revision) return;
    this.replica.load(kept);
    this.#cursor = kept.cursor;
    this.#revision = kept.revision;
    this.#emit({ type: 'rows', changed: [...this.replica.rows.values()], removed: [], source: 'load' });
    this.#say({ loaded: kept.complete, lastAt: kept.lastAt, have: this.replica.size });
  }

  async #lead() {
    if (await this.#storage.revision().catch(() => 0) !== this.#revision) await this.#reload();
    this.#leading = true;
    this.poll();
  }

  #poke() {
    const before = this.#heard;
    this.#tabs.tell({ type: 'poke' });
    this.#env.timer(() => {
      const silence = this.#heard === before && !this.#leading && !this.#ended;
      if (silence && this.#env.awake()) this.#tabs.takeOver();
    }, PATIENCE_MS);
  }

  #hear(message) {
    if (this.#ended) return;
    this.#heard++;
    if (message.type === 'end') this.wipe({ tell: false });
    else if (message.type === 'poke' && this.#leading) this.#poked();
    else if (message.type === 'own' && this.#leading) this.apply(message.row, 'server');
    else if (message.type === 'news' && this.#leading) this.news(message);
    else if (message.type === 'status' && !this.#leading) this.#say(message.status, false);
    else if (message.type === 'changes' && !this.#leading) this.#follow(message);
  }

  #poked() {
    this.#say({});
    this.#wake();
  }

  #follow({ revision, rows, removed, parts, meta }) {
    if (revision !== this.#revision + 1) {
      this.#reload();
      return;
    }
    this.#revision = revision;
    this.#cursor = meta.cursor;
    /* This tab may have heard of it by itself. */
    const fresh = rows.filter((row) => this.replica.version(row.id) !== row.version);
    const gone = removed.filter((id) => this.replica.rows.has(id));
    this.replica.follow({ rows, removed, parts, later: meta.later });
    if (fresh.length > 0 || gone.length > 0) this.#emit({ type: 'rows', changed: fresh, removed: gone, source: this.status.loaded ? 'server' : 'load' });
  }

  #say(change, tell = true) {
    this.status = { ...this.status, ...change };
    this.#emit({ type: 'status', status: this.status });
    if (tell && this.#leading) this.#tabs.tell({ type: 'status', status: this.status });
  }

  #emit(event) {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
