// Live connections: a busy hour, one without a hub, and no answer.
import { never, signIn } from '../lib/diary.mjs';

export const name = 'staff-realtime';
export const langs = ['en', 'hi'];

const STATS = '**/api/realtime/stats';
const ID = '00000000-0000-4000-8000-0000000000';

/* The hour is made up: a real one is empty where pictures are made. */
function hour() {
  const end = Math.floor(Date.now() / 60_000);
  return {
    status: 'active', timestamp: new Date().toISOString(),
    hubs: ['hub-1', 'hub-2'].map((node, i) => ({ node, seenAt: new Date().toISOString(), stats: { connections: 41 - 17 * i, subscriptions: 96 - 30 * i, refused: 3, slow: i } })),
    latency: { events: 812, deliveries: 9870, resent: 2, failed: 0, p50Ms: 2.4, p99Ms: 18.2, ackP99Ms: 64 },
    minutes: [...Array(60).keys()].map((i) => ({ at: new Date((end - 59 + i) * 60_000).toISOString(), events: Math.round(14 + 12 * Math.sin(i / 6) + (i * 7) % 5) })),
    topics: [
      ['appointments:all', 240, 2880, 2.2, 12.4], [`appointments:dentist:${ID}d1`, 131, 262, 2.4, 18.2], [`availability:${ID}d1`, 120, 3100, 3.1, 21],
      ['availability:all', 118, 3200, 3, 22.7], [`appointments:patient:${ID}b1`, 9, 9, 2, 4.1], [`appointment:${ID}c7`, 4, 8, 1.9, 3], ['profiles', 1, 12, 2, 2],
    ].map(([topic, events, deliveries, p50Ms, p99Ms]) => ({ topic, events, deliveries, p50Ms, p99Ms })),
  };
}

const nothing = () => ({ ...hour(), status: 'inactive', hubs: [], topics: [], latency: { events: 0, deliveries: 0, resent: 0, failed: 0, p50Ms: null, p99Ms: null, ackP99Ms: null }, minutes: hour().minutes.map(({ at }) => ({ at, events: 0 })) });

async function show(page, answer) {
  await signIn(page);
  await page.route(STATS, answer);
  await page.goto('/staff/realtime');
  await page.locator('h1').waitFor();
}

export const states = {
  'busy hour': async (page) => {
    await show(page, (route) => route.fulfill({ json: hour() }));
    await page.locator('.figures').waitFor();
  },
  'no hub': async (page) => {
    await show(page, (route) => route.fulfill({ json: nothing() }));
    await page.locator('.figures').waitFor();
  },
  'no answer': async (page) => {
    await show(page, (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE' } }));
    await page.locator('.empty').waitFor();
  },
  'loading': async (page) => {
    await show(page, never);
  },
};
