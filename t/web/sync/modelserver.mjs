/*
 * The sync answers of api.md from a list in memory, so that a test can do to
 * the client in a second what a clinic does in a year: thousands of changes,
 * lost answers, purged feeds, restored backups.  The real server answers the
 * same questions at the end of t/web/syncclient.mjs.
 */
import { createHash, randomUUID } from 'node:crypto';

export const md5 = (text) => createHash('md5').update(text).digest('hex');

export class ModelServer {
  rows = new Map();
  feed = new Map(); /* id -> { seq, deleted }: the last change only */
  seq = 0;
  epoch = randomUUID();
  purgedTo = 0;
  page = 500;
  asked = [];
  remembers = true; /* the hash, for answers to a cursor */

  put(row) {
    this.rows.set(row.id, row);
    this.feed.set(row.id, { seq: ++this.seq, deleted: false });
    return row;
  }

  make(changes = {}) {
    const now = new Date().toISOString();
    return this.put({ id: randomUUID(), version: 1, status: 'confirmed', name: 'Asha', startsAt: now, createdAt: now, isDeleted: false, ...changes });
  }

  change(id, changes = {}) {
    const row = this.rows.get(id);
    return this.put({ ...row, ...changes, version: row.version + 1 });
  }

  remove(id) {
    this.rows.delete(id);
    this.feed.set(id, { seq: ++this.seq, deleted: true });
  }

  /* As after a restored backup: another epoch, versions that went down. */
  restore(rows) {
    this.rows = new Map(rows.map((row) => [row.id, row]));
    this.feed = new Map(rows.map((row) => [row.id, { seq: ++this.seq, deleted: false }]));
    this.epoch = randomUUID();
  }

  purge() {
    for (const [id, { deleted }] of this.feed) if (deleted) this.feed.delete(id);
    this.purgedTo = this.seq;
  }

  list() {
    return [...this.rows.values()].map((row) => `${row.id}:${row.version}`).sort().join(',');
  }

  hash() {
    return md5(this.list());
  }

  cursor(seq = this.seq) {
    return `${this.epoch}.${seq}`;
  }

  sync(body) {
    this.asked.push(body);
    return body.cursor !== undefined ? this.#since(body.cursor) : this.#compare(body);
  }

  #since(cursor) {
    const [epoch, seq] = cursor.split('.');
    if (seq === undefined) return { status: 400, body: { code: 'VALIDATION_ERROR' } };
    if (epoch !== this.epoch || +seq < this.purgedTo) return { status: 410, body: { code: 'CURSOR_EXPIRED' } };
    if (+seq === this.seq) return this.#answer({ synced: true });
    const changes = [...this.feed].filter(([, item]) => item.seq > +seq).sort((a, b) => a[1].seq - b[1].seq);
    const page = changes.slice(0, this.page);
    const hasMore = page.length < changes.length;
    return this.#answer({
      synced: false,
      updates: page.filter(([, item]) => !item.deleted).map(([id]) => this.rows.get(id)),
      deletions: page.filter(([, item]) => item.deleted).map(([id]) => id),
      serverGlobalHash: this.remembers && !hasMore ? this.hash() : null,
      cursor: this.cursor(hasMore ? page.at(-1)[1].seq : this.seq),
      hasMore: hasMore || undefined,
    });
  }

  #compare({ knownVersions, clientGlobalHash }) {
    if (clientGlobalHash === this.hash()) return this.#answer({ synced: true });
    const differ = [...this.rows.values()].filter((row) => knownVersions[row.id] !== row.version)
      .sort((a, b) => this.feed.get(a.id).seq - this.feed.get(b.id).seq);
    const page = differ.slice(0, this.page);
    const hasMore = page.length < differ.length;
    return this.#answer({
      synced: false,
      updates: page,
      deletions: Object.keys(knownVersions).filter((id) => !this.rows.has(id)),
      serverGlobalHash: this.hash(),
      cursor: this.cursor(hasMore ? this.feed.get(page.at(-1).id).seq : this.seq),
      hasMore: hasMore || undefined,
    });
  }

  #answer(body) {
    return { status: 200, body: JSON.parse(JSON.stringify({ ...body, count: this.rows.size })) };
  }
}
