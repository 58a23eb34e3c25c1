// The day sheet on the screen and as it comes out of the printer.
import { addDays, broken, never, signIn, weekday, workday } from '../lib/diary.mjs';

export const name = 'daysheet';

async function show(page, query = '') {
  await signIn(page);
  await page.goto(`/staff/daysheet${query}`);
  await page.locator('.sheet, .empty').first().waitFor();
}

export const states = {
  full: async (page) => show(page, `?day=${await workday(1)}`),
  today: (page) => show(page),
  printed: async (page) => {
    await show(page, `?day=${await workday(1)}`);
    await page.setViewportSize({ width: 703, height: 1032 }); // A4 without its margins
    await page.emulateMedia({ media: 'print' });
  },
  empty: async (page) => {
    let day = await workday(1);
    while (weekday(day) !== 7) day = addDays(day, 1);
    await show(page, `?day=${day}`);
  },
  slow: async (page) => {
    await signIn(page);
    await page.route('**/api/appointments?*', never);
    await page.goto('/staff/daysheet');
    await page.locator('.skeleton--block').first().waitFor();
  },
  broken: async (page) => {
    await page.route('**/api/appointments?*', broken);
    await show(page);
  },
};
