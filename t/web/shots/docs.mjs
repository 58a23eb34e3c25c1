// The reader of the API description.
export const name = 'docs';

async function open(page) {
  await page.goto('/docs/');
  await page.locator('.operation').first().waitFor();
}

export const states = {
  full: open,
  operation: async (page) => {
    await open(page);
    await page.locator('#find').fill('reservations');
    const one = page.locator('.operation').first();
    await one.locator('summary').first().click();
    await one.getByRole('button', { name: 'Send the request' }).click();
    await one.locator('pre').last().waitFor();
  },
  empty: async (page) => {
    await open(page);
    await page.locator('#find').fill('nothing like that');
    await page.locator('.empty').waitFor();
  },
  slow: async (page) => {
    await page.route('**/api/**', () => new Promise(() => {}));
    await page.goto('/docs/');
    await page.locator('.skeleton').first().waitFor();
  },
  broken: async (page) => {
    await page.route('**/api/**', (route) => route.fulfill({ status: 500, json: { code: 'INTERNAL_ERROR' } }));
    await page.goto('/docs/');
    await page.locator('.empty').waitFor();
  },
};
