// Edit locks: the panel's banners, the marks in list and calendar, the page for administrators.
import { request, signIn } from '../lib/diary.mjs';

export const name = 'staff-locks';
export const langs = ['en', 'hi'];

const people = {
  desk: ['00000000-0000-4000-8000-0000000000c2', 'Deepak Joshi'],
  admin: ['00000000-0000-4000-8000-0000000000c1', 'Asmita Kulkarni'],
};

/* Who has it is what the picture is of, so that is what the page hears: a name, or nobody. */
function tell(page, row, who, seconds = 228) {
  const lock = (name) => name && {
    id: '9999abcd-9999-4999-8999-9999abcdef99', appointmentId: row.id, userId: people[name][0], userInfo: { name: people[name][1], email: `${name}@opdesk.test` },
    createdAt: new Date().toISOString(), expiresAt: new Date(Date.now() + seconds * 1000).toISOString(), version: 1, fence: 7,
  };
  return page.route(`**/api/appointments/${row.id}/*lock*`, (route) => {
    const step = new URL(route.request().url()).pathname.split('/').pop();
    if (step === 'lock')
      return route.fulfill({ json: { state: 'x', lock: lock(who) ?? null } });
    return step === 'acquire-lock' ? route.fulfill({ status: 201, json: { lock: lock('desk') } }) : route.fulfill({ status: 204 });
  });
}

async function visit() {
  const { items } = await request('GET', '/api/appointments?status=confirmed&limit=1');
  return items[0];
}

const look = (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

async function panel(page, row, who) {
  await signIn(page, who);
  await page.goto(`/staff/appointments/${row.id}`);
  await page.locator('.panel input[name=name]').waitFor();
}

/* The desk has typed; then they hear that somebody else has it, or that nobody has. */
async function lost(page, who) {
  const row = await visit();
  await tell(page, row, null);
  await panel(page, row, 'desk');
  await page.locator('.panel textarea[name=reason]').fill('Plaster check, swollen since Wednesday');
  await page.locator('[data-lock=mine]').waitFor();
  await page.unrouteAll();
  await tell(page, row, who);
  await look(page);
  await page.locator('[data-lock=lost]').waitFor();
}

async function shown(page, who, as, kind, seconds) {
  const row = await visit();
  await tell(page, row, who, seconds);
  await panel(page, row, as);
  await page.locator(`[data-lock=${kind}]`).waitFor();
}

export const states = {
  'mine': async (page) => {
    const row = await visit();
    await tell(page, row, null);
    await panel(page, row, 'desk');
    await page.locator('.panel textarea[name=reason]').fill('Plaster check, swollen since Wednesday');
    await page.locator('[data-lock=mine]').waitFor();
  },
  'other': (page) => shown(page, 'desk', 'admin', 'other'),
  'other, run out': (page) => shown(page, 'desk', 'admin', 'other', -3),
  'taken over': (page) => lost(page, 'admin'),
  'free again': (page) => lost(page, null),
  'another window': (page) => shown(page, 'desk', 'desk', 'conflict'),
  'page': async (page) => {
    await request('POST', `/api/appointments/${(await visit()).id}/acquire-lock`, {}, 'desk');
    await signIn(page, 'admin');
    await page.goto('/staff/locks');
    await page.locator('.table--locks').waitFor();
    await page.locator('.tally').first().waitFor();
  },
};
