/*
 * screen.js - how wide the window is, and which way a finger went.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

export function useMedia(query) {
  const [matches, set] = useState(() => matchMedia(query).matches);

  useEffect(() => {
    const media = matchMedia(query);
    const listen = () => set(media.matches);
    listen();
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, [query]);
  return matches;
}

const FAR = 60; /* px that a finger travels sideways */

/* Calls back with -1 (to the right: the one before) or 1. */
export function useSwipe(root, on) {
  const latest = useRef(on);
  latest.current = on;

  useEffect(() => {
    let from = null;
    const begin = (e) => {
      from = e.touches.length === 1 ? { x: e.touches[0].clientX, y: e.touches[0].clientY } : null;
    };
    const end = (e) => {
      const to = e.changedTouches[0];
      const dx = from ? to.clientX - from.x : 0;
      if (Math.abs(dx) > FAR && Math.abs(dx) > 2 * Math.abs(to.clientY - from.y)) latest.current(dx < 0 ? 1 : -1);
      from = null;
    };
    const element = root.current;
    element?.addEventListener('touchstart', begin, { passive: true });
    element?.addEventListener('touchend', end, { passive: true });
    return () => {
      element?.removeEventListener('touchstart', begin);
      element?.removeEventListener('touchend', end);
    };
  }, []);
}
