/*
 * The reader of the API description: shows what the programs say of
 * themselves, and sends what is typed.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, leave, violations, visitor } from './lib/browser.mjs';
import { request } from './lib/booking.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function withPage(options, run, expected = /^$/) {
  const page = await visitor(browser, options);
  try {
    await page.goto('/docs/');
    await page.locator('.operation').first().waitFor();
    await run(page);
    assert.deepEqual(
      page.noise.filter((line) => !expected.test(line)),
      [],
    );
  } finally {
    await leave(page);
  }
}

const operation = (page, method, path) =>
  page
    .locator('.operation')
    .filter({ has: page.locator('.method', { hasText: method }) })
    .filter({ has: page.locator('.operation__path', { hasText: new RegExp(`^${path.replace(/[{}]/g, '\\$&')}$`) }) });

test('every operation of the document is there', () =>
  withPage({ width: 1280 }, async (page) => {
    const { paths } = await request('GET', '/api/openapi.json');
    const wanted = Object.values(paths).flatMap((item) =>
      Object.keys(item).filter((key) => key !== 'parameters'),
    ).length;
    assert.ok(wanted > 10);
    assert.equal(await page.locator('.operation').count(), wanted);
  }));

for (const [width, colorScheme] of [
  [390, 'light'],
  [390, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
])
  test(`axe has nothing to say, ${width} pixels, ${colorScheme}`, () =>
    withPage({ width, colorScheme }, async (page) => {
      assert.deepEqual(await violations(page), []);
      const one = operation(page, 'POST', '/api/appointments');
      await one.locator('summary').first().click();
      await one.getByText('201').click();
      assert.deepEqual(await violations(page), []);
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        'nothing scrolls sideways',
      );
    }));

test('a request can be sent, and its answer read', () =>
  withPage({}, async (page) => {
    const one = operation(page, 'GET', '/api/clinic');
    await one.locator('summary').first().click();
    await one.getByRole('button', { name: 'Send the request' }).click();
    await one.locator('pre', { hasText: '"timeZone": "Asia/Kolkata"' }).waitFor();
    await one.getByText('Headers').click();
    await one.locator('pre', { hasText: 'x-request-id:' }).waitFor();
  }));

test('a body is typed, a refusal is shown as it is', () =>
  withPage(
    {},
    async (page) => {
      const one = operation(page, 'POST', '/api/appointments');
      await one.locator('summary').first().click();
      await one.getByRole('textbox', { name: 'Body' }).fill('{"name": "Asha Patil", "phone": "1"}');
      await one.getByRole('button', { name: 'Send the request' }).click();
      await one.locator('pre', { hasText: 'VALIDATION_ERROR' }).waitFor();
      await one.getByRole('textbox', { name: 'Body' }).fill('{"name": "Asha Patil", "phone": "9800000001"}');
      await one.getByRole('button', { name: 'Send the request' }).click();
      await one.locator('pre', { hasText: '"editToken"' }).waitFor();
    },
    /status of 400/,
  ));

test('a path is filled, and finding narrows the list', () =>
  withPage({}, async (page) => {
    await page.getByRole('searchbox', { name: 'Find an operation' }).fill('availability/');
    const one = operation(page, 'GET', '/api/availability/{doctorId}');
    await one.locator('summary').first().click();
    await one.getByRole('textbox', { name: 'doctorId path' }).fill('00000000-0000-4000-8000-0000000000d1');
    await one.getByRole('button', { name: 'Send the request' }).click();
    await one.locator('pre', { hasText: '"slots"' }).waitFor();
    await page.getByRole('searchbox', { name: 'Find an operation' }).fill('nothing of that kind');
    await page.getByRole('heading', { name: 'No operation has that in its name' }).waitFor();
  }));
