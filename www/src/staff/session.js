/*
 * session.js - who is signed in at this page.
 *
 * `session` is one of { phase: 'starting' }, { phase: 'out', ended }, { phase:
 * 'broken', error }, { phase: 'stranger', me } (signed in, but no staff) and
 * { phase: 'in', me, clinic, doctors, services, store }.
 */
import { signal } from '@preact/signals';
import { api, sessionEvents } from '../common/api.js';
import { local } from '../common/storage.js';
import { setLang } from '../common/i18n.js';
import { now } from '../common/time.js';
import { openStore, wipeAll } from './store.js';

const STAFF = ['admin', 'frontdesk', 'doctor'];

export const session = signal({ phase: 'starting' });

/** A sign-in whose password was right and which owes a second factor: { challenge, enrols, until }; or { over }, a text that says why it is over; or null. */
export const due = signal(null);

const CHALLENGE_MS = 5 * 60_000;

/* Signing in and out in one tab is signing in and out in all: they share the cookie. */
const others = globalThis.BroadcastChannel ? new BroadcastChannel('opdesk-session') : { postMessage() {} };
others.onmessage = async ({ data: user }) => {
  const { phase, me, store } = session.peek();
  if (phase === 'starting' || (phase === 'in' && me.id === user))
    return;
  await store?.wipe({ tell: false });
  begin();
};

const items = async (path) => (await api('GET', path)).items;

async function aboutClinic() {
  const [clinic, doctors, services] = await Promise.all([api('GET', '/api/clinic'), items('/api/doctors'), items('/api/services')]);
  return { clinic, doctors, services };
}

/** The clinic, its doctors and services as they are by now: after a change, and where others may have made one. */
export async function renewClinic() {
  const about = await aboutClinic();
  const was = session.peek();
  if (was.phase === 'in')
    session.value = { ...was, ...about };
}

/** Asks who we are; the page shows what comes of it. */
export async function begin() {
  session.value = { phase: 'starting' };
  if (local.get('leaving') && !(await finishLeaving()))
    return;
  try {
    const me = await api('GET', '/api/profiles/me');
    if (!STAFF.includes(me.role)) {
      session.value = { phase: 'stranger', me };
      return;
    }
    const about = await aboutClinic();
    if (me.language && !local.get('lang'))
      await setLang(me.language, { save: false });
    const store = await openStore(me, { onEnd: () => leave('ended') });
    session.value = { phase: 'in', me, ...about, store };
    store.live.on('profiles', (event, { profile }) => profile && renamed(profile));
    store.live.on('availability:all', (event, { doctorId }) => doctorId && heardOf(doctorId));
  } catch (error) {
    if (error.status === 401)
      await leave(null);
    else
      session.value = { phase: 'broken', error };
  }
}

/* Somebody has another name from now on: a doctor of the clinic, or whoever is signed in.  Of a doctor it may be more. */
function renamed({ id, name, role }) {
  const was = session.peek();
  if (was.phase !== 'in')
    return;
  const mine = id === was.me.id || id === was.me.doctorId;
  const doctors = was.doctors.map((one) => (one.id === id ? { ...one, name } : one));
  session.value = { ...was, doctors, me: mine ? { ...was.me, name } : was.me };
  if (role === 'doctor')
    renewClinic().catch(() => {});
}

/* A doctor who has come since this page was loaded has hours now. */
function heardOf(doctorId) {
  const { phase, doctors } = session.peek();
  if (phase === 'in' && !doctors.some((one) => one.id === doctorId))
    renewClinic().catch(() => {});
}

const logout = (everywhere) => (everywhere ? '/api/auth/logout-all' : '/api/auth/logout');

/* Who signed out without a connection is out; the server hears of it as soon as it can. */
async function finishLeaving() {
  try {
    await api('POST', logout(local.get('leaving') === 'everywhere'));
  } catch (error) {
    if (error.status !== 401) {
      await leave(null);
      return false;
    }
  }
  local.set('leaving', undefined);
  return true;
}

/** The session is over: nothing synced stays. why: 'ended' is said on the sign-in page. */
async function leave(why) {
  const { phase, store } = session.peek();
  if (phase === 'out')
    return;
  session.value = { phase: 'out', ended: why === 'ended' };
  await store?.wipe();
  await wipeAll();
}

sessionEvents.addEventListener('signed-out', () => leave(session.peek().phase === 'in' ? 'ended' : null));

async function enter(path, body) {
  const { challenge, enrolmentRequired } = await api('POST', path, { body });
  if (challenge)
    due.value = { challenge, enrols: Boolean(enrolmentRequired), until: now() + CHALLENGE_MS };
  else
    await finish();
}

/** The session is open, so the page begins. */
export async function finish() {
  arrived();
  await wipeAll();
  await begin();
  others.postMessage(session.peek().me?.id);
  due.value = null;
}

/** From here on nobody is leaving any more. */
export const arrived = () => local.set('leaving', undefined);

/** Back to the password; over: the key of what to say there. */
export const forgetDue = (over) => {
  due.value = over ? { over } : null;
};

export const signIn = (email, password) =>
  enter('/api/auth/login', { email, password });

export const showFactor = (body) => enter('/api/auth/mfa', body);

export const signInWithKey = (adminKey) => enter('/api/auth/admin-key', { adminKey });

/** everywhere: on every device. Without a connection this page forgets all the same, and tells the server later. */
export async function signOut({ everywhere = false } = {}) {
  local.set('leaving', everywhere ? 'everywhere' : true);
  const told = api('POST', logout(everywhere)).then(() => local.set('leaving', undefined));
  try {
    await told;
  } finally {
    await leave(null);
  }
}

export { safeOrigin } from '../common/origin.js';
