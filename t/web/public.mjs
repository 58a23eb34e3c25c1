/*
 * The booking site, as visitors meet it: at two widths, in two languages, by
 * keyboard alone, with others booking meanwhile and with the network gone.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import { launch, violations, visitor } from './lib/browser.mjs';
import { book, fill, list, pickDay, pickTime, record, request, slots, steal, toTimes } from './lib/booking.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A page for one test; whatever it should not have said fails it. expected: what may be in its console. */
async function withPage(options, run, expected = /^$/) {
  const page = await visitor(browser, options);
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await page.context().close();
  }
}

const widths = [390, 1280];
const offline = /ERR_INTERNET_DISCONNECTED/;
const refused = /status of 409/;

for (const width of widths)
  test(`a visitor books at ${width} pixels`, () => withPage({ width }, async (page) => {
    const sent = record(page);
    await toTimes(page);
    await pickDay(page);
    const time = await pickTime(page);
    assert.match(await page.locator('.timer').textContent(), /Kept for you.*[45]:\d\d/s, 'the time is kept, with its minutes');
    await fill(page, { phone: '98000 00001' });
    await page.locator('#d-reason').fill('Knee still swollen');
    await page.locator('.saved', { hasText: 'Saved' }).waitFor();
    await page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
    await page.waitForTimeout(700);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the details');
    await book(page);
    await page.getByRole('heading', { level: 1, name: 'You’re booked, Asha' }).waitFor();
    assert.match(await page.locator('.done .card').textContent(), new RegExp(`${time}.*Dr. Meera Rao.*Consultation`, 's'));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus is on the news');
    assert.deepEqual(await violations(page), [], 'nor about the end');

    const changes = sent.filter(({ method }) => method !== 'GET');
    const [hold, enquiry, ...patches] = changes;
    assert.equal(`${hold.method} ${hold.path}`, 'POST /api/reservations');
    assert.equal(`${enquiry.method} ${enquiry.path}`, 'POST /api/appointments');
    assert.equal(enquiry.body.startsAt, undefined, 'first an enquiry');
    assert.ok(hold.headers['idempotency-key'] && enquiry.headers['idempotency-key'], 'what makes something has a key');
    assert.ok(patches.length <= 3 && patches.every(({ method }) => method === 'PATCH'), 'then changes of it');
    assert.ok(patches.every(({ headers }) => headers['x-edit-token']), 'each with its token');
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

test('a service that the clinic confirms ends as a request', () => withPage({}, async (page) => {
  await toTimes(page, { service: 'Physiotherapy' });
  await pickDay(page);
  await pickTime(page, 1);
  await fill(page, { name: 'Bilal Khan', phone: '9800000002' });
  await page.getByRole('button', { name: /^Ask for/ }).click();
  await page.getByRole('heading', { name: 'We have your request, Bilal' }).waitFor();
}));

test('first available takes whoever is free', () => withPage({}, async (page) => {
  await toTimes(page, { doctor: /First available/ });
  await pickDay(page, 1);
  await pickTime(page, 2);
  assert.match(await page.locator('.step--done').nth(1).textContent(), /First available: Dr\. /);
  await fill(page);
  await book(page);
  await page.locator('.done').waitFor();
}));

test('choosing another time gives the first one back', () => withPage({ width: 1280 }, async (page) => {
  const sent = record(page);
  await toTimes(page, { doctor: 'Dr. Arun Shah' });
  await pickDay(page, 2);
  await pickTime(page, 0);
  const second = await slots(page).nth(3).textContent();
  await slots(page).nth(3).click();
  await page.locator('.timer', { hasText: second.trim() }).waitFor();
  const kinds = sent.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/reservations')).map(({ method }) => method);
  assert.deepEqual(kinds, ['POST', 'DELETE', 'POST']);
  assert.equal(await page.locator('.slot--taken').count(), 0, 'the own hold is nobody else’s');
}));

test('a time taken meanwhile is answered with others', () => withPage({}, async (page) => {
  await toTimes(page);
  await pickDay(page, 1);
  const wanted = page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/api/reservations'));
  let body;
  await page.route('**/api/reservations', async (route) => {
    body = route.request().postDataJSON();
    assert.equal((await steal(body)).status, 201, 'somebody else books it first');
    await route.continue();
  }, { times: 1 });
  const time = (await slots(page).nth(1).textContent()).trim();
  await slots(page).nth(1).click();
  await wanted;
  await page.getByRole('alert').filter({ hasText: `${time} has just been taken` }).waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'When?', 'the focus is on the question again');
  await page.getByRole('group', { name: 'Nearest free times' }).getByRole('button').first().click();
  await page.locator('.timer__left').waitFor();
  await fill(page);
  await book(page);
  await page.locator('.done').waitFor();
}, refused));

test('a time that goes while one looks fades where it stands', () => withPage({}, async (page) => {
  const [consultation] = await list('/api/services');
  const meera = (await list('/api/doctors')).find(({ name }) => /Meera/.test(name));
  await toTimes(page);
  await pickDay(page, 3);
  const day = await page.locator('.day input:checked').evaluate((input) => [...document.querySelectorAll('.day input')].indexOf(input));
  const shown = await slots(page).count();
  const { today } = await request('GET', '/api/clinic');
  const key = new Date(Date.parse(today) + day * 86400000).toISOString().slice(0, 10);
  const free = (await request('GET', `/api/availability/${meera.id}?from=${key}&to=${key}&serviceId=${consultation.id}`)).slots;
  assert.equal(free.length, shown, 'the page shows what the server offers');
  assert.equal((await steal({ doctorId: meera.id, serviceId: consultation.id, startsAt: free[2].startsAt })).status, 201);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.locator('.slot--taken').waitFor();
  assert.equal(await page.locator('.slots .slot').count(), shown, 'nothing has moved');
  await page.locator('.slot--taken').waitFor({ state: 'detached' });
  assert.equal(await slots(page).count(), shown - 1, 'then the grid closes');
}));

/** The page believes that its hold ends in `ms`; the server's lives on. */
const shortHold = (page, ms) => page.route('**/api/reservations', async (route) => {
  const answer = await route.fetch();
  const body = await answer.json();
  await route.fulfill({ response: answer, json: { ...body, expiresAt: new Date(Date.now() + ms).toISOString() } });
}, { times: 1 });

test('a hold that runs out says so and is taken again', () => withPage({}, async (page) => {
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

test('a hold that ran out and went to somebody else offers others', () => withPage({}, async (page) => {
  await toTimes(page);
  await pickDay(page, 4);
  const made = page.waitForResponse((r) => r.url().endsWith('/api/reservations') && r.status() === 201);
  await pickTime(page, 3);
  const answer = await made;
  const { id, token } = await answer.json();
  const wanted = answer.request().postDataJSON();
  await fill(page);
  assert.equal((await request('DELETE', `/api/reservations/${id}`, undefined, { 'X-Reservation-Token': token })).status, 204);
  assert.equal((await steal(wanted)).status, 201);
  await book(page);
  await page.getByRole('alert').filter({ hasText: 'has just been taken' }).waitFor();
  await page.getByRole('group', { name: 'Nearest free times' }).getByRole('button').first().click();
  await page.locator('#d-name').waitFor();
  assert.equal(await page.locator('#d-name').inputValue(), 'Asha Patil', 'what was typed is still there');
  await book(page);
  await page.locator('.done').waitFor();
}, /status of 40[49]/));

test('offline says so, keeps what is typed and goes on by itself', () => withPage({}, async (page) => {
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
}, offline));

test('a lost answer is not a second booking', () => withPage({}, async (page) => {
  await toTimes(page);
  await pickDay(page);
  await pickTime(page, 3);
  await fill(page, { name: 'Deepa Joshi', phone: '9800000004' });
  await page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
  await page.waitForTimeout(700);
  const sent = record(page);
  await page.route('**/api/appointments/*', async (route) => {
    await route.fetch(); // it is done, but the answer does not come back
    await route.abort('connectionreset');
  }, { times: 1 });
  await book(page);
  await page.getByRole('heading', { name: 'You’re booked, Deepa' }).waitFor();
  assert.equal(sent.filter(({ method, body }) => method === 'PATCH' && body.startsAt).length, 1, 'it is asked for, not done again');
}, /ERR_CONNECTION_RESET/));

test('the form saves itself key by key, and half an address holds nothing up', () => withPage({}, async (page) => {
  const sent = record(page);
  await toTimes(page);
  await pickDay(page);
  await pickTime(page, 1);
  await page.locator('#d-name').pressSequentially('Eshan', { delay: 20 });
  await page.locator('#d-phone').pressSequentially('9800000005', { delay: 120 });
  const saved = () => page.waitForFunction(() => document.querySelector('.saved').textContent === 'Saved');
  await saved();
  const made = () => sent.filter(({ method, path }) => method === 'POST' && path === '/api/appointments').map(({ body }) => body.phone);
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

test('a reload loses nothing', () => withPage({}, async (page) => {
  await toTimes(page);
  await pickDay(page);
  const time = await pickTime(page, 4);
  await fill(page, { name: 'Asha Patil', phone: '98000' });
  await page.reload();
  await page.locator('#d-phone').waitFor();
  assert.equal(await page.locator('#d-phone').inputValue(), '98000');
  assert.match(await page.locator('.timer').textContent(), new RegExp(`Kept for you.*${time}`, 's'));
}));

test('Hindi, kept for the next visit', () => withPage({}, async (page) => {
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

test('a browser that asks for Hindi gets it', () => withPage({ locale: 'hi-IN' }, async (page) => {
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: 'मुलाक़ात बुक करें' }).waitFor();
}));

/** Press Tab until the focus is on what `reached` says. */
async function tabTo(page, reached, most = 40) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(reached))
      return;
  }
  assert.fail(`not reached by Tab: ${reached}`);
}

test('the keyboard is enough', () => withPage({ width: 1280 }, async (page) => {
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

test('the clinic’s zone counts, whatever the browser’s', () => withPage({ timezoneId: 'America/New_York' }, async (page) => {
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

test('after booking: the calendar file, another time, the way to cancel', () => withPage({}, async (page) => {
  await toTimes(page);
  await pickDay(page, 5);
  await pickTime(page, 0);
  await fill(page);
  await book(page);
  await page.locator('.done').waitFor();

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Add to calendar' }).click();
  const chunks = [];
  for await (const chunk of await (await download).createReadStream())
    chunks.push(chunk);
  const ics = Buffer.concat(chunks).toString();
  assert.match(ics, /^BEGIN:VCALENDAR\r\n/);
  assert.match(ics, /\r\nDTSTART:\d{8}T\d{6}Z\r\n/);
  assert.ok(ics.split('\r\n').every((line) => Buffer.byteLength(line) <= 75), 'no line is too long');

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

test('nothing free in two weeks is an answer, with a way on', () => withPage({}, async (page) => {
  await page.route('**/api/availability/**', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), slots: [] } });
  });
  await page.goto('/');
  await page.locator('.choice').first().click();
  await page.getByRole('button', { name: /Meera/ }).click();
  await page.getByRole('heading', { name: 'No free times in the next two weeks' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Look further ahead' }).click();
  await page.getByRole('heading', { name: 'No free times in the next 4 weeks' }).waitFor();
}));

test('a server that does not answer: the page says so, and comes back by itself', () => withPage({}, async (page) => {
  await page.route('**/api/**', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE', message: 'away' } }));
  await page.goto('/');
  await page.getByRole('heading', { name: 'Booking does not answer right now' }).waitFor({ timeout: 15000 });
  assert.deepEqual(await violations(page), []);
  await page.unroute('**/api/**');
  await page.locator('.choice').first().waitFor({ timeout: 15000 });
}, /status of 503/));

test('nothing scrolls sideways from 320 pixels up', async () => {
  for (const width of [320, 360, 768, 1024])
    await withPage({ width, height: 800 }, async (page) => {
      await toTimes(page);
      await pickDay(page);
      await pickTime(page, 0);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} pixels`);
    });
});

/** Milliseconds until the first question can be answered, those that the page's thread worked, and the bytes on the wire. */
async function firstLoad({ cpu = 1, network } = {}) {
  const page = await visitor(browser, {});
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  if (network)
    await cdp.send('Network.emulateNetworkConditions', { offline: false, ...network });
  const kinds = new Map();
  const bytes = {};
  cdp.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    bytes[kind] = (bytes[kind] ?? 0) + encodedDataLength;
  });
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (!globalThis.usableAt && document.querySelector('button.choice'))
        requestAnimationFrame(() => setTimeout(() => {
          globalThis.usableAt ??= performance.now();
        }));
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto('/');
  await page.waitForFunction(() => globalThis.usableAt);
  const usable = await page.evaluate(() => globalThis.usableAt);
  const { metrics } = await cdp.send('Performance.getMetrics');
  const busy = Math.round(1000 * metrics.find(({ name }) => name === 'TaskDuration').value);
  await page.waitForLoadState('networkidle');
  await page.context().close();
  return { usable: Math.round(usable), busy, bytes };
}

test('the first load is light and usable within a second on a slow phone', async (t) => {
  const runs = [];
  let best = Infinity;
  for (let i = 0; i < 8 && (i < 3 || best > 1000); i++) {
    runs.push(await firstLoad({ cpu: 4 }));
    best = Math.min(best, runs[i].usable);
  }
  const { bytes } = runs[0];
  const code = (bytes.Script ?? 0) + (bytes.Stylesheet ?? 0);
  t.diagnostic(`usable after ${runs.map(({ usable }) => usable).join(', ')} ms at 4x CPU slow-down`);
  t.diagnostic(`on the wire: ${Object.entries(bytes).map(([kind, n]) => `${kind} ${(n / 1024).toFixed(1)} KB`).join(', ')}`);
  const slow = await firstLoad({ cpu: 4, network: { latency: 150, downloadThroughput: 200000, uploadThroughput: 90000 } });
  t.diagnostic(`and over 1.6 Mbit/s with 150 ms: ${slow.usable} ms`);
  assert.ok(code > 0 && code <= 60 * 1024, `script and style are ${code} bytes`);
  const { busy } = await firstLoad();
  t.diagnostic(`the page's thread works for ${busy} ms until then`);
  assert.ok(busy * 4 <= 1000, 'four times as slow it is still done within the second');
  // The clock on the wall says something only where nobody else wants the processors.
  if (best > 1000 && loadavg()[0] > availableParallelism())
    t.diagnostic(`the machine is busy (load ${loadavg()[0].toFixed(1)}), so ${best} ms is no verdict`);
  else
    assert.ok(best <= 1000, `usable after ${best} ms`);
});
