/*
 * loader.js - fetches what a page shows, again when it should, and does not
 * give up.
 */
import { whenConnected } from '../../common/connection.js';

const CALM_MS = 150; /* changes that arrive together are one refresh */
const RETRY_S = 8;

/*
 *   get     (signal) => promise of what is shown
 *   done    (answer) when it came
 *   failed  (error, seconds) when it did not, and each second until it is
 *           tried again
 *   every   ms after which it is asked for again; 0: only when told
 *
 *   returns { start, stop, now, soon }
 */
export function loader(get, { done, failed, every = 0 }) {
  let abort = null;
  let timer = 0;
  let running = false;
  let again = false;
  let stopped = false;

  async function now() {
    clearTimeout(timer);
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    abort = new AbortController();
    try {
      const answer = await get(abort.signal);
      if (!stopped) done(answer);
      if (every) schedule(every);
    } catch (error) {
      if (!stopped && !abort.signal.aborted) retry(error);
    } finally {
      running = false;
    }
    if (again && !stopped) {
      again = false;
      await now();
    }
  }

  function schedule(ms) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => (document.hidden ? schedule(ms) : now()), ms);
  }

  /* Counts down aloud, and goes on at once when the connection is back. */
  function retry(error) {
    let left = RETRY_S;
    const tick = () => {
      failed(error, left);
      left -= 1;
      timer = setTimeout(left < 0 ? now : tick, 1000);
    };
    tick();
    if (error.code === 'OFFLINE') whenConnected().then(() => stopped || now());
  }

  const awake = () => document.hidden || now();

  return {
    start() {
      stopped = false;
      document.addEventListener('visibilitychange', awake);
      now();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      abort?.abort();
      document.removeEventListener('visibilitychange', awake);
    },
    now,
    soon: () => schedule(CALM_MS),
  };
}
