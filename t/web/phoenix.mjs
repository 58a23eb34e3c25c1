/*
 * The npm client `phoenix`, unmodified, at the hub: everything that it offers
 * works, and nothing is lost when its connection is.
 */
import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import { caller, change, demo, newToken, tokenOf } from './lib/staff.mjs';
import { Presence, Socket, WebSocket, address, book, cancel, until } from './lib/realtime.mjs';

const sockets = [];
after(() => sockets.forEach((socket) => socket.disconnect()));

/* A connection of that person; a stranger without one. */
async function socketOf(who, options = {}) {
  const socket = new Socket(address, {
    transport: WebSocket,
    params: who ? { token: await tokenOf(who) } : {},
    reconnectAfterMs: () => 20,
    rejoinAfterMs: () => 20,
    ...options,
  });
  sockets.push(socket);
  socket.connect();
  return socket;
}

/* Joins; { channel, reply, heard, presence }, where heard holds each broadcast's name and payload. */
function joined(socket, topic, params = {}) {
  const channel = socket.channel(topic, params);
  const presence = new Presence(channel);
  const heard = [];
  channel.on('broadcast', ({ event, payload }) => heard.push({ event, ...payload }));
  return new Promise((resolve, reject) => {
    /* The client's own time begins anew with each try. */
    setTimeout(() => reject(new Error(`nobody let us into ${topic}`)), 10_000).unref();
    channel
      .join()
      .receive('ok', (reply) => resolve({ channel, reply, heard, presence }))
      .receive('error', (reply) => {
        channel.leave(); /* it would try again for ever */
        reject(Object.assign(new Error('the join was refused'), reply));
      });
  });
}

const pushed = (channel, event, payload) => new Promise((resolve, reject) =>
  channel.push(event, payload).receive('ok', resolve).receive('error', reject).receive('timeout', () => reject(new Error('no answer'))));

const about = (heard, row) => heard.filter((one) => one.appointment?.id === row.id);

test('a stranger hears which times go', async () => {
  const { reply, heard } = await joined(await socketOf(null), 'availability:all');
  assert.ok(reply.eventId, 'the reply says where the topic stands');
  assert.equal(reply.resync, false, 'nothing has to be asked for');
  const row = await book();
  const event = await until(() => heard.find((one) => one.startsAt === row.startsAt), 'the slot is gone');
  assert.equal(event.event, 'slot-reserved');
  assert.equal(event.doctorId, demo.meera);
  await cancel(row);
  await until(() => heard.find((one) => one.event === 'slot-released' && one.startsAt === row.startsAt), 'and comes back');
  assert.ok(heard.every((one) => !('appointment' in one)), 'and never whose it was');
});

test('who may not listen is told so, and the connection stays', async () => {
  const socket = await socketOf(null);
  for (const topic of ['appointments:all', `appointments:dentist:${demo.meera}`, `appointments:patient:${demo.asha}`, 'profiles'])
    await assert.rejects(joined(socket, topic), { code: /^(UNAUTHENTICATED|FORBIDDEN)$/ }, `not a stranger at ${topic}`);
  await joined(socket, `availability:${demo.meera}`);

  const doctor = await socketOf('doctor');
  await joined(doctor, `appointments:dentist:${demo.meera}`);
  for (const topic of ['appointments:all', `appointments:dentist:${demo.arun}`])
    await assert.rejects(joined(doctor, topic), { code: 'FORBIDDEN' }, `not a doctor at ${topic}`);
  await assert.rejects(joined(doctor, 'appointments:everybody'), 'there is no such topic');
  assert.ok(doctor.isConnected());
});

test('staff hear of a booking, of each change and of its end', async () => {
  const desk = await joined(await socketOf('desk'), 'appointments:all');
  const doctor = await joined(await socketOf('doctor'), `appointments:dentist:${demo.meera}`);
  const other = await joined(await socketOf('arun'), `appointments:dentist:${demo.arun}`);
  const row = await book();
  const [created] = await until(() => (about(desk.heard, row).length ? about(desk.heard, row) : null), 'the desk hears');
  assert.equal(created.event, 'appointment-created');
  assert.deepEqual(created.appointment, (await (await caller('desk'))('GET', `/api/appointments/${row.id}`)).body.appointment, 'the row as the API has it');
  await change(row, { reason: 'Sore knee' });
  await cancel(row);
  for (const { heard } of [desk, doctor]) {
    await until(() => about(heard, row).length === 3, 'three events');
    assert.deepEqual(about(heard, row).map((one) => one.event), ['appointment-created', 'appointment-updated', 'appointment-updated']);
    assert.deepEqual(about(heard, row).map((one) => one.appointment.version), [1, 2, 3]);
  }
  assert.deepEqual(about(other.heard, row), [], 'another doctor hears nothing');
  const ids = desk.heard.map((one) => one.eventId);
  assert.equal(new Set(ids).size, ids.length, 'no event comes twice');
  desk.heard.slice(1).forEach((one, i) => assert.equal(one.prev, ids[i], 'each names the one before it'));
});

