/*
 * seconds.js - the time until something, each second.
 */
import { useEffect, useState } from 'preact/hooks';
import { now } from '../../common/time.js';

/** Milliseconds left, each second; done() when there are none. */
export function useSecondsTo(until, done) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!until)
      return undefined;
    const timer = setInterval(() => (now() >= until ? done() : tick((n) => n + 1)), 250);
    return () => clearInterval(timer);
  }, [until]);
  return until ? until - now() : 0;
}
