/*
 * A live client without a browser: time that passes when told (timers are
 * mocked by the test), a network that goes and comes.
 */
import { mock } from 'node:test';

const { Live } = await import(new URL('../../../www/src/live/index.js', import.meta.url));

export const ALL = 'appointments:all';

/* All that follows from what has happened, without time passing. */
export const settle = () => new Promise((resolve) => { setImmediate(() => setImmediate(resolve)); });

/* Time passes in small steps, so that what is answered can be answered. */
export async function pass(ms, step = 50) {
  await settle();
  for (let left = ms; left > 0; left -= step) {
    mock.timers.tick(Math.min(step, left));
    await settle();
  }
}

export function started(hub, { topics = [ALL], random = () => 1, ...options } = {}) {
  const net = { online: true, fire: {} };
  const live = new Live({
    ...options,
    env: {
      WebSocket: hub.WebSocket,
      EventSource: hub.EventSource,
      socketUrl: (path) => `ws://hub${path}`,
      random,
      online: () => net.online,
      on: (name, run) => { net.fire[name] = run; return () => {}; },
    },
  });
  const it = { live, net, heard: [], kinds: [], resyncs: 0, joins: [], refused: [], offs: {} };
  live.watch(({ kind }) => it.kinds.at(-1) !== kind && it.kinds.push(kind));
  for (const topic of topics)
    it.offs[topic] = live.on(topic, (event, payload) => it.heard.push(payload.eventId), {
      onJoin: ({ resumed }) => it.joins.push(resumed),
      onResync: () => it.resyncs++,
      onRefused: ({ code }) => it.refused.push(code),
    });
  return it;
}

export const ids = (hub, topic = ALL) => (hub.log.get(topic) ?? []).map(({ payload }) => payload.eventId);
export const joins = (hub) => hub.frames.filter(({ event }) => event === 'phx_join');
