/*
 * What the tests of calendar, availability and day sheet have in common
 * beside staff.mjs: working days to play on, free times, visits at a time.
 */
import assert from 'node:assert/strict';
import { leave } from './browser.mjs';
import { PASSWORD, base, caller, demo, launch, pageOf, people } from './staff.mjs';
import { until } from './until.mjs';

export { base };
export const { meera: MEERA, arun: ARUN, consultation: CONSULTATION, physio: PHYSIOTHERAPY } = demo;

let browser;

export async function open() {
  browser = await launch();
}

export const close = () => browser.close();

/**
 * A page of somebody who is signed in.  It keeps no files: under load Chromium sometimes waits 20 s for the lock of
 * an entry in its cache.
 */
export async function staff(who, options) {
  const page = await pageOf(browser, who, options);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  return page;
}

/** A page for one test; whatever it should not have said fails it. expected: what may be in its console. */
export async function withPage({ who = 'desk', width = 1280, ...options }, run, expected = /^$/) {
  const page = await staff(who, { width, ...options });
  try {
    await run(page);
    const noise = page.noise.filter((line) => !expected.test(line));
    assert.deepEqual(noise, [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
}

export const toast = (page, text) => page.locator('.toast', { hasText: text });

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
    if (weekday(day) !== 7) left -= 1;
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
  const made = await request('POST', '/api/appointments', {
    name,
    phone: '+919811112222',
    doctorId: doctor,
    serviceId: service,
    startsAt: at(day, time),
    ...more,
  });
  if (made.status !== 201) throw new Error(`not booked, ${day} ${time}: ${made.status} ${made.code}`);
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
export const wake = (page) =>
  page.evaluate(() => {
    document.dispatchEvent(new Event('visibilitychange'));
    dispatchEvent(new Event('focus'));
  });

/** So many of them there are, at once or soon. */
export async function counts(locator, n, name) {
  let last;
  await until(async () => (last = await locator.count()) === n, name).catch(() => assert.equal(last, n, name));
}

export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const cookies = {};

/** Signs the person of a page in that somebody else has opened; once for all pages, signing in is limited. */
export async function signIn(page, who = 'admin') {
  cookies[who] ??= page.request
    .post('/api/auth/login', { headers: { Origin: base }, data: { email: people[who], password: PASSWORD } })
    .then(() => page.context().cookies());
  await page.context().addCookies(await cookies[who]);
}

export const never = () => new Promise(() => {});
export const broken = (route) =>
  route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' });

/** What the calendar's tests take hold of. */
export const visit = (page, id) => page.locator(`[data-visit="${id}"]`);
export const free = (page, doctor, time) => page.locator(`[data-column="${doctor}"] .free`, { hasText: time });
export const problem = (page) => page.locator('.calendar__problem');

export async function showCalendar(page, day, query = '') {
  await page.goto(`/staff/calendar?day=${day}${query}`);
  await page.locator('.cal').waitFor();
}

/** Carry a visit with the mouse to another element, and put it down unless told otherwise. */
export async function drag(page, from, to, { drop = true } = {}) {
  await from.scrollIntoViewIfNeeded();
  const a = await from.boundingBox();
  await page.mouse.move(a.x + 40, a.y + 8);
  await page.mouse.down();
  await page.mouse.move(a.x + 44, a.y + 20, { steps: 3 });
  const b = await to.boundingBox();
  await page.mouse.move(b.x + 40, b.y + 9, { steps: 6 });
  if (drop) await page.mouse.up();
}
