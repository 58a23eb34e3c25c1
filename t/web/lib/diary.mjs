/*
 * What the tests of calendar, availability and day sheet have in common
 * beside staff.mjs: working days to play on, free times, visits at a time.
 */
import { PASSWORD, base, caller, demo, launch, pageOf, people } from './staff.mjs';

export { base };
export const { meera: MEERA, arun: ARUN, consultation: CONSULTATION, physio: PHYSIOTHERAPY } = demo;

let browser;

export async function open() {
  browser = await launch();
}

export const close = () => browser.close();

/** A page of somebody who is signed in. */
export const staff = (who, options) => pageOf(browser, who, options);

/** A plain request of staff elsewhere: { status, …body } */
export async function request(method, path, body, who = 'desk') {
  const answer = await (await caller(who))(method, path, body);
  return { ...answer.body, status: answer.status };
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

const cookies = {};

/** Signs the person of a page in that somebody else has opened; once for all pages, signing in is limited. */
export async function signIn(page, who = 'admin') {
  cookies[who] ??= page.request.post('/api/auth/login', { headers: { Origin: base }, data: { email: people[who], password: PASSWORD } })
    .then(() => page.context().cookies());
  await page.context().addCookies(await cookies[who]);
}

export const never = () => new Promise(() => {});
export const broken = (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' });
