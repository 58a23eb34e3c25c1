// The booking page: each question, and what stands there when something is missing, late or gone.
import { book, fill, pickDay, pickTime, slots, steal } from '../lib/booking.mjs';

export const name = 'public';
export const langs = ['en', 'hi'];

async function toDoctors(page, nth = 0) {
  await page.goto('/');
  await page.locator('.choice').nth(nth).click();
  await page.locator('.choice__note .skeleton').first().waitFor({ state: 'detached' });
}

async function toTimes(page, nth = 0) {
  await toDoctors(page, nth);
  await page.locator('.choice').nth(1).click();
  await slots(page).first().waitFor();
}

async function toDetails(page, nth = 0) {
  await toTimes(page, nth);
  await pickDay(page);
  await pickTime(page);
}

const never = () => new Promise(() => {});
const availability = '**/api/availability/**';

const withoutSlots = (page) =>
  page.route(availability, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), slots: [] } });
  });

const shortHold = (page, ms) =>
  page.route('**/api/reservations', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      json: { ...(await answer.json()), expiresAt: new Date(Date.now() + ms).toISOString() },
    });
  });

export const states = {
  '1 service': async (page) => {
    await page.goto('/');
    await page.locator('.choice').first().waitFor();
  },
  '2 doctor': (page) => toDoctors(page),
  '3 times': (page) => toTimes(page),
  '4 details': (page) => toDetails(page),
  '5 saved': async (page) => {
    await toDetails(page);
    await fill(page);
    await page.waitForFunction(() => /^(Saved|सहेजा गया)$/.test(document.querySelector('.saved').textContent));
  },
  '6 mistakes': async (page) => {
    await toDetails(page);
    await page.locator('#d-phone').fill('98000 001');
    await book(page);
    await page.locator('.field__error').first().waitFor();
  },
  '7 done': async (page) => {
    await toDetails(page);
    await fill(page);
    await book(page);
    await page.locator('.done').waitFor();
  },
  '8 requested': async (page) => {
    await toDetails(page, 2);
    await fill(page, { name: 'Bilal Khan', phone: '9800000002' });
    await book(page);
    await page.locator('.done').waitFor();
  },
  cancel: async (page) => {
    await states['7 done'](page);
    await page.locator('.btn--danger-quiet').click();
    await page.locator('dialog').waitFor();
  },
  move: async (page) => {
    await states['7 done'](page);
    await page.locator('.pair .btn').first().click();
    await pickDay(page, 2);
    await pickTime(page, 1);
  },
  taken: async (page) => {
    await toTimes(page);
    await pickDay(page, 1);
    await page.route(
      '**/api/reservations',
      async (route) => {
        await steal(route.request().postDataJSON());
        await route.continue();
      },
      { times: 1 },
    );
    await slots(page).first().click();
    await page.getByRole('alert').waitFor();
  },
  'hold over': async (page) => {
    await shortHold(page, 1000);
    await toDetails(page);
    await page.locator('.banner').waitFor();
  },
  offline: async (page) => {
    await toDetails(page);
    await fill(page);
    await page.context().setOffline(true);
    await page.locator('.banner--warning').waitFor();
    await book(page);
    await page.locator('.btn[aria-busy]').waitFor();
  },
  empty: async (page) => {
    await withoutSlots(page);
    await toDoctors(page);
    await page.locator('.choice').nth(1).click();
    await page.locator('.empty').waitFor();
  },
  slow: async (page) => {
    await page.route('**/api/**', never);
    await page.goto('/');
    await page.locator('.skeleton').first().waitFor();
  },
  'slow times': async (page) => {
    await page.route(availability, never);
    await page.goto('/');
    await page.locator('.choice').first().click();
    await page.locator('.choice').nth(1).click();
    await page.locator('.skel-day').first().waitFor();
  },
  broken: async (page) => {
    await page.route('**/api/**', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE' } }));
    await page.goto('/');
    await page.locator('.empty').waitFor({ timeout: 20000 });
  },
  'broken times': async (page) => {
    await page.route(availability, (route) => route.fulfill({ status: 500, json: { code: 'INTERNAL_ERROR' } }));
    await page.goto('/');
    await page.locator('.choice').first().click();
    await page.locator('.choice').nth(1).click();
    await page.locator('.empty').waitFor();
  },
};
