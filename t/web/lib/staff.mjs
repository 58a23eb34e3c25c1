/*
 * What the tests of the staff pages have in common: people who are signed in,
 * visits made beside the page, and what must hold of every page.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { base, launch, leave, violations, visitor } from './browser.mjs';
import { until } from './until.mjs';

export { base, launch, violations, visitor };

export const PASSWORD = 'correct horse battery staple';
export const people = { admin: 'admin@opdesk.test', desk: 'desk@opdesk.test', doctor: 'meera@opdesk.test', arun: 'arun@opdesk.test' };
export const widths = [390, 1280];
export const roles = ['admin', 'desk', 'doctor'];

const id = (end) => `00000000-0000-4000-8000-0000000000${end}`;
export const demo = { meera: id('d1'), arun: id('d2'), consultation: id('a1'), followup: id('a2'), physio: id('a3'), asha: id('b1') };
export const ZONE = 'Asia/Kolkata';

/* Before anybody is signed in the page asks who it is, and hears 401. */
export const noSession = /status of 401 \(.*\) .*\/api\/(profiles\/me|auth\/refresh)/;
export const refused = /status of (409|423)/;
export const cut = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 503/;

const tokens = {};

/** A new session of somebody of the clinic; its access token. */
export async function newToken(who) {
  const answer = await fetch(`${base}/api/auth/login`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email: people[who], password: PASSWORD }),
  });
  assert.equal(answer.status, 200, `${who} can sign in`);
  return (await answer.json()).accessToken;
}

/** The same token each time. */
export const tokenOf = (who) => (tokens[who] ??= newToken(who));

/** What a person does without a browser: call('POST', '/api/…', body) answers { status, body }. */
export async function caller(who = 'admin') {
  const token = await tokenOf(who);
  return async (method, path, body) => {
    const answer = await fetch(base + path, {
      method, headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) }, body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  };
}

let made = 0;
let next = 0;
const minute = 60_000;

/* Quarters of the clinic's present day outside the doctors' hours; each visit takes the next that is free. */
const quarters = [...Array(20).keys()].map((i) => 19 * 60 + i * 15).concat([...Array(34).keys()].map((i) => i * 15));

function quarterToday(i) {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date());
  return new Date(Date.parse(`${day}T00:00:00+05:30`) + quarters[i % quarters.length] * minute).toISOString();
}

/** A visit made beside the page, by the administrator, today unless startsAt says otherwise; its row. */
export async function visit(members = {}) {
  const call = await caller('admin');
  const n = ++made;
  const who = { name: `Guest ${Math.random().toString(36).slice(2, 8)}`, phone: `98765${String(10_000 + n)}`, doctorId: demo.meera, serviceId: demo.consultation, reason: 'Sore wrist', ...members };
  if (members.walkIn || members.startsAt !== undefined)
    return taken(await call('POST', '/api/appointments', { ...who, ...(members.startsAt && { outsideHours: true, status: members.status ?? 'confirmed' }) }));
  for (let i = 0; i < quarters.length; i++) {
    const answer = await call('POST', '/api/appointments', { ...who, startsAt: quarterToday(next), outsideHours: true, status: members.status ?? 'confirmed' });
    next++;
    if (answer.body?.code !== 'SLOT_TAKEN')
      return taken(answer);
  }
  throw new Error('the day is full');
}

function taken({ status, body }) {
  assert.equal(status, 201, JSON.stringify(body));
  return body.appointment;
}

export async function rowOf(rowId) {
  return (await (await caller('admin'))('GET', `/api/appointments/${rowId}`)).body.appointment;
}

/** The administrator saves; where somebody is editing they take it over, save, and leave it. */
export async function change(row, members) {
  const call = await caller('admin');
  const at = `/api/appointments/${row.id}`;
  let answer = await call('PUT', at, { version: row.version, ...members });
  if (answer.status === 423) {
    const { fence } = (await call('POST', `${at}/takeover-lock`)).body.lock;
    answer = await call('PUT', at, { version: row.version, ...members, lockFence: fence });
    await call('DELETE', `${at}/release-lock`);
  }
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.appointment;
}

const states = {};

/** A page of somebody who is signed in; the sign-in itself is signin.mjs. */
export async function pageOf(browser, who, options = {}) {
  states[who] ??= (async () => {
    const page = await visitor(browser, { width: 1280 });
    const answer = await page.request.post('/api/auth/login', { headers: { Origin: base }, data: { email: people[who], password: PASSWORD } });
    assert.equal(answer.status(), 200, `${who} can sign in`);
    const state = await page.context().storageState();
    await leave(page);
    return state;
  })();
  return visitor(browser, { storageState: await states[who], ...options });
}

/** A test's page: run(page), and what it should not have said fails it. */
export const withStaff = (browser, who, options, expected = /^$/) => async (run) => {
  const page = await pageOf(browser, who, options);
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
};

/** Somebody looks at the page, and again until it (or the tab that asks for it) asks: not at every blink it does. */
export async function look(page) {
  let asked = false;
  const note = (request) => { asked ||= request.url().endsWith('/appointments/sync'); };
  page.context().on('request', note);
  await until(async () => {
    if (!asked)
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    return asked;
  }, 'a look makes it ask');
  page.context().off('request', note);
}

/** What the page has sent before this, the test has heard of after it. */
export const heard = (page) => page.evaluate(async () => void (await fetch('/health')));

export const ticket = (page, name) => page.locator('.ticket', { hasText: name });
export const column = (page, name) => page.locator(`#${name}`);

export async function noSideways(page) {
  const { wide, view } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, view: innerWidth }));
  assert.ok(wide <= view, `no scrolling sideways (${wide} of ${view})`);
}

/** Plain SQL on the test's own database, as its superuser. */
export function sql(text) {
  const conninfo = process.env.OPDESK_CONNINFO;
  assert.ok(conninfo, 'OPDESK_CONNINFO is set');
  return execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', conninfo, '-c', text], { encoding: 'utf8' }).trim();
}

export const hasSql = Boolean(process.env.OPDESK_CONNINFO);