test('heartbeats are answered', async () => {
  const socket = await socketOf(null, { heartbeatIntervalMs: 700 });
  let answers = 0;
  socket.onMessage(({ topic, payload }) => (topic === 'phoenix' && payload.status === 'ok' ? answers++ : 0));
  await until(() => answers >= 2, 'two of them');
  assert.ok(socket.isConnected());
});

test('a session is renewed in place', async () => {
  const { channel, heard } = await joined(await socketOf('desk'), 'appointments:all');
  await pushed(channel, 'access_token', { access_token: await newToken('desk') });
  const row = await book();
  await until(() => about(heard, row).length, 'the channel goes on');
});

test('after a cut the client is back by itself, and nothing is missing', async () => {
  let since;
  const socket = await socketOf('desk');
  const { channel, reply, heard } = await joined(socket, 'appointments:all', () => (since ? { since } : {}));
  since = reply.eventId;
  channel.on('broadcast', ({ payload }) => (since = payload.eventId));
  const before = await book();
  await until(() => about(heard, before).length, 'before the cut');

  const rows = [];
  socket.reconnectTimer.timerCalc = () => 500;
  socket.conn.terminate();
  await until(() => !socket.isConnected(), 'the connection is gone');
  rows.push(await book(), await book());
  assert.ok(!socket.isConnected(), 'both were booked while nobody listened');
  await until(() => rows.every((row) => about(heard, row).length), 'what was missed');
  rows.push(await book());
  await until(() => about(heard, rows.at(-1)).length, 'and what comes after');
  assert.deepEqual(rows.map((row) => about(heard, row).length), [1, 1, 1], 'each once');
  const order = heard.filter((one) => rows.some((row) => row.id === one.appointment?.id));
  assert.deepEqual(order.map((one) => one.appointment.id), rows.map((row) => row.id), 'in their order');
});

test('who looks at a visit sees who else does, and their cursors', async () => {
  const row = await book();
  const topic = `appointment:${row.id}`;
  const [desk, doctor] = await Promise.all(['desk', 'doctor'].map(async (who) => joined(await socketOf(who), topic)));
  const names = (presence) => presence.list((key, { metas }) => metas.map((one) => one.name)).flat().sort();
  await pushed(desk.channel, 'presence', { type: 'presence', event: 'track', payload: { name: 'Desk' } });
  await pushed(doctor.channel, 'presence', { type: 'presence', event: 'track', payload: { name: 'Meera' } });
  for (const { presence } of [desk, doctor])
    await until(() => String(names(presence)) === 'Desk,Meera', 'both see both');

  const cursor = { appointmentId: row.id, position: { x: 0.25, y: 0.5 } };
  desk.channel.push('broadcast', { type: 'broadcast', event: 'cursor-position', payload: cursor });
  const seen = await until(() => doctor.heard.find((one) => one.event === 'cursor-position'), 'the cursor');
  assert.deepEqual(seen.position, cursor.position);
  assert.ok(seen.userId, 'the hub says whose it is');
  desk.channel.leave();
  await until(() => String(names(doctor.presence)) === 'Meera', 'one has left');
});

test('leaving is answered, and then nothing is heard', async () => {
  const socket = await socketOf('desk');
  const { channel, heard } = await joined(socket, 'appointments:all');
  const witness = await joined(await socketOf('desk'), 'appointments:all');
  await new Promise((resolve) => channel.leave().receive('ok', resolve));
  const row = await book();
  await until(() => about(witness.heard, row).length, 'somebody else hears');
  assert.deepEqual(about(heard, row), []);
  assert.ok(socket.isConnected(), 'the connection stays');
});

test('version 1 of the protocol works the same', async () => {
  const socket = await socketOf('desk', {
    vsn: '1.0.0',
    encode: (message, done) => done(JSON.stringify(message)),
    decode: (text, done) => done(JSON.parse(text)),
  });
  const { heard, channel } = await joined(socket, 'appointments:all');
  const row = await book();
  await until(() => about(heard, row).length, 'the event');
  await assert.rejects(joined(socket, 'appointments:everybody'));
  await new Promise((resolve) => channel.leave().receive('ok', resolve));
});
