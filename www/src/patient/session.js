// Who is signed in at this page.
//
// `session` is one of {phase: 'starting'}, {phase: 'out', ended}, {phase: 'broken'}, {phase: 'stranger', me} (signed in,
// but no patient) and {phase: 'in', me, clinic, doctors, services}.
import { effect, signal } from '@preact/signals';
import { api, sessionEvents } from '../common/api.js';
import { whenConnected } from '../common/connection.js';
import { lang, setLang } from '../common/i18n.js';
import { local, session as kept } from '../common/storage.js';
import { closeVisits, openVisits } from './visits.js';

const AGAIN_MS = 5000;

export const session = signal({ phase: 'starting' });

/** The clinic, known also to who is not signed in; null until it has come. */
export const clinic = signal(null);

// Signing in and out in one tab is signing in and out in all: they share the cookie.
const others = globalThis.BroadcastChannel ? new BroadcastChannel('opdesk-session') : { postMessage() {} };
others.onmessage = ({ data: user }) => {
  const { phase, me } = session.peek();
  if (phase !== 'starting' && !(phase === 'in' && me.id === user)) begin();
};

const items = async (path) => (await api('GET', path, { stranger: true })).items;

/** Asks who we are; the page shows what comes of it. */
export async function begin() {
  closeVisits();
  session.value = { phase: 'starting' };
  loadClinic();
  if (local.get('leaving') && !(await finishLeaving())) return;
  try {
    const me = await api('GET', '/api/profiles/me');
    if (me.role !== 'patient') {
      session.value = { phase: 'stranger', me };
      return;
    }
    const [about, doctors, services] = await Promise.all([
      api('GET', '/api/clinic', { stranger: true }),
      items('/api/doctors'),
      items('/api/services'),
    ]);
    if (me.language && !local.get('lang')) await setLang(me.language, { save: false });
    clinic.value = about;
    pending.value = null;
    openVisits(me);
    session.value = { phase: 'in', me, clinic: about, doctors, services };
  } catch (error) {
    if (error.status === 401) leave(false);
    else broken();
  }
}

function broken() {
  session.value = { phase: 'broken' };
  setTimeout(() => whenConnected().then(() => session.peek().phase === 'broken' && begin()), AGAIN_MS);
}

async function loadClinic() {
  if (clinic.peek()) return;
  try {
    clinic.value = await api('GET', '/api/clinic', { stranger: true });
  } catch {
    /* the page goes without its name */
  }
}

const logout = (everywhere) => (everywhere ? '/api/auth/logout-all' : '/api/auth/logout');

// Who signed out without a connection is out; the server hears of it as soon as it can.
async function finishLeaving() {
  try {
    await api('POST', logout(local.get('leaving') === 'everywhere'));
  } catch (error) {
    if (error.status !== 401) {
      leave(false);
      return false;
    }
  }
  local.set('leaving', undefined);
  return true;
}

function leave(ended) {
  closeVisits();
  if (session.peek().phase !== 'out') session.value = { phase: 'out', ended };
}

sessionEvents.addEventListener('signed-out', () => leave(session.peek().phase === 'in'));

// ---- signing in: a code is asked for, and sent back ----

/** {phone} or {email}, where a code was sent; {sentAt, resendAt, endsAt} in milliseconds.  Outlives a reload. */
export const pending = signal(kept.get('code') ?? null);
effect(() => kept.set('code', pending.value ?? undefined));

export async function askForCode(address) {
  const { expiresIn, resendIn } = await api('POST', '/api/auth/otp/request', {
    body: { ...address, language: lang.peek() },
  });
  const sentAt = Date.now();
  pending.value = { ...address, sentAt, resendAt: sentAt + resendIn * 1000, endsAt: sentAt + expiresIn * 1000 };
}

export async function sendCode(code) {
  const { phone, email } = pending.peek();
  await api('POST', '/api/auth/otp/verify', { body: phone ? { phone, code } : { email, code } });
  local.set('leaving', undefined);
  pending.value = null;
  await begin();
  others.postMessage(session.peek().me?.id);
}

/** everywhere: on every device.  Without a connection this page forgets all the same, and tells the server later. */
export async function signOut({ everywhere = false } = {}) {
  local.set('leaving', everywhere ? 'everywhere' : true);
  const told = api('POST', logout(everywhere));
  leave(false);
  try {
    await told;
  } catch (error) {
    if (error.status !== 401) return;
  }
  local.set('leaving', undefined);
  others.postMessage(null);
}

/** The profile as it was saved. */
export function setMe(me) {
  session.value = { ...session.peek(), me };
}
