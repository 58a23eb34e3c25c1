/*
 * data.js - the visits and free times of one view, kept fresh.
 *
 * Visits and hours are asked for together and shown together: a visit that
 * is gone while its time is not yet free would look like a hold.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api } from '../../common/api.js';
import { dayOf } from '../../common/time.js';
import { loader } from './loader.js';

const AGAIN_MS = 60_000; /* holds come and go without an appointment changing */
const KEPT = 12; /* views to go back to without waiting */

const query = (members) => new URLSearchParams(Object.entries(members).filter(([, v]) => v)).toString();

async function fetchView({ from, to, doctorId, doctorIds, serviceId }, signal) {
  const [{ items }, ...schedules] = await Promise.all([
    api('GET', `/api/calendar?${query({ from, to, doctorId })}`, { signal }),
    ...doctorIds.map((id) => api('GET', `/api/availability/${id}?${query({ from, to, serviceId })}`, { signal })),
  ]);
  return {
    items: items.filter((i) => i.startsAt && i.doctorId),
    schedules: new Map(schedules.map((s) => [s.doctorId, s])),
    at: Date.now(),
  };
}

class Views {
  #kept = new Map();

  get(key) {
    return this.#kept.get(key);
  }

  put(key, view) {
    this.#kept.delete(key);
    this.#kept.set(key, view);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }
}

/*
 * wish: { from, to, doctorId, doctorIds, serviceId }
 *
 * What the store learns is shown at once, and then asked for: it knows the
 * visits, but not what their change did to the free times.
 *
 * returns { view, error, retryIn, refresh, patch }; view is null while it is
 * fetched for the first time, and stays when a refresh fails.
 */
export function useView(wish, store, zone) {
  const key = JSON.stringify(wish);
  const views = useRef(null);
  views.current ??= new Views();
  const [, draw] = useState(0);
  const [trouble, setTrouble] = useState(null);

  const work = useMemo(
    () =>
      loader((signal) => fetchView(wish, signal), {
        every: AGAIN_MS,
        done(view) {
          views.current.put(key, view);
          setTrouble(null);
          draw((n) => n + 1);
        },
        failed: (error, retryIn) => setTrouble({ key, error, retryIn }),
      }),
    [key],
  );

  /* Holds and hours, which are no appointments; listened to before the first answer, so that nothing is between. */
  const hear = useRef();
  hear.current = ({ doctorId, startsAt }) => {
    const day = startsAt && dayOf(startsAt, zone);
    if (wish.doctorIds.includes(doctorId) && (!day || (wish.from <= day && day <= wish.to))) work.soon();
  };
  useEffect(
    () =>
      store.live.on('availability:all', (event, payload) => hear.current(payload), {
        onResync: ({ late }) => late || work.soon(),
      }),
    [store, work],
  );

  useEffect(() => {
    work.start();
    return () => work.stop();
  }, [work]);
  const patch = (rows, removed = []) => {
    const view = views.current.get(key);
    const fit = view ? rows.filter((row) => concerns(view, row, wish, zone)) : [];
    const gone = view ? removed.filter((id) => view.items.some((i) => i.id === id)) : [];
    if (fit.length + gone.length === 0) return false;
    const left = view.items.filter((i) => !gone.includes(i.id));
    views.current.put(key, { ...view, items: fit.reduce((items, row) => replaced(items, row, wish), left) });
    draw((n) => n + 1);
    return true;
  };
  const learn = useRef();
  learn.current = ({ changed, removed }) => patch(changed, removed) && work.soon();
  useEffect(() => store.subscribe((event) => learn.current(event)), [store]);

  const current = trouble?.key === key ? trouble : null;
  return {
    view: views.current.get(key) ?? null,
    error: current?.error ?? null,
    retryIn: current?.retryIn ?? null,
    refresh: work.now,
    patch: (row) => patch([row]),
  };
}

/* Whether a row is in a view, or was. */
function concerns(view, row, { from, to, doctorId }, zone) {
  if (view.items.some((i) => i.id === row.id)) return true;
  if (!row.startsAt || (doctorId && row.doctorId !== doctorId)) return false;
  const day = dayOf(row.startsAt, zone);
  return from <= day && day <= to;
}

/* A newer row in place of the older one. */
function replaced(items, row, { doctorId }) {
  const rest = items.filter((i) => i.id !== row.id || i.version > row.version);
  const newer = rest.some((i) => i.id === row.id);
  const here = row.startsAt && row.doctorId && (!doctorId || doctorId === row.doctorId);

  return newer || !here ? rest : [...rest, row];
}
