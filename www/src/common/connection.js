// Whether the server can be reached, as seen by the requests themselves: navigator.onLine knows the cable, not the way.
import { signal } from '@preact/signals';

export const connected = signal(globalThis.navigator?.onLine !== false);

const PROBE_MS = [1000, 2000, 4000, 8000, 15000];
let waiting = [];
let probe = 0;
let tries = 0;

function up() {
  clearTimeout(probe);
  probe = tries = 0;
  connected.value = true;
  for (const go of waiting.splice(0)) go();
}

async function knock() {
  try {
    await fetch('/health', { cache: 'no-store', credentials: 'omit' });
    up();
  } catch {
    later();
  }
}

function later() {
  clearTimeout(probe);
  // Without a cable the 'online' event tells us; now and then a browser is wrong about the cable.
  const wait = globalThis.navigator?.onLine === false ? PROBE_MS.length - 1 : tries++;
  probe = setTimeout(knock, PROBE_MS[Math.min(wait, PROBE_MS.length - 1)]);
}

/** api() says how each request went: an answer, whatever its status, is a connection. */
export function reached(yes) {
  if (yes && !connected.peek()) up();
  else if (!yes && connected.peek()) {
    connected.value = false;
    later();
  }
}

/** Settles when the server can be reached (at once if it can). */
export const whenConnected = () => (connected.peek() ? Promise.resolve() : new Promise((go) => waiting.push(go)));

globalThis.addEventListener?.('offline', () => reached(false));
globalThis.addEventListener?.('online', () => {
  if (!connected.peek()) knock();
});
