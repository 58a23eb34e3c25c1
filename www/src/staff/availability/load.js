/*
 * load.js - one doctor's schedule from the server, and back to it.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { api } from '../../common/api.js';
import { loader } from '../calendar/loader.js';
import { exceptionKey } from './exceptions.js';

const path = (doctorId) => `/api/availability/${doctorId}`;
const get = (doctorId, signal) => api('GET', path(doctorId), { signal });

/* { answer, error, retryIn, again() } for whoever is chosen. */
export function useSchedule(doctorId) {
  const [state, set] = useState({});
  const work = useMemo(
    () =>
      loader((signal) => get(doctorId, signal), {
        done: (answer) => set({ doctorId, answer }),
        failed: (error, retryIn) =>
          set((was) => ({ ...(was.doctorId === doctorId ? was : {}), doctorId, error, retryIn })),
      }),
    [doctorId],
  );

  useEffect(() => {
    work.start();
    return () => work.stop();
  }, [work]);
  const mine = state.doctorId === doctorId ? state : {};
  return { answer: mine.answer ?? null, error: mine.error ?? null, retryIn: mine.retryIn ?? null, again: work.now };
}

export const put = (doctorId, body) => api('PUT', path(doctorId), { body, retry: false });

export const rulesLike = async (doctorId) => (await get(doctorId)).rules;

/*
 * Closes days for a doctor whose schedule is not being edited here, on top of
 * whatever it is by now.  Resolves to the ids that lose their time.
 */
export async function closeFor(doctorId, closings) {
  for (let tries = 0; ; tries++) {
    const { version, rules, exceptions } = await get(doctorId);
    const known = new Set(exceptions.map(exceptionKey));
    const missing = closings.filter((e) => !known.has(exceptionKey(e)));
    if (missing.length === 0) return [];
    try {
      return (await put(doctorId, { version, rules, exceptions: [...exceptions, ...missing] })).orphaned ?? [];
    } catch (error) {
      if (error.code !== 'VERSION_CONFLICT' || tries >= 2) throw error;
    }
  }
}
