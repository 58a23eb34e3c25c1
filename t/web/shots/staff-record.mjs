// What was done to an appointment and said about it, and steps for many at once.
import { request, signIn } from '../lib/diary.mjs';

export const name = 'staff-record';
export const langs = ['en', 'hi'];

const view = (page, i) => page.locator('.panel__tabs button').nth(i).click();

/* A visit with a past: changed by the desk, and talked about. */
async function storied() {
  const { items: [row] } = await request('GET', '/api/appointments?status=confirmed&limit=1');
  let { version } = row;
  for (const members of [{ notes: 'Brings X-rays' }, { reason: 'Knee pain after a fall, swollen since Monday', phone: '98220 11203' }, { notes: 'Brings X-rays. Insured with Star Health.' }])
    ({ version } = (await request('PUT', `/api/appointments/${row.id}`, { version, ...members })).appointment);
  const { items } = await request('GET', `/api/appointments/${row.id}/messages`);
  if (items.length === 0)
    for (const text of ['She comes by wheelchair. Is room 2 free?', 'Yes, until noon.\nI have put the ramp out.', 'Thank you!'])
      await request('POST', `/api/appointments/${row.id}/messages`, { text });
  return row;
}

async function panel(page, row) {
  await signIn(page);
  await page.goto(`/staff/appointments/${row.id}`);
  await page.locator('.panel input[name=name]').waitFor();
}

export const states = {
  'history': async (page) => {
    await panel(page, await storied());
    await view(page, 2);
    await page.locator('.record__entry').nth(2).waitFor();
  },
  'discussion': async (page) => {
    await panel(page, await storied());
    await view(page, 1);
    await page.locator('.said').nth(2).waitFor();
  },
  'discussion, not sent': async (page) => {
    const row = await storied();
    await panel(page, row);
    await view(page, 1);
    await page.route(`**/api/appointments/${row.id}/messages`, (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 429, contentType: 'application/problem+json', json: { status: 429, code: 'RATE_LIMITED' } }) : route.continue()));
    await page.locator('.say textarea').fill('Her son will drive her.');
    await page.locator('.say button').click();
    await page.locator('.said [role=alert]').waitFor();
  },
  'nothing said yet': async (page) => {
    const { items } = await request('GET', '/api/appointments?status=requested&limit=1');
    await panel(page, items[0]);
    await view(page, 1);
    await page.locator('.panel .empty').waitFor();
  },
};
