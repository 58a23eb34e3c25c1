/*
 * The sync client against the real server and in a real browser: whatever is
 * done to the list, by API or by plain SQL, the client holds the same.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { caller, change, demo, hasSql, launch, look, pageOf, sql, visit } from './lib/staff.mjs';
import { until } from './lib/until.mjs';
import { md5 } from './sync/modelserver.mjs';

const from = (path) => import(new URL(`../../www/src/sync/${path}`, import.meta.url));
const { SyncClient } = await from('client.js');

let browser;
const clients = [];
before(async () => {
  browser = await launch();
});
after(async () => {
  clients.forEach((sync) => sync.stop());
  await browser.close();
});

/* A client that is this role, without a browser; lose(): whether the answer gets lost. */
async function clientOf(who, lose = () => false) {
  const call = await caller(who);
  const sent = [];
  const sync = new SyncClient({
    request: async (body) => {
      sent.push(body);
      const answer = await call('POST', '/api/admin/appointments/sync', body);
      if (lose())
        throw new TypeError('the answer was lost');
      return answer;
    },
    fetchRow: async (id) => (await call('GET', `/api/appointments/${id}`)).body.appointment ?? null,
  });
  sync.on((event) => event.type === 'error' && console.error(event.error));
  clients.push(sync);
  await sync.start();
  await settled(sync);
  return { sync, sent };
}

async function settled(sync) {
  do {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!sync.status.busy && sync.status.failures > 0)
      await sync.poll();
  } while (sync.status.busy || sync.status.failures > 0);
}

const clinicList = () => sql(`SELECT coalesce(string_agg(id || ':' || version, ',' ORDER BY id::text COLLATE "C"), '') FROM core.appointment WHERE NOT is_deleted`);
const doctorList = (id) => sql(`SELECT coalesce(string_agg(id || ':' || version, ',' ORDER BY id::text COLLATE "C"), '') FROM core.appointment WHERE NOT is_deleted AND doctor_id = '${id}'`);

const skip = hasSql ? false : 'needs plain SQL';

test('after any sequence of inserts, updates, soft and hard deletions and lost answers', { skip }, async () => {
  let n = 0;
  const admin = await clientOf('admin', () => n++ % 4 === 2);
  const doctor = await clientOf('doctor');
  assert.equal(await admin.sync.replica.hash(), md5(clinicList()), 'the clinic’s list, loaded');
  assert.equal(await doctor.sync.replica.hash(), md5(doctorList(demo.meera)), 'the doctor’s own');
  assert.ok(admin.sync.all().length > 100);

  const any = `(SELECT id FROM core.appointment WHERE NOT is_deleted ORDER BY random() LIMIT 1)`;
  for (let round = 0; round < 6; round++) {
    const row = await visit(round % 2 ? { doctorId: demo.arun } : {});
    await change(row, { reason: `round ${round}` });
    await (await caller('desk'))('DELETE', `/api/appointments/${(await visit()).id}`);
    sql(`UPDATE core.appointment SET notes = 'sql ${round}' WHERE id = ${any}`);
    sql(`UPDATE core.appointment SET is_deleted = true WHERE id = ${any}`);
    sql(`DELETE FROM core.appointment WHERE id = ${any}`);
    sql(`UPDATE core.appointment SET doctor_id = '${demo.arun}', slot_id = NULL WHERE id = (SELECT id FROM core.appointment WHERE NOT is_deleted AND doctor_id = '${demo.meera}' ORDER BY random() LIMIT 1)`);
    for (const { sync } of [admin, doctor]) {
      await sync.poll();
      await settled(sync);
    }
    assert.equal(await admin.sync.replica.hash(), md5(clinicList()), `the clinic’s list, round ${round}`);
    assert.equal(await doctor.sync.replica.hash(), md5(doctorList(demo.meera)), `the doctor’s, round ${round}`);
    assert.equal(admin.sync.status.count, admin.sync.replica.size, 'the count is the server’s');
  }
  const undone = sql(`UPDATE core.appointment SET is_deleted = false WHERE id = (SELECT id FROM core.appointment WHERE is_deleted LIMIT 1) RETURNING id`);
  await admin.sync.poll();
  await settled(admin.sync);
  assert.ok(admin.sync.replica.version(undone), 'a row that comes back comes back');
  assert.ok(admin.sent.slice(1).filter((body) => body.cursor).length > admin.sent.length / 2, 'mostly by cursor');
});

test('a match is a few bytes', { skip }, async () => {
  const { sync } = await clientOf('desk');
  const call = await caller('desk');
  const { body } = await call('POST', '/api/admin/appointments/sync', { knownVersions: Object.fromEntries(sync.replica.vector()), clientGlobalHash: await sync.replica.hash() });
  assert.equal(body.synced, true);
  assert.ok(JSON.stringify(body).length < 60, JSON.stringify(body));
});

