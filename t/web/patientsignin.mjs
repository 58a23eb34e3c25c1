/*
 * How a patient signs in: by a code to phone or e-mail, and what is said when
 * that does not go well.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { base, launch, leave, violations, visitor, watched } from './lib/browser.mjs';
import { record } from './lib/booking.mjs';
import { ASHA, codeOf, wrong } from './lib/patient.mjs';
import { noSideways, widths } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const asked = /status of 401 \(.*\) .*\/api\/(profiles\/me|auth\/(refresh|otp\/verify))/;
const heading = (page, name) => page.getByRole('heading', { level: 1, name });

for (const width of widths)
  test(`Asha signs in by phone at ${width} pixels`, () =>
    watched(
      browser,
      { width },
      async (page) => {
        const sent = record(page);
        await page.goto('/patient/');
        await heading(page, 'My visits').waitFor();
        assert.deepEqual(await violations(page), [], 'axe has nothing to say about the address');
        await noSideways(page);
        await page.getByLabel('Mobile number').fill('98000 00001');
        await page.getByRole('button', { name: 'Send me a code' }).click();
        const field = page.locator('#s-code');
        await field.waitFor();
        assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
        assert.equal(await page.evaluate(() => document.activeElement.id), 's-code', 'the focus is where the code goes');
        assert.deepEqual(await violations(page), [], 'nor about the code');
        const code = codeOf(ASHA);
        await field.fill(wrong(code));
        await page.locator('.field__error', { hasText: 'That is not the code' }).waitFor();
        await field.fill(`${code.slice(0, 3)} ${code.slice(3)}`);
        await page.getByRole('heading', { name: 'Coming up' }).waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus is on the page');
        assert.deepEqual(await violations(page), [], 'nor about the visits');
        await noSideways(page);
        const asks = sent.filter(({ path }) => path.includes('/otp/'));
        assert.deepEqual(
          asks.map(({ path }) => path.split('/').pop()),
          ['request', 'verify', 'verify'],
          'six digits are sent without a press',
        );
        assert.equal(asks[0].body.language, 'en', 'the message comes in the language of the page');
      },
      asked,
    ));

test('by e-mail, and a reload on the way loses nothing', () =>
  watched(
    browser,
    {},
    async (page) => {
      await page.goto('/patient/');
      await page.getByRole('button', { name: 'Use my e-mail instead' }).click();
      await page.getByLabel('E-mail').fill('asha@example');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.locator('.field__error').waitFor();
      await page.getByLabel('E-mail').fill('Asha@example.org');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.locator('#s-code').waitFor();
      await page.reload();
      await page.locator('#s-code').waitFor();
      await page.locator('#s-code').fill(codeOf('asha@example.org'));
      await page.getByRole('heading', { name: 'Coming up' }).waitFor();
    },
    asked,
  ));

test('another code can be had after a while, and the old one is over', () =>
  watched(
    browser,
    {},
    async (page) => {
      await page.clock.install();
      await page.goto('/patient/');
      await page.getByLabel('Mobile number').fill('9800000001');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.getByText(/Another code in 0:\d\d|Another code in 1:00/).waitFor();
      const first = codeOf(ASHA);
      await page.clock.fastForward(61_000);
      await page.getByRole('button', { name: 'Send another code' }).click();
      await page.getByText(/Another code in/).waitFor();
      await page.clock.fastForward(301_000);
      await page.locator('.field__error', { hasText: 'This code has run out' }).waitFor();
      const second = codeOf(ASHA);
      if (first !== second) {
        await page.locator('#s-code').fill(first);
        await page.locator('.field__error').waitFor();
      }
      await page.getByRole('button', { name: 'Use another number' }).click();
      await page.getByLabel('Mobile number').waitFor();
    },
    asked,
  ));

test('a number that nobody knows looks the same', () =>
  watched(
    browser,
    {},
    async (page) => {
      await page.goto('/patient/');
      await page.getByLabel('Mobile number').fill('98999 9999');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.locator('.field__error', { hasText: '10 digits' }).waitFor();
      await page.getByLabel('Mobile number').fill('98999 99999');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.getByText(/is known to the clinic/).waitFor();
      await page.locator('#s-code').fill('123456');
      await page.locator('.field__error', { hasText: 'That is not the code' }).waitFor();
    },
    asked,
  ));

test('how many digits a number has is said also when the clinic comes late', () =>
  watched(
    browser,
    {},
    async (page) => {
      let come;
      const late = new Promise((resolve) => { come = resolve; });
      await page.route('**/api/clinic', async (route) => {
        await late;
        await route.continue();
      });
      await page.goto('/patient/');
      await page.getByLabel('Mobile number').fill('98999 9999');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.locator('.field__error').waitFor();
      come();
      await page.locator('.field__error', { hasText: '10 digits' }).waitFor();
    },
    /status of (400|401)/,
  ));

test('too many tries are told how long to wait', () =>
  watched(
    browser,
    {},
    async (page) => {
      await page.route('**/api/auth/otp/request', (route) =>
        route.fulfill({ status: 429, headers: { 'Retry-After': '42' }, json: { code: 'RATE_LIMITED' } }),
      );
      await page.goto('/patient/');
      await page.getByLabel('Mobile number').fill('9800000001');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.getByRole('alert').filter({ hasText: /0:4\d/ }).waitFor();
    },
    /status of (401|429)/,
  ));

test('staff who come here are told so', async () => {
  const page = await visitor(browser);
  await page.request.post('/api/auth/login', {
    headers: { Origin: base },
    data: { email: 'desk@opdesk.test', password: 'correct horse battery staple' },
  });
  await page.goto('/patient/');
  await heading(page, 'You are signed in as staff').waitFor();
  assert.deepEqual(await violations(page), []);
  await leave(page);
});
