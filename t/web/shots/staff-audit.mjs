// The record of who did what: full, one thing, nothing, and no answer.
import { never, request, signIn } from '../lib/diary.mjs';

export const name = 'staff-audit';
export const langs = ['en', 'hi'];

const LIST = '**/api/admin/audit?**';
const ALL = '**/api/admin/audit';

async function show(page, query = '') {
  await signIn(page);
  await page.goto(`/staff/audit${query}`);
  await page.locator('h1').waitFor();
}

/* Something of each kind, by plain requests beside the page. */
let happened;
const happen = () => happened ??= (async () => {
  const { items } = await request('GET', '/api/appointments?limit=1&status=confirmed', undefined, 'admin');
  const [row] = items;
  await request('PUT', `/api/appointments/${row.id}`, { version: row.version, reason: `${row.reason ?? ''} and shoulder`, notes: 'Brings X-rays of last week' }, 'desk');
  await request('POST', `/api/appointments/${row.id}/messages`, { text: 'She comes by wheelchair. Room 2?' }, 'desk');
  await request('GET', `/api/appointments/${row.id}/revisions`, undefined, 'admin');
  return row;
})();

export const states = {
  'full': async (page) => {
    await happen();
    await show(page);
    await page.locator('[data-event]').first().waitFor();
  },
  'one thing': async (page) => {
    const row = await happen();
    await show(page, `?objectId=${row.id}`);
    await page.locator('[data-event]').nth(3).waitFor();
    for (const one of await page.locator('[data-event] details').all())
      await one.evaluate((details) => { details.open = true; });
  },
  'nothing fits': async (page) => {
    await show(page, '?to=2020-01-01&action=deleted');
    await page.locator('.empty').waitFor();
  },
  'no answer': async (page) => {
    await page.route(ALL, (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE' } }));
    await show(page);
    await page.locator('.empty').waitFor();
  },
  'loading': async (page) => {
    await page.route(ALL, never);
    await page.route(LIST, never);
    await show(page);
  },
};
