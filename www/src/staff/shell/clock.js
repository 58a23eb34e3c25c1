/*
 * clock.js - the present, as often as people read it: it moves every 15 s, so
 * that "waiting 8 min" is never wrong by much and nothing is drawn for nothing.
 */
import { signal } from '@preact/signals';
import { now } from '../../common/time.js';

export const present = signal(now());

const tick = () => {
  present.value = now();
};
setInterval(tick, 15_000);
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && tick());
