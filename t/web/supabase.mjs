/*
 * The npm client `@supabase/realtime-js`, unmodified, at the hub.  It writes
 * "realtime:" before each topic and sends what it broadcasts in binary.
 */
import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import { change, demo, newToken, tokenOf } from './lib/staff.mjs';
import { RealtimeClient, WebSocket, address, book, cancel, until } from './lib/realtime.mjs';

/* The connections that clients make, to cut them. */
const wires = [];
class Wire extends WebSocket {
  constructor(...args) {
    super(...args);
    wires.push(this);
  }
}

const clients = [];
after(() => Promise.all(clients.map((client) => client.disconnect())));

/* A client of that person; a stranger has a key that says nothing. */
async function clientOf(who, options = {}) {
  const client = new RealtimeClient(address, {
    transport: Wire,
    params: { apikey: 'anon' },
    reconnectAfterMs: () => 20,
    ...options,
  });
  clients.push(client);
  if (who)
    await client.setAuth(await tokenOf(who));
  return client;
}

/* Subscribes; { channel, heard, states }. */
async function subscribed(client, topic, config = {}, prepare = () => {}) {
  const channel = client.channel(topic, { config: { private: true, ...config } });
  const heard = [];
  const states = [];
  channel.on('broadcast', { event: '*' }, ({ event, payload }) => heard.push({ event, ...payload }));
  prepare(channel);
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`nobody let us into ${topic}`)), 10_000).unref();
    channel.subscribe((state, error) => {
      states.push(state);
      return state === 'SUBSCRIBED' ? resolve() : reject(error ?? new Error(state));
    });
  });
  return { channel, heard, states };
}

const about = (heard, row) => heard.filter((one) => one.appointment?.id === row.id);

test('a stranger hears which times go, in each doctor’s channel', async () => {
  const { heard } = await subscribed(await clientOf(null), `availability:${demo.meera}`);
  const row = await book();
  await until(() => heard.find((one) => one.event === 'slot-reserved' && one.startsAt === row.startsAt), 'the slot is gone');
  await cancel(row);
  await until(() => heard.find((one) => one.event === 'slot-released' && one.startsAt === row.startsAt), 'and comes back');
});

test('a stranger does not hear of visits', async () => {
  const client = await clientOf(null);
  await assert.rejects(subscribed(client, 'appointments:all'), (error) => /UNAUTHENTICATED|FORBIDDEN/.test(error.message));
  await client.removeAllChannels();
});

test('staff hear of a booking and of each change', async () => {
  const { heard } = await subscribed(await clientOf('desk'), 'appointments:all');
  const row = await book();
  await until(() => about(heard, row).length === 1, 'the booking');
  await change(row, { reason: 'Sore knee' });
  await until(() => about(heard, row).length === 2, 'the change');
  assert.deepEqual(about(heard, row).map((one) => one.event), ['appointment-created', 'appointment-updated']);
});

test('a token as apikey signs in as well', async () => {
  const client = await clientOf(null, { params: { apikey: await tokenOf('doctor') } });
  const { heard } = await subscribed(client, `appointments:dentist:${demo.meera}`);
  const row = await book();
  await until(() => about(heard, row).length === 1, 'the booking');
});

test('a token is renewed in place, and heartbeats are answered', async () => {
  const beats = [];
  const client = await clientOf('desk', { heartbeatIntervalMs: 700, heartbeatCallback: (status) => beats.push(status) });
  const { channel, heard, states } = await subscribed(client, 'appointments:all');
  await client.setAuth(await newToken('desk'));
  await until(() => beats.filter((one) => one === 'ok').length >= 2, 'two answers');
  const row = await book();
  await until(() => about(heard, row).length === 1, 'the channel goes on');
  assert.deepEqual(states, ['SUBSCRIBED']);
  assert.equal(channel.state, 'joined');
});

test('presence, and a cursor in the binary frame', async () => {
  const row = await book();
  const topic = `appointment:${row.id}`;
  const watch = (channel) => channel.on('presence', { event: 'sync' }, () => {});
  const desk = await subscribed(await clientOf('desk'), topic, { presence: { key: '' } }, watch);
  const doctor = await subscribed(await clientOf('doctor'), topic, { presence: { key: '' } }, watch);
  assert.equal(await desk.channel.track({ name: 'Desk' }), 'ok');
  assert.equal(await doctor.channel.track({ name: 'Meera' }), 'ok');
  const names = ({ channel }) => Object.values(channel.presenceState()).flat().map((one) => one.name).sort();
  for (const one of [desk, doctor])
    await until(() => String(names(one)) === 'Desk,Meera', 'both see both');

  const position = { x: 0.25, y: 0.5 };
  await desk.channel.send({ type: 'broadcast', event: 'cursor-position', payload: { appointmentId: row.id, position } });
  const seen = await until(() => doctor.heard.find((one) => one.event === 'cursor-position'), 'the cursor');
  assert.deepEqual(seen.position, position);

  assert.equal(await desk.channel.untrack(), 'ok');
  await until(() => String(names(doctor)) === 'Meera', 'one has left');
});

test('a cut is mended by the client', async () => {
  const client = await clientOf('desk');
  const { heard, channel } = await subscribed(client, 'appointments:all');
  wires.at(-1).terminate();
  await until(() => channel.state !== 'joined', 'the connection is gone');
  await until(() => channel.state === 'joined', 'and back');
  const row = await book();
  await until(() => about(heard, row).length === 1, 'the channel goes on');
});

test('unsubscribing is answered', async () => {
  const { channel } = await subscribed(await clientOf('desk'), 'appointments:all');
  assert.equal(await channel.unsubscribe(), 'ok');
});
