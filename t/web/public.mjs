/*
 * The booking site, as visitors meet it: at two widths, in two languages, in
 * any zone, by keyboard alone.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, violations, watched } from './lib/browser.mjs';
import { book, fill, list, pickDay, pickTime, record, request, slots, toTimes } from './lib/booking.mjs';
import { until } from './lib/until.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const withPage = (options, run, expected) => watched(browser, options, run, expected);
const widths = [390, 1280];

for (const width of widths)
  test(`a visitor books at ${width} pixels`, () =>
    withPage({ width }, async (page) => {
      const sent = record(page);
      await toTimes(page);
      await pickDay(page);
      const time = await pickTime(page);
      assert.match(
        await page.locator('.timer').textContent(),
        /Kept for you.*[45]:\d\d/s,
        'the time is kept, with its minutes',
      );
      await fill(page, { phone: '98000 00001' });
      await page.locator('#d-reason').fill('Knee still swollen');
      await page.locator('.saved', { hasText: 'Saved' }).waitFor();
      await page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
      await until(() => sent.some(({ body }) => body?.reason === 'Knee still swollen'), 'what is typed is saved');
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the details');
      await book(page);
      await page.getByRole('heading', { level: 1, name: 'You’re booked, Asha' }).waitFor();
      assert.match(
        await page.locator('.done .card').textContent(),
        new RegExp(`${time}.*Dr. Meera Rao.*Consultation`, 's'),
      );
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus is on the news');
      assert.deepEqual(await violations(page), [], 'nor about the end');

      const changes = sent.filter(({ method }) => method !== 'GET');
      const [hold, enquiry, ...patches] = changes;
      assert.equal(`${hold.method} ${hold.path}`, 'POST /api/reservations');
      assert.equal(`${enquiry.method} ${enquiry.path}`, 'POST /api/appointments');
      assert.equal(enquiry.body.startsAt, undefined, 'first an enquiry');
      assert.ok(
        hold.headers['idempotency-key'] && enquiry.headers['idempotency-key'],
        'what makes something has a key',
      );
      assert.ok(patches.length <= 3 && patches.every(({ method }) => method === 'PATCH'), 'then changes of it');
      assert.ok(
        patches.every(({ headers }) => headers['x-edit-token']),
        'each with its token',
      );
      assert.ok(patches.at(-1).body.reservationToken, 'and the hold becomes the visit');
    }));

test('each question is quiet for axe, light and dark, at both widths', async () => {
  for (const width of widths)
    for (const colorScheme of ['light', 'dark'])
      await withPage({ width, colorScheme }, async (page) => {
        const look = async (what) => assert.deepEqual(await violations(page), [], `${what}, ${width}, ${colorScheme}`);
        await page.goto('/');
        await page.locator('.choice').first().waitFor();
        await look('service');
        await page.locator('.choice').first().click();
        await page.getByRole('button', { name: /First available/ }).waitFor();
        await look('doctor');
        await page.getByRole('button', { name: /First available/ }).click();
        await slots(page).first().waitFor();
        await look('times');
      });
});

test('a service that the clinic confirms ends as a request', () =>
  withPage({}, async (page) => {
    await toTimes(page, { service: 'Physiotherapy' });
    await pickDay(page);
    await pickTime(page, 1);
    await fill(page, { name: 'Bilal Khan', phone: '9800000002' });
    await page.getByRole('button', { name: /^Ask for/ }).click();
    await page.getByRole('heading', { name: 'We have your request, Bilal' }).waitFor();
  }));

test('first available takes whoever is free', () =>
  withPage({}, async (page) => {
    await toTimes(page, { doctor: /First available/ });
    await pickDay(page, 1);
    await pickTime(page, 2);
    assert.match(await page.locator('.step--done').nth(1).textContent(), /First available: Dr\. /);
    await fill(page);
    await book(page);
    await page.locator('.done').waitFor();
  }));

test('choosing another time gives the first one back', () =>
  withPage({ width: 1280 }, async (page) => {
    const sent = record(page);
    await toTimes(page, { doctor: 'Dr. Arun Shah' });
    await pickDay(page, 2);
    await pickTime(page, 0);
    const second = await slots(page).nth(3).textContent();
    await slots(page).nth(3).click();
    await page.locator('.timer', { hasText: second.trim() }).waitFor();
    const kinds = sent
      .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/reservations'))
      .map(({ method }) => method);
    assert.deepEqual(kinds, ['POST', 'DELETE', 'POST']);
    assert.equal(await page.locator('.slot--taken').count(), 0, 'the own hold is nobody else’s');
  }));

test('Hindi, kept for the next visit', () =>
  withPage({}, async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'हिन्दी' }).click();
    await page.getByRole('heading', { level: 1, name: 'मुलाक़ात बुक करें' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'hi');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'मुलाक़ात बुक करें' }).waitFor();
    await page.locator('.choice').first().click();
    await page.getByRole('button', { name: /Meera/ }).click();
    await pickDay(page);
    await pickTime(page, 0);
    assert.deepEqual(await violations(page), []);
    await book(page);
    await page.getByText('आप तक पहुँचने के लिए नंबर चाहिए।').waitFor();
    await fill(page, { name: 'आशा पाटिल' });
    await book(page);
    await page.getByRole('heading', { level: 1, name: 'आशा, आपकी मुलाक़ात पक्की है' }).waitFor();
    assert.deepEqual(await violations(page), []);
  }));

test('a browser that asks for Hindi gets it', () =>
  withPage({ locale: 'hi-IN' }, async (page) => {
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: 'मुलाक़ात बुक करें' }).waitFor();
  }));

/** Press Tab until the focus is on what `reached` says. */
async function tabTo(page, reached, most = 40) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(reached)) return;
  }
  assert.fail(`not reached by Tab: ${reached}`);
}

