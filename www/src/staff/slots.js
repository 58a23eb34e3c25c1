/*
 * slots.js - the free times of a doctor on a day, as the server counts them.
 */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../common/api.js';

/** { slots: [{ startsAt, endsAt }] | null, busy, failed }; asked again when `fresh` changes. */
export function useSlots({ doctorId, serviceId, day }, fresh) {
  const [state, setState] = useState({ slots: null, busy: false });
  useEffect(() => {
    if (!doctorId || !day) {
      setState({ slots: null, busy: false });
      return undefined;
    }
    const stop = new AbortController();
    setState({ slots: null, busy: true });
    const query = new URLSearchParams({ from: day, to: day, ...(serviceId && { serviceId }) });
    api('GET', `/api/availability/${doctorId}?${query}`, { signal: stop.signal })
      .then(({ slots }) => setState({ slots, busy: false }))
      .catch((failed) => !stop.signal.aborted && setState({ slots: null, busy: false, failed }));
    return () => stop.abort();
  }, [doctorId, serviceId, day, fresh]);
  return state;
}
