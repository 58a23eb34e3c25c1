/*
 * uselock.js - the edit lock of the panel that is open, kept current by the
 * hub, or by asking where no hub tells.
 */
import { useEffect, useMemo } from 'preact/hooks';
import { EditLock } from './lock.js';

const ASK_MS = 10_000;

export function useLock(id, me, store) {
  const lock = useMemo(() => new EditLock({ id, me: me.id }), [id]);
  useEffect(() => {
    const look = () => lock.look().catch(() => {});
    const topic = `appointment:${id}`;
    const off = store.live?.on(topic, (event, payload) => 'lock' in payload && lock.hear(event, payload), { onResync: look });
    const ask = setInterval(() => document.visibilityState === 'visible' && !store.live?.isCurrent(topic) && look(), ASK_MS);
    const back = () => document.visibilityState === 'visible' && look();
    const leave = () => lock.release({ keepalive: true });
    look();
    document.addEventListener('visibilitychange', back);
    addEventListener('pagehide', leave);
    return () => {
      off?.();
      clearInterval(ask);
      document.removeEventListener('visibilitychange', back);
      removeEventListener('pagehide', leave);
      lock.stop();
    };
  }, [lock]);
  return lock;
}
