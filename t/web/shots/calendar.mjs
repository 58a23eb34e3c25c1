// The staff calendar: a day, a week, a visit on its way, and what it says when something is wrong.
import { MEERA, addDays, broken, never, signIn, weekday, workday } from '../lib/diary.mjs';

export const name = 'calendar';

async function show(page, day, query = '') {
  await signIn(page);
  await page.goto(`/staff/calendar?day=${day}${query}`);
  await page.locator('.cal').waitFor();
}

/** Lifts the first visit that can be moved and carries it n steps. */
async function carry(page, key, n) {
  await page.locator('[data-movable]').first().focus();
  await page.keyboard.press('m');
  for (let i = 0; i < n; i++) await page.keyboard.press(key);
}

const refuse = (page, body) =>
  page.route('**/api/appointments/*', (route) =>
    route.request().method() === 'PUT'
      ? route.fulfill({ status: 409, contentType: 'application/problem+json', json: body })
      : route.continue(),
  );

export const states = {
  today: async (page) => {
    await signIn(page);
    await page.goto('/staff/calendar');
    await page.locator('.legend, .empty').first().waitFor();
  },
  full: async (page) => show(page, await workday(1)),
  week: async (page, { width }) => show(page, await workday(1), width < 720 ? '' : `&view=week&doctor=${MEERA}`),
  moving: async (page) => {
    await show(page, await workday(2));
    await carry(page, 'ArrowDown', 2);
  },
  moved: async (page) => {
    await show(page, await workday(2));
    await page.route('**/api/appointments/*', async (route) => {
      const { startsAt, version } = route.request().postDataJSON() ?? {};
      const id = route.request().url().split('/').pop();
      await route.fulfill({
        json: {
          appointment: {
            id,
            version: version + 1,
            name: 'Rahul Kulkarni',
            status: 'confirmed',
            doctorId: MEERA,
            startsAt,
            endsAt: startsAt,
          },
        },
      });
    });
    await carry(page, 'ArrowDown', 2);
    await page.keyboard.press('Enter');
    await page.locator('.toast').waitFor();
  },
  taken: async (page) => {
    const day = await workday(2);
    await show(page, day);
    await refuse(page, {
      code: 'SLOT_TAKEN',
      alternatives: ['12:30', '16:45', '17:00'].map((t) => ({ startsAt: `${day}T${t}:00+05:30` })),
    });
    await carry(page, 'ArrowDown', 2);
    await page.keyboard.press('Enter');
    await page.locator('.calendar__problem').waitFor();
  },
  'outside hours': async (page) => {
    await show(page, await workday(2));
    await carry(page, 'PageDown', 12);
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor();
  },
  'closed hours shown': async (page) => {
    await show(page, await workday(1));
    await page.locator('.calendar__foot .btn').click();
  },
  'closed day': async (page) => {
    let day = await workday(1);
    while (weekday(day) !== 7) day = addDays(day, 1);
    await signIn(page);
    await page.goto(`/staff/calendar?day=${day}`);
    await page.locator('.empty').waitFor();
  },
  slow: async (page) => {
    await signIn(page);
    await page.route('**/api/calendar?*', never);
    await page.goto('/staff/calendar');
    await page.locator('.skeleton--block').first().waitFor();
  },
  broken: async (page) => {
    await signIn(page);
    await page.route('**/api/calendar?*', broken);
    await page.goto('/staff/calendar');
    await page.locator('.empty').waitFor();
  },
};
