// Signing in: the card, its refusals, and the name under which it does not work.
export const name = 'staff-signin';
export const langs = ['en', 'hi'];

const card = async (page) => {
  await page.goto('/staff/');
  await page.locator('input[name=secret]').waitFor();
};
const refuse = (page, status, body, headers = {}) => page.route('**/api/auth/*', (route) => (
  route.request().url().endsWith('/refresh') ? route.continue() : route.fulfill({ status, headers, contentType: 'application/problem+json', json: body })));
const tried = async (page) => {
  await card(page);
  await page.locator('input[name=email]').fill('desk@opdesk.test');
  await page.locator('input[name=secret]').fill('correct horse');
  await page.locator('button[type=submit]').click();
};

export const states = {
  'card': card,
  'admin key': async (page) => {
    await card(page);
    await page.locator('.link-btn').click();
  },
  'wrong': async (page) => {
    await refuse(page, 401, { code: 'INVALID_CREDENTIALS' });
    await tried(page);
    await page.locator('.banner').waitFor();
  },
  'too many': async (page) => {
    await refuse(page, 429, { code: 'RATE_LIMITED' }, { 'Retry-After': '48' });
    await tried(page);
    await page.locator('.banner').waitFor();
  },
  'new device': async (page) => {
    await refuse(page, 403, { code: 'DEVICE_NOT_APPROVED', deviceId: 'x' });
    await tried(page);
    await page.locator('[data-waiting]').waitFor();
  },
  'offline': async (page) => {
    await card(page);
    await page.context().setOffline(true);
    await page.locator('input[name=email]').fill('desk@opdesk.test');
    await page.locator('input[name=secret]').fill('correct horse');
    await page.locator('button[type=submit]').click();
    await page.locator('.banner').waitFor();
  },
  'busy': async (page) => {
    await page.route('**/api/auth/login', () => {});
    await tried(page);
    await page.locator('[aria-busy]').waitFor();
  },
};
