// What was done to an appointment and said about it, and steps for many at once.
import { never, request, signIn, workday } from '../lib/diary.mjs';

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

async function list(page, width, query = '?status=requested&from=today') {
  await signIn(page);
  await page.goto(`/staff/appointments${query}`);
  await page.locator('tr[data-row]').nth(3).waitFor();
  if (width < 600)
    await page.locator('.list__tools > .btn').click();
}

async function day(page) {
  await signIn(page);
  await page.goto(`/staff/calendar?day=${await workday(4)}`);
  await page.locator('.cal__more').first().click();
  await page.locator('.menu--day:popover-open').waitFor();
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
  'several chosen': async (page, { width }) => {
    await list(page, width);
    for (const i of [0, 1, 3])
      await page.locator('tr[data-row] input').nth(i).check();
  },
  'cancel several': async (page, { width }) => {
    await list(page, width);
    for (const i of [0, 1, 3])
      await page.locator('tr[data-row] input').nth(i).check();
    await page.locator('.picks .btn--danger-quiet').click();
    await page.locator('.outcome').nth(2).waitFor();
  },
  'some cannot': async (page, { width }) => {
    await list(page, width, '?from=today&status=requested,confirmed,completed');
    for (const i of [0, 1, 2, 3])
      await page.locator('tr[data-row] input').nth(i).check();
    await page.locator('.picks .btn--danger-quiet').click();
    await page.locator('.outcome--no').first().waitFor();
  },
  'move a day': async (page) => {
    await day(page);
    await page.locator('.menu--day button').first().click();
    await page.locator('dialog input[type=number]').fill('15');
    await page.locator('.outcome').nth(1).waitFor();
  },
  'working': async (page, { width }) => {
    await list(page, width);
    await page.locator('thead input').check();
    await page.locator('.picks .btn--danger-quiet').click();
    await page.locator('.outcome').nth(2).waitFor();
    await page.route('**/api/appointments/bulk', never);
    await page.locator('.dialog__foot .btn--danger').click();
    await page.locator('dialog .bar').waitFor();
  },
};
