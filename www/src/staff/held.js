/*
 * held.js - who edits which appointment right now, for the marks in lists and
 * for the page of locks.
 *
 * Asked for once, then told by the hub; where no hub tells, asked for again
 * each minute.  Somebody's lock that has run out is no longer shown, whether
 * the hub has said so or not.
 */
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { api } from '../common/api.js';
import { present } from './shell/clock.js';

const ASK_MS = 60_000;

/** [{ lock, state, appointmentName, startsAt, doctorId }] as GET /api/locks has them; null: not known yet. */
export const held = signal(null);

let readers = 0;
let stop = null;
let asked = 0;

/** Asks now; true when the answer came. */
export async function askHeld() {
  const mine = ++asked;
  try {
    const { items } = await api('GET', '/api/locks');
    if (mine === asked)
      held.value = items;
    return true;
  } catch {
    return false;
  }
}

/* An event is about one appointment; whose name it is only the list knows. */
function hear(event, { appointmentId, lock }) {
  const rest = (held.peek() ?? []).filter((one) => one.lock.appointmentId !== appointmentId);
  const known = held.peek()?.find((one) => one.lock.appointmentId === appointmentId);
  asked++; /* an answer that is under way may be older */
  held.value = lock ? [...rest, { ...known, lock }] : rest;
}

function start(store, me) {
  const topic = me.role === 'doctor' ? `appointments:dentist:${me.doctorId}` : 'appointments:all';
  const isLock = (event) => event.startsWith('lock-') || event === 'admin-takeover';
  const off = store.live?.on(topic, (event, payload) => isLock(event) && hear(event, payload), { onResync: askHeld });
  const timer = setInterval(() => document.visibilityState === 'visible' && !store.live?.isCurrent(topic) && askHeld(), ASK_MS);
  askHeld();
  return () => {
    off?.();
    clearInterval(timer);
    held.value = null;
  };
}

/** Keeps `held` current while the component is there. */
export function useHeld(store, me) {
  useEffect(() => {
    if (readers++ === 0)
      stop = start(store, me);
    return () => {
      if (--readers === 0)
        stop();
    };
  }, [store]);
}

/** The locks of others by appointment, for marks. */
export function useMarks(store, me) {
  useHeld(store, me);
  const all = held.value;
  const now = present.value;
  return useMemo(() => new Map((all ?? []).filter(({ lock }) => lock.userId !== me.id && Date.parse(lock.expiresAt) > now)
    .map(({ lock }) => [lock.appointmentId, lock])), [all, now, me.id]);
}
