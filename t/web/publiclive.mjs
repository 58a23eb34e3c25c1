/*
 * The booking site while the world goes on: others book, holds run out, the
 * network goes, answers get lost.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, violations, watched } from './lib/browser.mjs';
import { book, fill, list, pickDay, pickTime, record, request, slots, steal, toTimes } from './lib/booking.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const withPage = (options, run, expected) => watched(browser, options, run, expected);
const offline = /ERR_INTERNET_DISCONNECTED/;
const refused = /status of 409/;

test('a time taken meanwhile is answered with others', () =>
  withPage(
    {},
    async (page) => {
      await toTimes(page);
      await pickDay(page, 1);
      const wanted = page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/api/reservations'));
      let body;
      await page.route(
        '**/api/reservations',
        async (route) => {
          body = route.request().postDataJSON();
          assert.equal((await steal(body)).status, 201, 'somebody else books it first');
          await route.continue();
        },
        { times: 1 },
      );
      const time = (await slots(page).nth(1).textContent()).trim();
      await slots(page).nth(1).click();
      await wanted;
      await page
        .getByRole('alert')
        .filter({ hasText: `${time} has just been taken` })
        .waitFor();
      assert.deepEqual(await violations(page), []);
      assert.equal(
        await page.evaluate(() => document.activeElement.textContent),
        'When?',
        'the focus is on the question again',
      );
      await page.getByRole('group', { name: 'Nearest free times' }).getByRole('button').first().click();
      await page.locator('.timer__left').waitFor();
      await fill(page);
      await book(page);
      await page.locator('.done').waitFor();
    },
    refused,
  ));

test('a time that goes while one looks fades where it stands', () =>
  withPage({}, async (page) => {
    const [consultation] = await list('/api/services');
    const meera = (await list('/api/doctors')).find(({ name }) => /Meera/.test(name));
    await toTimes(page);
    await pickDay(page, 3);
    const day = await page
      .locator('.day input:checked')
      .evaluate((input) => [...document.querySelectorAll('.day input')].indexOf(input));
    const shown = await slots(page).count();
    const { today } = await request('GET', '/api/clinic');
    const key = new Date(Date.parse(today) + day * 86400000).toISOString().slice(0, 10);
    const free = (
      await request('GET', `/api/availability/${meera.id}?from=${key}&to=${key}&serviceId=${consultation.id}`)
    ).slots;
    assert.equal(free.length, shown, 'the page shows what the server offers');
    assert.equal(
      (await steal({ doctorId: meera.id, serviceId: consultation.id, startsAt: free[2].startsAt })).status,
      201,
    );
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.locator('.slot--taken').waitFor();
    assert.equal(await page.locator('.slots .slot').count(), shown, 'nothing has moved');
    await page.locator('.slot--taken').waitFor({ state: 'detached' });
    assert.equal(await slots(page).count(), shown - 1, 'then the grid closes');
  }));

/** The page believes that its hold ends in `ms`; the server's lives on. */
const shortHold = (page, ms) =>
  page.route(
    '**/api/reservations',
    async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      await route.fulfill({ response: answer, json: { ...body, expiresAt: new Date(Date.now() + ms).toISOString() } });
    },
    { times: 1 },
  );

test('a hold that runs out says so and is taken again', () =>
  withPage({}, async (page) => {
    await toTimes(page);
    await pickDay(page, 4);
    await shortHold(page, 1500);
    const time = await pickTime(page, 2);
    await page.getByText(`We kept ${time} for five minutes`).waitFor();
    assert.deepEqual(await violations(page), []);
    await shortHold(page, 1500);
    await page.getByRole('button', { name: 'Keep it again' }).click();
    await page.locator('.timer__left').waitFor();
    await page.getByText(`We kept ${time} for five minutes`).waitFor();
    await page.locator('#d-phone').pressSequentially('98', { delay: 50 });
    await page.locator('.timer__left').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'd-phone', 'typing takes it again and goes on');
    await fill(page);
    await book(page);
    await page.locator('.done').waitFor();
  }));

test('a hold that ran out and went to somebody else offers others', () =>
  withPage(
    {},
    async (page) => {
      await toTimes(page);
      await pickDay(page, 4);
      const made = page.waitForResponse((r) => r.url().endsWith('/api/reservations') && r.status() === 201);
      await pickTime(page, 3);
      const answer = await made;
      const { id, token } = await answer.json();
      const wanted = answer.request().postDataJSON();
      await fill(page);
      assert.equal(
        (await request('DELETE', `/api/reservations/${id}`, undefined, { 'X-Reservation-Token': token })).status,
        204,
      );
      assert.equal((await steal(wanted)).status, 201);
      await book(page);
      await page.getByRole('alert').filter({ hasText: 'has just been taken' }).waitFor();
      await page.getByRole('group', { name: 'Nearest free times' }).getByRole('button').first().click();
      await page.locator('#d-name').waitFor();
      assert.equal(await page.locator('#d-name').inputValue(), 'Asha Patil', 'what was typed is still there');
      await book(page);
      await page.locator('.done').waitFor();
    },
    /status of 40[49]/,
  ));

