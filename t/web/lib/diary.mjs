// What the tests of calendar, availability and day sheet have in common: staff who are signed in, plain requests of
// others, and a working day to play on.
import { base, launch, visitor } from './browser.mjs';

const PASSWORD = 'correct horse battery staple';
export const people = { admin: 'admin@opdesk.test', desk: 'desk@opdesk.test', doctor: 'meera@opdesk.test' };
export const MEERA = '00000000-0000-4000-8000-0000000000d1';
export const ARUN = '00000000-0000-4000-8000-0000000000d2';
export const CONSULTATION = '00000000-0000-4000-8000-0000000000a1';
export const PHYSIOTHERAPY = '00000000-0000-4000-8000-0000000000a3';

let browser;
const sessions = new Map();

export async function open() {
  browser = await launch();
}

export const close = () => browser.close();

async function signIn(who) {
  const context = await browser.newContext({ baseURL: base });
  const answer = await context.request.post('/api/auth/login', { data: { email: people[who], password: PASSWORD }, headers: { Origin: base } });
  if (!answer.ok())
    throw new Error(`no sign-in as ${who}: ${answer.status()}`);
  const { accessToken } = await answer.json();
  const state = await context.storageState();
  await context.close();
  return { state, token: accessToken };
}

/** One session for all pages of a person: signing in is limited. */
async function sessionOf(who) {
  if (!sessions.has(who))
    sessions.set(who, signIn(who));
  return sessions.get(who);
}

/** A page of somebody who is signed in. */
export async function staff(who, options = {}) {
  const { state } = await sessionOf(who);
  return visitor(browser, { storageState: state, ...options });
}

/** A plain request of staff elsewhere, by token: { status, …body } */
export async function request(method, path, body, who = 'desk') {
  const { token } = await sessionOf(who);
  const answer = await fetch(base + path, {
    method, body: body && JSON.stringify(body),
    headers: { Accept: 'application/json', Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
  });
  const text = await answer.text();
  return { ...(text && JSON.parse(text)), status: answer.status };
}

export const addDays = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
export const weekday = (day) => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;

/** The n-th day from tomorrow on that is not a Sunday. */
export async function workday(n = 1) {
  let { today: day } = await request('GET', '/api/clinic');
  for (let left = n; left > 0;) {
    day = addDays(day, 1);
    if (weekday(day) !== 7)
      left -= 1;
  }
  return day;
}

export const at = (day, time) => new Date(`${day}T${time}:00+05:30`).toISOString();

/** The free times of a day, 'HH:MM' by the clinic's clock. */
export async function freeTimes(day, { doctor = MEERA, service = CONSULTATION } = {}) {
  const { slots } = await request('GET', `/api/availability/${doctor}?from=${day}&to=${day}&serviceId=${service}`);
  return slots.map((s) => new Date(Date.parse(s.startsAt) + 330 * 60_000).toISOString().slice(11, 16));
}

/** Somebody's visit, made elsewhere. */
export async function book(day, time, { doctor = MEERA, service = CONSULTATION, name = 'Kavya Nair', ...more } = {}) {
  const made = await request('POST', '/api/appointments', { name, phone: '+919811112222', doctorId: doctor, serviceId: service, startsAt: at(day, time), ...more });
  if (made.status !== 201)
    throw new Error(`not booked, ${day} ${time}: ${made.status} ${made.code}`);
  return made.appointment;
}

export const appointment = async (id) => (await request('GET', `/api/appointments/${id}`)).appointment;

/** Everything that the page sends that changes something. */
export function record(page) {
  const sent = [];
  page.on('request', (r) => {
    const { pathname } = new URL(r.url());
    if (pathname.startsWith('/api/') && r.method() !== 'GET' && !pathname.endsWith('/sync'))
      sent.push({ method: r.method(), path: pathname, body: r.postDataJSON() });
  });
  return sent;
}

/** The page looks, as when somebody comes back to it. */
export const wake = (page) => page.evaluate(() => {
  document.dispatchEvent(new Event('visibilitychange'));
  dispatchEvent(new Event('focus'));
});

export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