test('the keyboard is enough', () =>
  withPage({ width: 1280 }, async (page) => {
    const focus = () => page.evaluate(() => document.activeElement.textContent);
    await page.goto('/');
    await page.locator('.choice').first().waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await focus(), 'Skip to the page');
    await page.keyboard.press('Enter');
    await tabTo(page, () => /Consultation/.test(document.activeElement.textContent));
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.textContent === 'Who would you like to see?');
    await tabTo(page, () => /Arun/.test(document.activeElement.textContent));
    await page.keyboard.press('Space');
    await page.waitForFunction(() => document.activeElement.textContent === 'When?');
    await slots(page).first().waitFor();
    await tabTo(page, () => document.activeElement.name === 'day');
    await page.keyboard.press('ArrowRight');
    await slots(page).first().waitFor();
    await tabTo(page, () => document.activeElement.closest('.slots') !== null);
    const first = await focus();
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await focus(), first, 'arrows move between the times');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    assert.equal(await focus(), first);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.textContent === 'Your details');
    await tabTo(page, () => document.activeElement.id === 'd-phone');
    await page.keyboard.type('98000');
    await page.keyboard.press('Enter');
    await page.getByText('A mobile number has 10 digits. This one has 5.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'd-phone', 'the focus is on the first mistake');
    await page.keyboard.press('End');
    await page.keyboard.type('00001');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Asha Patil');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You’re booked, Asha' }).waitFor();
  }));

test('the clinic’s zone counts, whatever the browser’s', () =>
  withPage({ timezoneId: 'America/New_York' }, async (page) => {
    const [consultation] = await list('/api/services');
    const meera = (await list('/api/doctors')).find(({ name }) => /Meera/.test(name));
    const { slots: offered } = await request('GET', `/api/availability/${meera.id}?serviceId=${consultation.id}`);
    await toTimes(page);
    const india = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit' });
    const first = (await page.locator('.slots .slot').first().textContent()).trim();
    assert.ok(offered.some(({ startsAt }) => india.format(new Date(startsAt)) === first));
    await page.getByText('Times are India Standard Time, as at the clinic.').waitFor();
    await pickTime(page, 0);
    await fill(page, { phone: '+1 212 555 0100', name: 'Bob Smith' });
    await book(page);
    await page.getByText(/India Standard Time\. That is .*\d\d:\d\d where you are \(New York\)\./).waitFor();
  }));

test('after booking: the calendar file, another time, the way to cancel', () =>
  withPage({}, async (page) => {
    await toTimes(page);
    await pickDay(page, 5);
    await pickTime(page, 0);
    await fill(page);
    await book(page);
    await page.locator('.done').waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Add to calendar' }).click();
    const chunks = [];
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk);
    const ics = Buffer.concat(chunks).toString();
    assert.match(ics, /^BEGIN:VCALENDAR\r\n/);
    assert.match(ics, /\r\nDTSTART:\d{8}T\d{6}Z\r\n/);
    assert.ok(
      ics.split('\r\n').every((line) => Buffer.byteLength(line) <= 75),
      'no line is too long',
    );

    await page.getByRole('button', { name: 'Cancel visit' }).click();
    await page.getByRole('dialog', { name: 'Cancel the visit?' }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Keep the visit' }).click();

    await page.getByRole('button', { name: 'Change time' }).click();
    await slots(page).first().waitFor();
    const time = await pickTime(page, 2);
    await page.getByRole('button', { name: /^Move to/ }).click();
    await page.locator('.done .card', { hasText: time }).waitFor();
  }));

test('nothing scrolls sideways from 320 pixels up', async () => {
  for (const width of [320, 360, 768, 1024])
    await withPage({ width, height: 800 }, async (page) => {
      await toTimes(page);
      await pickDay(page);
      await pickTime(page, 0);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} pixels`);
    });
});

test('an enquiry that the staff have open is saved and booked when they are done', () =>
  withPage({ width: 390 }, async (page) => {
    const sent = record(page);
    await toTimes(page);
    await pickDay(page, 1);
    await pickTime(page);
    const made = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/api/appointments'));
    await fill(page, { name: 'Locked Out', phone: '98000 00009' });
    const { appointment } = await (await made).json();
    const { accessToken } = await request('POST', '/api/auth/login', { email: 'desk@opdesk.test', password: 'correct horse battery staple' });
    const desk = (method, step) => request(method, `/api/appointments/${appointment.id}/${step}`, undefined, { Authorization: `Bearer ${accessToken}` });
    assert.equal((await desk('POST', 'acquire-lock')).status, 201);
    const late = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
    await page.locator('#d-reason').fill('Knee');
    assert.equal((await late).status(), 423);
    await book(page);
    await page.getByText('The clinic has your request open').waitFor();
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    assert.equal(await page.locator('#d-reason').inputValue(), 'Knee');
    await desk('DELETE', 'release-lock');
    await book(page);
    await page.getByRole('heading', { level: 1, name: /booked, Locked/ }).waitFor();
    assert.equal(sent.filter(({ method, path }) => method === 'POST' && path === '/api/appointments').length, 1, 'there is one enquiry, and it became the visit');
  }, /status of 423/));