test('offline says so, keeps what is typed and goes on by itself', () =>
  withPage(
    {},
    async (page) => {
      await toTimes(page);
      await pickDay(page);
      await pickTime(page, 2);
      await fill(page, { name: 'Chitra Rao', phone: '9800000003' });
      await page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
      await page.context().setOffline(true);
      await page.getByText('No connection').first().waitFor();
      await page.locator('#d-reason').fill('Typed in the tunnel');
      await page.waitForFunction(() => /Kept on this device/.test(document.querySelector('.saved').textContent));
      await book(page);
      await page.getByRole('button', { name: 'Waiting for the connection' }).waitFor();
      assert.deepEqual(await violations(page), []);
      const patch = page.waitForRequest((r) => r.method() === 'PATCH' && r.postDataJSON().startsAt);
      await page.context().setOffline(false);
      assert.equal((await patch).postDataJSON().reason, 'Typed in the tunnel');
      await page.getByRole('heading', { name: 'You’re booked, Chitra' }).waitFor();
    },
    offline,
  ));

test('a lost answer is not a second booking', () =>
  withPage(
    {},
    async (page) => {
      await toTimes(page);
      await pickDay(page);
      await pickTime(page, 3);
      await fill(page, { name: 'Deepa Joshi', phone: '9800000004' });
      await page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
      const sent = record(page);
      let lost = false;
      await page.route('**/api/appointments/*', async (route) => {
        if (lost || !route.request().postDataJSON()?.startsAt) return route.fallback();
        lost = true;
        await route.fetch(); // it is done, but the answer does not come back
        return route.abort('connectionreset');
      });
      await book(page);
      await page.getByRole('heading', { name: 'You’re booked, Deepa' }).waitFor();
      assert.equal(
        sent.filter(({ method, body }) => method === 'PATCH' && body.startsAt).length,
        1,
        'it is asked for, not done again',
      );
    },
    /ERR_CONNECTION_RESET/,
  ));

test('the form saves itself key by key, and half an address holds nothing up', () =>
  withPage({}, async (page) => {
    const sent = record(page);
    await toTimes(page);
    await pickDay(page);
    await pickTime(page, 1);
    await page.locator('#d-name').pressSequentially('Eshan', { delay: 20 });
    await page.locator('#d-phone').pressSequentially('9800000005', { delay: 120 });
    const saved = () => page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
    await saved();
    const made = () =>
      sent
        .filter(({ method, path }) => method === 'POST' && path === '/api/appointments')
        .map(({ body }) => body.phone);
    assert.deepEqual(made(), ['9800000005'], 'one enquiry, once the number is whole');
    await page.locator('#d-email').fill('eshan@');
    await page.locator('#d-name').fill('Eshan Varma');
    const patch = await page.waitForRequest((r) => r.method() === 'PATCH');
    assert.deepEqual(patch.postDataJSON(), { name: 'Eshan Varma', phone: '9800000005' });
    await saved();
    await book(page);
    await page.getByText('An e-mail address looks like name@example.org.').waitFor();
    await page.locator('#d-email').fill('');
    await book(page);
    await page.locator('.done').waitFor();
  }));

test('a reload loses nothing', () =>
  withPage({}, async (page) => {
    await toTimes(page);
    await pickDay(page);
    const time = await pickTime(page, 4);
    await fill(page, { name: 'Asha Patil', phone: '98000' });
    await page.reload();
    await page.locator('#d-phone').waitFor();
    assert.equal(await page.locator('#d-phone').inputValue(), '98000');
    assert.match(await page.locator('.timer').textContent(), new RegExp(`Kept for you.*${time}`, 's'));
  }));

test('nothing free in two weeks is an answer, with a way on', () =>
  withPage({}, async (page) => {
    await page.route('**/api/availability/**', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), slots: [] } });
    });
    await page.goto('/');
    await page.locator('.choice').first().click();
    await page.getByRole('button', { name: /Meera/ }).click();
    await page.getByRole('heading', { name: 'No free times in the next two weeks' }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Look further ahead' }).click();
    await page.getByRole('heading', { name: 'No free times in the next 4 weeks' }).waitFor();
  }));

test('a server that does not answer: the page says so, and comes back by itself', () =>
  withPage(
    {},
    async (page) => {
      await page.route('**/api/**', (route) =>
        route.fulfill({ status: 503, json: { code: 'UNAVAILABLE', message: 'away' } }),
      );
      await page.goto('/');
      await page.getByRole('heading', { name: 'Booking does not answer right now' }).waitFor({ timeout: 15000 });
      assert.deepEqual(await violations(page), []);
      await page.unroute('**/api/**');
      await page.locator('.choice').first().waitFor({ timeout: 15000 });
    },
    /status of 503/,
  ));