test('an altered cursor, and one that is too old, lead to the vector', { skip }, async () => {
  const { sync, sent } = await clientOf('admin');
  const call = await caller('admin');
  const { status } = await call('POST', '/api/admin/appointments/sync', { cursor: 'altered' });
  assert.equal(status, 400);
  sql(`UPDATE feed.clock SET epoch = gen_random_uuid()`);
  sent.length = 0;
  const row = await visit();
  await sync.poll();
  await settled(sync);
  assert.deepEqual(sent.map((body) => (body.cursor ? 'cursor' : 'vector')), ['cursor', 'vector']);
  assert.ok(sync.get(row.id));
  assert.equal(await sync.replica.hash(), md5(clinicList()));
});

test('a replica that went wrong mends itself', { skip }, async () => {
  const { sync } = await clientOf('admin');
  const row = await visit();
  sync.replica.apply({ deletions: [sync.all()[3].id] });
  await sync.poll();
  await settled(sync);
  await change(row, { reason: 'and on it goes' });
  await sync.poll();
  await settled(sync);
  assert.equal(await sync.replica.hash(), md5(clinicList()));
});

/* ---- in a browser ------------------------------------------------------- */

const syncs = (page) => {
  const bodies = [];
  page.on('request', (request) => request.url().endsWith('/appointments/sync') && bodies.push(request.postDataJSON()));
  return bodies;
};
const board = (page) => page.locator('.board:not([aria-busy]), .empty').first().waitFor();
/* In the page: whether what it knows outlives it. */
const cursorKept = async () => {
  const names = (await indexedDB.databases()).map((one) => one.name).filter((name) => name.startsWith('opdesk-sync:'));
  const asked = (request) => new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
  for (const name of names) {
    const db = await asked(indexedDB.open(name));
    const kept = db.objectStoreNames.contains('meta') && await asked(db.transaction('meta').objectStore('meta').get('state'));
    db.close();
    if (kept?.cursor)
      return true;
  }
  return false;
};
/* In the page: whether it waits for its turn to ask. */
const inLine = async () => (await navigator.locks.query()).pending.some(({ name }) => name.startsWith('opdesk-sync:'));

test('a page that is opened again goes on from its cursor', async () => {
  const page = await pageOf(browser, 'desk', { width: 1280 });
  const bodies = syncs(page);
  await page.goto('/staff/today');
  await board(page);
  await until(() => bodies.length > 0, 'the page asks');
  assert.deepEqual(bodies[0].knownVersions, {}, 'first everything');
  await until(() => page.evaluate(cursorKept), 'the page has put its cursor away');
  bodies.length = 0;
  await page.reload();
  await board(page);
  await until(() => bodies.length > 0, 'the page asks again');
  assert.deepEqual([...new Set(bodies.map((body) => Object.keys(body).join()))], ['cursor'], 'then what is new');
  assert.deepEqual(page.noise, []);
  await leave(page);
});

test('of two tabs one asks, both know; when it closes the other asks', async () => {
  const first = await pageOf(browser, 'desk', { width: 1280 });
  const one = syncs(first);
  await first.goto('/staff/today');
  await board(first);
  const second = await first.context().newPage();
  const two = syncs(second);
  await second.goto('/staff/today');
  await board(second);
  await until(() => second.evaluate(inLine), 'the second tab stands in line');
  assert.equal(two.length, 0, 'the second tab lets the first ask');
  const row = await visit();
  const before = one.length;
  await look(second);
  await second.locator('.ticket', { hasText: row.name }).waitFor();
  await first.locator('.ticket', { hasText: row.name }).waitFor();
  assert.ok(one.length > before && two.length === 0, 'and gets what it heard');

  await second.locator('.ticket', { hasText: row.name }).getByRole('button', { name: /Has arrived/ }).click();
  await first.locator('#waiting .ticket', { hasText: row.name }).waitFor();

  await first.close();
  const next = await visit();
  await look(second);
  await second.locator('.ticket', { hasText: next.name }).waitFor();
  assert.ok(two.length > 0, 'the other tab has taken over');
  assert.ok(two[0].cursor, 'with the cursor of the first');
  await leave(second);
});

test('a refresh token keeps a day-long page going', { skip }, async () => {
  const page = await pageOf(browser, 'desk', { width: 1280 });
  await page.goto('/staff/today');
  await board(page);
  await page.context().clearCookies({ name: '__Host-opdesk' });
  const row = await visit();
  await look(page);
  await page.locator('.ticket', { hasText: row.name }).waitFor();
  assert.deepEqual(page.noise.filter((line) => !/status of 401 .*\/sync/.test(line)), []);
  await leave(page);
});
