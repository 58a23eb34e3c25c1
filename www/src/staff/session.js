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
import { openStore, wipeAll } from './store.js';

const STAFF = ['admin', 'frontdesk', 'doctor'];

export const session = signal({ phase: 'starting' });

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
    const [clinic, doctors, services] = await Promise.all([
      api('GET', '/api/clinic'), items('/api/doctors'), items('/api/services'),
    ]);
    if (me.language && !local.get('lang'))
      await setLang(me.language, { save: false });
    const store = await openStore(me, { onEnd: () => leave('ended') });
    session.value = { phase: 'in', me, clinic, doctors, services, store };
    store.live.on('profiles', (event, { profile }) => profile && renamed(profile));
  } catch (error) {
    if (error.status === 401)
      await leave(null);
    else
      session.value = { phase: 'broken', error };
  }
}

/* Somebody has another name from now on: a doctor of the clinic, or whoever is signed in. */
function renamed({ id, name }) {
  const now = session.peek();
  if (now.phase !== 'in')
    return;
  const mine = id === now.me.id || id === now.me.doctorId;
  const doctors = now.doctors.map((one) => (one.id === id ? { ...one, name } : one));
  session.value = { ...now, doctors, me: mine ? { ...now.me, name } : now.me };
}

/* Who signed out without a connection is out; the server hears of it as soon as it can. */
async function finishLeaving() {
  try {
    await api('POST', '/api/auth/logout');
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
  await api('POST', path, { body });
  local.set('leaving', undefined);
  await wipeAll();
  await begin();
  others.postMessage(session.peek().me?.id);
}

export const signIn = (email, password) =>
  enter('/api/auth/login', { email, password });

export const signInWithKey = (adminKey) => enter('/api/auth/admin-key', { adminKey });

/** everywhere: on every device. Without a connection this page forgets all the same, and tells the server later. */
export async function signOut({ everywhere = false } = {}) {
  local.set('leaving', true);
  const told = api('POST', everywhere ? '/api/auth/logout-all' : '/api/auth/logout').then(() => local.set('leaving', undefined));
  try {
    await told;
  } finally {
    await leave(null);
  }
}

export { safeOrigin } from '../common/origin.js';
