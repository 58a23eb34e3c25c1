/*
 * What the tests of the realtime hub have in common: the npm clients as they
 * are published, people with tokens, and real bookings to hear of.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { base, caller, demo } from './staff.mjs';

const require = createRequire(new URL('../../../www/package.json', import.meta.url));
export const { Presence, Socket } = require('phoenix');
export const { RealtimeClient } = require('@supabase/realtime-js');
export const WebSocket = require('ws');

export { until } from './until.mjs';

/** Where a client is told to go; both append /websocket themselves. */
export const address = `${base.replace(/^http/, 'ws')}/realtime/v1`;

const given = new Set();

/** A time that a doctor has free and no earlier call gave. */
export async function freeTime(doctorId = demo.meera) {
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const answer = await fetch(`${base}/api/availability/${doctorId}?from=${day(2)}&to=${day(14)}&serviceId=${demo.consultation}`);
  const slot = (await answer.json()).slots.find((one) => !given.has(`${doctorId} ${one.startsAt}`));
  assert.ok(slot, 'a time is free');
  given.add(`${doctorId} ${slot.startsAt}`);
  return { doctorId, serviceId: demo.consultation, startsAt: slot.startsAt };
}

/** A stranger books a free time; the visit, as the API answers it. */
export async function book(members = {}) {
  const answer = await fetch(`${base}/api/appointments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Farida Khan', phone: '98765 00042', ...(await freeTime(members.doctorId)), ...members }),
  });
  const { appointment } = await answer.json();
  assert.equal(answer.status, 201, 'a stranger books a visit');
  return appointment;
}

export async function cancel(row) {
  const { status } = await (await caller('admin'))('DELETE', `/api/appointments/${row.id}`);
  assert.equal(status, 204, 'the visit is cancelled');
}
