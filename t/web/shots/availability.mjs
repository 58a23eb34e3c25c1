// The availability editor: the week, painted on, what it would do to visits, two people at once.
import { ARUN, addDays, broken, never, signIn, workday } from '../lib/diary.mjs';

export const name = 'availability';

const DAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const cell = (page, day, time) => page.getByRole('checkbox', { name: `${DAYS[day]} ${time}`, exact: true });

async function show(page, query = '') {
  await signIn(page);
  await page.goto(`/staff/availability${query}`);
  await page.locator('.painter').waitFor();
}

/** Space and Shift with an arrow, as people without a mouse do. */
async function paint(page, day, time, cells) {
  await cell(page, day, time).focus();
  await page.keyboard.press('Space');
  for (let i = 1; i < cells; i++) await page.keyboard.press('Shift+ArrowDown');
}

async function changed(page) {
  await show(page);
  await paint(page, 4, '14:00', 2);
  await paint(page, 3, '16:00', 6);
  await page.locator('.savebar').waitFor();
}

async function exceptions(page) {
  const [a, b, c] = await Promise.all([workday(3), workday(5), workday(6)]);
  await page.route('**/api/availability/*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({
      response: answer,
      json: {
        ...body,
        exceptions: [
          { kind: 'closed', from: `${a}T00:00:00+05:30`, to: `${addDays(a, 2)}T00:00:00+05:30` },
          { kind: 'closed', from: `${b}T16:00:00+05:30`, to: `${b}T19:00:00+05:30` },
          { kind: 'extra', from: `${c}T14:00:00+05:30`, to: `${c}T16:00:00+05:30`, slotMinutes: 30 },
        ],
      },
    });
  });
  await show(page);
}

export const states = {
  full: (page) => show(page),
  changed: changed,
  exceptions: exceptions,
  exception: async (page) => {
    await show(page);
    await page.getByRole('button', { name: 'Add an exception' }).click();
    await page.locator('dialog').waitFor();
  },
  orphans: async (page) => {
    await show(page);
    await cell(page, 1, '09:00').focus();
    for (let day = 1; day <= 5; day++) await paint(page, day, '09:00', 8);
    await page.locator('.banner').waitFor();
    await page.locator('.savebar .btn--primary').click();
    await page.locator('dialog').waitFor();
  },
  conflict: async (page) => {
    await page.route('**/api/availability/*', async (route) => {
      if (route.request().method() !== 'PUT') {
        await route.continue();
        return;
      }
      const { version, rules, exceptions: ex } = route.request().postDataJSON();
      await route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        json: {
          code: 'VERSION_CONFLICT',
          current: {
            version: version + 1,
            exceptions: ex,
            rules: [
              ...rules.filter((r) => r.weekday !== 7),
              { weekday: 6, start: '14:00', end: '15:00', slotMinutes: 15, bufferMinutes: 0 },
            ],
          },
        },
      });
    });
    await show(page);
    await paint(page, 7, '10:00', 4);
    await page.locator('.savebar .btn--primary').click();
    await page.locator('.banner').waitFor();
  },
  'other hours': async (page) => {
    await show(page);
    await page.getByRole('button', { name: 'Other hours from…' }).click();
    await page.locator('dialog').waitFor();
  },
  empty: async (page) => {
    await page.route(`**/api/availability/${ARUN}*`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), rules: [], slots: [] } });
    });
    await show(page, `?doctor=${ARUN}`);
    await page.locator('.empty').waitFor();
  },
  slow: async (page) => {
    await signIn(page);
    await page.route('**/api/availability/*', never);
    await page.goto('/staff/availability');
    await page.locator('.skeleton--block').first().waitFor();
  },
  broken: async (page) => {
    await signIn(page);
    await page.route('**/api/availability/*', broken);
    await page.goto('/staff/availability');
    await page.locator('.empty').waitFor();
  },
};
