/*
 * archive.js - what a search finds on the server and not here: visits older
 * than 90 days or further ahead than 180.
 */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../common/api.js';

const QUIET_MS = 300;
const LEAST = 2;

/** { rows, busy, failed } of the server's answer to q. */
export function useArchive(filter, store) {
  const [answer, setAnswer] = useState({ rows: [], busy: false });
  const { q, status, doctor } = filter;
  const { offline } = store.status.value;
  const asked = [q, status.join(), doctor.join(), offline].join('|');
  useEffect(() => {
    if (q.length < LEAST || offline) {
      setAnswer({ rows: [], busy: false });
      return undefined;
    }
    const stop = new AbortController();
    setAnswer((old) => ({ ...old, busy: true }));
    const timer = setTimeout(async () => {
      const query = new URLSearchParams({ q, limit: 50 });
      if (status.length > 0)
        query.set('status', status.join(','));
      if (doctor.length === 1)
        query.set('doctorId', doctor[0]);
      try {
        const { items } = await api('GET', `/api/appointments?${query}`, { signal: stop.signal });
        setAnswer({ rows: items.filter((row) => !store.get(row.id)), busy: false });
      } catch (error) {
        if (!stop.signal.aborted)
          setAnswer({ rows: [], busy: false, failed: error });
      }
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked]);
  return answer;
}
