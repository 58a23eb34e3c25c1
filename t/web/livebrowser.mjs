/*
 * The npm clients in a real browser, on our pages and under their content
 * security policy: the cookie says who is asking, and strangers hear what is
 * public.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { demo, launch, withStaff } from './lib/staff.mjs';
import { watched } from './lib/browser.mjs';
import { book, cancel } from './lib/realtime.mjs';

const www = new URL('../../www/', import.meta.url);
const { buildSync } = createRequire(new URL('package.json', www))('esbuild');
const bundled = buildSync({
  stdin: { contents: "export { Socket } from 'phoenix'; export { RealtimeClient } from '@supabase/realtime-js';", resolveDir: www.pathname },
  bundle: true, format: 'iife', globalName: 'clients', write: false,
}).outputFiles[0].text;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/* Puts the clients into the page as they are; it then has heard, a list of payloads with their event. */
async function equip(page, path) {
  await page.goto(path);
  await page.evaluate(`${bundled}; globalThis.clients = clients; globalThis.heard = []`);
}

const joinByPhoenix = (page, topic) => page.evaluate((name) => new Promise((resolve) => {
  const socket = new clients.Socket('/realtime/v1', { rejoinAfterMs: () => 20, reconnectAfterMs: () => 20 });
  let since;
  const channel = socket.channel(name, () => (since ? { since } : {}));
  channel.on('broadcast', ({ event, payload }) => {
    since = payload.eventId;
    heard.push({ event, ...payload });
  });
  channel.join().receive('ok', (reply) => {
    since ??= reply.eventId;
    resolve('ok');
  }).receive('error', ({ code }) => {
    channel.leave();
    resolve(code);
  });
  socket.connect();
  globalThis.socket = socket;
}), topic);

const hears = (page, id) => page.waitForFunction((wanted) => heard.find((one) => one.appointment?.id === wanted), id).then((handle) => handle.jsonValue());

test('phoenix on a staff page needs nothing but the cookie, and comes back after a cut', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await equip(page, '/staff/today');
  assert.equal(await joinByPhoenix(page, 'appointments:all'), 'ok');
  const first = await book();
  assert.equal((await hears(page, first.id)).event, 'appointment-created');

  await page.evaluate(() => new Promise((resolve) => {
    socket.reconnectTimer.timerCalc = () => 400;
    socket.onClose(resolve);
    socket.conn.close(4000);
  }));
  const second = await book();
  await hears(page, second.id);
  const counts = await page.evaluate((ids) => ids.map((id) => heard.filter((one) => one.appointment?.id === id).length), [first.id, second.id]);
  assert.deepEqual(counts, [1, 1], 'each once');
}));

test('the cookie of a doctor opens the doctor’s own topic and no other', () => withStaff(browser, 'doctor', { width: 1280 })(async (page) => {
  await equip(page, '/staff/today');
  assert.equal(await joinByPhoenix(page, `appointments:dentist:${demo.arun}`), 'FORBIDDEN');
  assert.equal(await joinByPhoenix(page, `appointments:dentist:${demo.meera}`), 'ok');
  const row = await book();
  await hears(page, row.id);
}));

test('realtime-js on the booking page hears which times go', () => watched(browser, {}, async (page) => {
  await equip(page, '/');
  const state = await page.evaluate((doctor) => new Promise((resolve) => {
    const client = new clients.RealtimeClient(`${location.origin.replace('http', 'ws')}/realtime/v1`, { params: { apikey: 'anon' } });
    client.channel(`availability:${doctor}`).on('broadcast', { event: '*' }, ({ event, payload }) => heard.push({ event, ...payload })).subscribe(resolve);
  }), demo.meera);
  assert.equal(state, 'SUBSCRIBED');
  const row = await book();
  await page.waitForFunction((startsAt) => heard.some((one) => one.event === 'slot-reserved' && one.startsAt === startsAt), row.startsAt);
  await cancel(row);
  await page.waitForFunction((startsAt) => heard.some((one) => one.event === 'slot-released' && one.startsAt === startsAt), row.startsAt);
}));
