/*
 * hash.js - the global hash of api.md: every id:version, sorted by id
 * bytewise, joined by commas, as MD5.
 *
 * MD5 is no secret-keeper here, it only says "the same" or "not the same"; the
 * server uses it because the contract does.  Long lists are hashed in steps,
 * so that a page with 100,000 appointments never stops answering its user.
 */
import { md5 } from 'js-md5';

const STEP = 4000;

/* Sorted ids that stay sorted: few changes are spliced in, many sort again. */
export class SortedIds {
  #ids = [];
  #loose = new Set();
  #gone = new Set();

  add(id) {
    if (!this.#gone.delete(id)) this.#loose.add(id);
  }

  delete(id) {
    if (!this.#loose.delete(id)) this.#gone.add(id);
  }

  clear() {
    this.#ids = [];
    this.#loose.clear();
    this.#gone.clear();
  }

  /* Ids are ASCII, so the order of UTF-16 units is the order of bytes. */
  list() {
    if (this.#gone.size > 0) this.#ids = this.#ids.filter((id) => !this.#gone.has(id));
    if (this.#loose.size > 64) this.#ids = this.#ids.concat([...this.#loose]).sort();
    else for (const id of this.#loose) this.#ids.splice(findPlace(this.#ids, id), 0, id);
    this.#loose.clear();
    this.#gone.clear();
    return this.#ids;
  }
}

function findPlace(ids, id) {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle] < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function piece(ids, versionOf, from, to) {
  let text = from === 0 ? '' : ',';
  for (let i = from; i < to; i++) text += (i === from ? '' : ',') + ids[i] + ':' + versionOf(ids[i]);
  return text;
}

/*
 * The hash of sorted ids.  `pause` is awaited between steps; when `stale()`
 * says that the list changed meanwhile the result is null: ask again.
 */
export async function globalHash(ids, versionOf, pause = null, stale = () => false) {
  const sum = md5.create();
  for (let from = 0; from < ids.length; from += STEP) {
    if (from > 0 && pause) {
      await pause();
      if (stale()) return null;
    }
    sum.update(piece(ids, versionOf, from, Math.min(ids.length, from + STEP)));
  }
  return sum.hex();
}
