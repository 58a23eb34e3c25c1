/*
 * replica.js - the caller's appointments as this browser knows them.
 *
 * Of every row there is id and version, which is what the vector and the hash
 * are made of; the whole row only inside the window.  Rows that lie further
 * ahead leave their time, so that they can be fetched when their day comes.
 */
import { SortedIds, globalHash } from './hash.js';
import { hasCome, place } from './window.js';

/* Ids made one after the other end differently, random ones begin so too. */
export const bucketOf = (id) => id[0] + id[id.length - 1];

export class Replica {
  rows = new Map();
  later = new Map();
  changes = 0; /* goes up with every change of ids or versions */
  #buckets = new Map();
  #sorted = new SortedIds();
  #size = 0;
  #now;

  constructor(now = Date.now) {
    this.#now = now;
  }

  get size() {
    return this.#size;
  }

  version(id) {
    return this.#buckets.get(bucketOf(id))?.get(id);
  }

  bucket(name) {
    return this.#buckets.get(name) ?? new Map();
  }

  /* A copy: what was sent must not change while the answer is under way. */
  vector() {
    const all = new Map();
    for (const part of this.#buckets.values()) for (const [id, version] of part) all.set(id, version);
    return all;
  }

  async hash(pause) {
    for (;;) {
      const before = this.changes;
      const stale = () => this.changes !== before;
      const sum = await globalHash(this.#sorted.list(), (id) => this.version(id), pause, stale);
      if (sum !== null) return sum;
    }
  }

  /* What storage gave back. */
  load({ known, rows, later }) {
    this.clear();
    for (const [id, version] of known) this.#setVersion(id, version);
    for (const row of rows) if (this.version(row.id) === row.version) this.rows.set(row.id, row);
    for (const [id, at] of later) this.later.set(id, at);
  }

  clear() {
    this.rows.clear();
    this.later.clear();
    this.#buckets.clear();
    this.#sorted.clear();
    this.#size = 0;
    this.changes++;
  }

  /*
   * Takes over one answer.  `sent` is the vector it answers, or null: a row
   * older than ours is refused, unless it answers a vector and ours has not
   * changed since, for then the server knew ours and means it (a restored
   * backup counts from lower numbers).  `touched` are ids written here while
   * the answer was under way; it cannot know them, so they are not removed.
   */
  apply({ updates = [], deletions = [] }, { sent = null, touched = new Set() } = {}) {
    const done = { changed: [], removed: [], buckets: new Set(), disputed: 0 };
    for (const row of updates) {
      const known = this.version(row.id);
      if (known !== undefined && row.version < known && sent?.get(row.id) !== known) continue;
      if (row.isDeleted) this.#remove(row.id, done);
      else this.#put(row, known, done);
    }
    for (const id of deletions) {
      if (touched.has(id)) done.disputed++;
      else this.#remove(id, done);
    }
    return done;
  }

  /* The same change, as the tab that asked the server has applied it. */
  follow({ rows, removed, parts, later }) {
    for (const [name, list] of parts) {
      const next = new Map(list);
      for (const id of this.bucket(name).keys()) if (!next.has(id)) this.#forget(id);
      for (const [id, version] of next) this.#setVersion(id, version);
    }
    for (const row of rows) this.rows.set(row.id, row);
    for (const id of removed) this.rows.delete(id);
    this.later = new Map(later);
  }

  /* Lets go of what has left the window; names what has come into it. */
  roll() {
    const now = this.#now();
    const left = [];
    for (const row of this.rows.values()) if (place(row, now) !== 0) left.push(row.id);
    for (const id of left) this.#leave(this.rows.get(id), now);
    const come = [...this.later].filter(([, at]) => hasCome(at, now)).map(([id]) => id);
    return { left, come };
  }

  #put(row, known, done) {
    const where = place(row, this.#now());
    const had = this.rows.has(row.id);
    if (known === row.version && (had || where !== 0)) return;
    this.#setVersion(row.id, row.version);
    done.buckets.add(bucketOf(row.id));
    if (where === 0) {
      this.rows.set(row.id, row);
      this.later.delete(row.id);
      done.changed.push(row);
    } else {
      this.#leave(row, this.#now());
      if (had) done.removed.push(row.id);
    }
  }

  #leave(row, now) {
    this.rows.delete(row.id);
    if (place(row, now) > 0) this.later.set(row.id, Date.parse(row.startsAt));
    else this.later.delete(row.id);
  }

  #remove(id, done) {
    if (this.version(id) === undefined) return;
    this.#forget(id);
    this.later.delete(id);
    done.buckets.add(bucketOf(id));
    if (this.rows.delete(id)) done.removed.push(id);
  }

  #forget(id) {
    this.#buckets.get(bucketOf(id)).delete(id);
    this.#sorted.delete(id);
    this.#size--;
    this.changes++;
  }

  #setVersion(id, version) {
    const name = bucketOf(id);
    if (!this.#buckets.has(name)) this.#buckets.set(name, new Map());
    const part = this.#buckets.get(name);
    if (!part.has(id)) {
      this.#sorted.add(id);
      this.#size++;
    }
    part.set(id, version);
    this.changes++;
  }
}
