/*
 * The day sheet: who is on it, and what comes out of the printer.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/staff.mjs';
import {
  ARUN,
  MEERA,
  addDays,
  book,
  close,
  counts,
  freeTimes,
  open,
  request,
  sideways,
  weekday,
  withPage,
  workday,
} from './lib/diary.mjs';

before(open);
after(close);

async function show(page, day, query = '') {
  await page.goto(`/staff/daysheet?day=${day}${query}`);
  await page.locator('.sheet').first().waitFor();
}

const lines = (page) => page.locator('.sheet tbody tr:not(.sheet__group)');

/** Who is expected on a day. */
async function expected_(day, doctor = '') {
  const { items } = await request(
    'GET',
    `/api/appointments?from=${day}&to=${day}&limit=200${doctor && `&doctorId=${doctor}`}`,
  );
  return items.filter((v) => !['lead', 'cancelled', 'no_show'].includes(v.status));
}

for (const who of ['admin', 'desk', 'doctor'])
  for (const width of [390, 1280])
    test(`${who} sees the sheet at ${width} pixels`, () =>
      withPage({ who, width }, async (page) => {
        const day = await workday(1);
        await show(page, day);
        const wanted = await expected_(day, who === 'doctor' ? MEERA : '');
        await counts(lines(page), wanted.length);
        const text = await page.locator('.sheet').allTextContents();
        for (const { name, reason } of wanted)
          assert.ok(
            text.some((t) => t.includes(name) && (!reason || t.includes(reason))),
            `${name} is on it`,
          );
        await counts(page.locator('.sheet'), who === 'doctor' ? 1 : 2, 'one for each doctor');
        assert.equal(await sideways(page), 0, 'nothing hangs over the edge');
        assert.deepEqual(await violations(page), [], 'axe has nothing to say');
      }));

test('those who came without a time are on today’s', () =>
  withPage({}, async (page) => {
    const made = await request('POST', '/api/appointments', {
      name: 'Baban Gite',
      phone: '+919822011301',
      reason: 'Cut on the hand',
      doctorId: MEERA,
      walkIn: true,
    });
    assert.equal(made.status, 201);
    const { today } = await request('GET', '/api/clinic');
    await show(page, today, `&doctor=${MEERA}`);
    await page.locator('tr', { hasText: 'Baban Gite' }).last().waitFor();
    assert.match(await page.locator('.sheet').textContent(), /Walk-ins.*Baban Gite.*Cut on the hand/);
    assert.deepEqual(await violations(page), []);
  }));

test('day and doctor are chosen, and the address says which', () =>
  withPage({}, async (page) => {
    const day = await workday(2);
    await show(page, day);
    await page.getByLabel('Doctor', { exact: true }).selectOption({ label: 'Dr. Arun Shah' });
    await page.waitForURL(/doctor=[^&]*d2/);
    await page.waitForFunction((n) => document.querySelectorAll('.sheet').length === n, 1);
    assert.match(await page.locator('.sheet h2').textContent(), /Arun Shah/);
    await page.getByRole('button', { name: 'Day after' }).click();
    await page.waitForURL(new RegExp(`day=${addDays(day, 1)}`));
  }));

test('Today leads to it', () =>
  withPage({}, async (page) => {
    await page.goto('/staff/today');
    await page.locator('.work__head').getByRole('link', { name: 'Day sheet to print' }).click();
    await page.waitForURL(/\/staff\/daysheet/);
    await page.getByRole('heading', { level: 1, name: 'Day sheet' }).waitFor();
  }));

test('cancelled ones are on it when asked for', () =>
  withPage({}, async (page) => {
    const day = await workday(3);
    const [time] = await freeTimes(day, { doctor: ARUN });
    const { id } = await book(day, time, { doctor: ARUN, name: 'Sandeep Yadav Cancelled' });
    await request('PUT', `/api/appointments/${id}`, { version: 1, status: 'cancelled' });
    await show(page, day, `&doctor=${ARUN}`);
    const line = page.locator('tr', { hasText: 'Sandeep Yadav Cancelled' });
    await counts(line, 0);
    await page.getByLabel('With cancelled ones').check();
    assert.match(await line.textContent(), /Cancelled/);
    assert.deepEqual(await violations(page), []);
  }));

test('what is printed is the sheet alone, on A4, a page for each doctor', () =>
  withPage({ colorScheme: 'dark' }, async (page) => {
    const day = await workday(1);
    await show(page, day);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const gone of ['.side', '.topbar', '.work__head'])
      assert.equal(await page.locator(gone).isVisible(), false, `${gone} stays on the screen`);
    assert.equal(await page.locator('.sheet').first().isVisible(), true);
    const paper = await page
      .locator('.sheet td')
      .first()
      .evaluate((e) => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]);
    assert.deepEqual(paper, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'], 'black on white, whatever the screen is');
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const pages = pdf.match(/\/Type \/Page\b/g).length;
    assert.equal(pages, 2);
    assert.match(pdf, /MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/, 'A4');
  }));

test('a long day goes over several pages with its heads', () =>
  withPage({}, async (page) => {
    await page.route('**/api/appointments?*', async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      const [one] = body.items;
      await route.fulfill({
        response: answer,
        json: {
          items: Array.from({ length: 45 }, (_, i) => ({
            ...one,
            id: `${one.id}${i}`,
            name: `Visitor ${i}`,
            status: 'confirmed',
          })),
          nextCursor: null,
        },
      });
    });
    await show(page, await workday(1), `&doctor=${MEERA}`);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    assert.ok(pdf.match(/\/Type \/Page\b/g).length >= 2);
  }));

test('Print asks the browser to', () =>
  withPage({}, async (page) => {
    await show(page, await workday(1));
    await page.evaluate(() => {
      globalThis.print = () => {
        globalThis.printed = true;
      };
    });
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    assert.equal(await page.evaluate(() => globalThis.printed), true);
  }));

test('a day without visits says so', () =>
  withPage({}, async (page) => {
    let day = await workday(1);
    while (weekday(day) !== 7) day = addDays(day, 1);
    await page.goto(`/staff/daysheet?day=${day}`);
    await page.getByText('No visits on Sunday').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Print', exact: true }).getAttribute('aria-disabled'), 'true');
    assert.deepEqual(await violations(page), []);
  }));

test('one that does not load keeps trying, and can be told to', () =>
  withPage(
    {},
    async (page) => {
      await page.route('**/api/appointments?*', (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' }),
      );
      await page.goto(`/staff/daysheet?day=${await workday(1)}`);
      await page.getByText('The day sheet does not load').waitFor();
      const again = page.waitForRequest('**/api/appointments?*');
      await page.getByRole('button', { name: 'Try now' }).click();
      await again;
      /* It comes back by itself; the button may be gone before one could press it. */
      await page.unroute('**/api/appointments?*');
      await page.locator('.sheet').first().waitFor();
    },
    /status of 500/,
  ));

test('it speaks Hindi', () =>
  withPage({ locale: 'hi-IN' }, async (page) => {
    await show(page, await workday(1));
    await page.getByRole('heading', { level: 1, name: 'दिन की सूची' }).waitFor();
    assert.deepEqual(await violations(page), []);
  }));
