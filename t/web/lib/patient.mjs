// What the browser tests and pictures of the patient's page have in common: codes as they would be sent, signing in by
// them, and visits made beside the page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { base, leave, visitor } from './browser.mjs';
import { request } from './booking.mjs';
import { caller, demo, sql } from './staff.mjs';

export const ASHA = '+919800000001';
export const BILAL = '+919800000002';

const dev = fileURLToPath(new URL('../../../dev', import.meta.url));

function messages() {
  if (process.env.OPDESK_CONNINFO)
    return sql(
      "SELECT json_build_object('to', recipient, 'body', body) FROM core.outbox ORDER BY created_at, id",
    );
  return execFileSync(dev, ['outbox'], { encoding: 'utf8' });
}

/** The last code that was sent there. */
export function codeOf(to) {
  const sent = messages()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((one) => one.to === to);
  assert.ok(sent.length, `a code was sent to ${to}`);
  return /\d{6}/.exec(sent.at(-1).body)[0];
}

/** A code that is not the right one. */
export const wrong = (code) => String((Number(code) + 1) % 1000000).padStart(6, '0');

const states = {};

/** A page of a patient who is signed in; the sign-in itself has its own tests. */
export async function patientPage(browser, options = {}, phone = ASHA) {
  states[phone] ??= (async () => {
    const page = await visitor(browser);
    const headers = { Origin: base };
    await page.request.post('/api/auth/otp/request', { headers, data: { phone } });
    const answer = await page.request.post('/api/auth/otp/verify', { headers, data: { phone, code: codeOf(phone) } });
    assert.equal(answer.status(), 200, `${phone} can sign in`);
    const state = await page.context().storageState();
    await leave(page);
    return state;
  })();
  return visitor(browser, { storageState: await states[phone], ...options });
}

/** What else has happened in the meantime: a visit that the desk makes for a patient, on a day with free times. */
export async function freeSlots({ doctor = demo.meera, service = demo.consultation, from = 3, days = 12 } = {}) {
  const day = (n) => new Date(Date.now() + n * 86400000).toISOString().slice(0, 10);
  const query = `from=${day(from)}&to=${day(from + days)}&serviceId=${service}`;
  const { slots } = await request('GET', `/api/availability/${doctor}?${query}`);
  return slots.map(({ startsAt }) => ({ doctorId: doctor, serviceId: service, startsAt }));
}

let given = 0;

/** A visit of the patient's, made by the desk; its row. */
export async function visitOf(patientId = demo.asha, members = {}, where = {}) {
  const call = await caller('desk');
  const slots = await freeSlots(where);
  for (; given < slots.length; ) {
    const { status, body } = await call('POST', '/api/appointments', { patientId, ...slots[given++], ...members });
    if (status === 201) return body.appointment;
    assert.match(body.code, /SLOT_TAKEN|PATIENT_BUSY/);
  }
  throw new Error('no free time is left');
}
