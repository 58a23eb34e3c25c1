/*
 * The patient's page, as Asha meets it: her visits, another time, a
 * cancellation, a booking, her profile; without a connection, in both
 * languages, on a phone and on a desk.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { base, launch, leave, violations, visitor, watched } from './lib/browser.mjs';
import { book, fill, pickDay, pickTime, record, slots, steal, toTimes } from './lib/booking.mjs';
import { ASHA, codeOf, patientPage, visitOf } from './lib/patient.mjs';
import { ZONE, caller, demo, noSession, noSideways, rowOf, sql, widths } from './lib/staff.mjs';
import { until } from './lib/until.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const asked = /status of 401 \(.*\) .*\/api\/(profiles\/me|auth\/(refresh|otp\/verify))/;
const heading = (page, name) => page.getByRole('heading', { level: 1, name });
const toast = (page, text) => page.locator('.toast', { hasText: text });

/** A page of Asha's; whatever it should not have said fails the test. */
async function withAsha(options, run, expected = /^$/) {
  const page = await patientPage(browser, options);
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
}

async function open(page, visit) {
  await page.goto(`/patient/visits/${visit.id}`);
  await page.locator('.facts').waitFor();
}

// ---- visits ----

test('the visits are those that the database has', () =>
  withAsha({ width: 1280 }, async (page) => {
    await visitOf();
    await page.goto('/patient/');
    await page.locator('.visit').first().waitFor();
    const coming = sql(`SELECT count(*) FROM core.appointment WHERE patient_id = '${demo.asha}' AND NOT is_deleted
      AND status NOT IN ('completed', 'cancelled', 'no_show') AND (ends_at IS NULL OR ends_at > now() OR status = 'in_progress')`);
    assert.equal(await page.locator('section', { has: page.locator('#upcoming') }).locator('.visit').count(), Number(coming));
    const older = page.getByRole('button', { name: 'Show older visits' });
    if (await older.count()) await older.click();
    const all = sql(`SELECT count(*) FROM core.appointment WHERE patient_id = '${demo.asha}' AND NOT is_deleted`);
    await until(async () => (await page.locator('.visit').count()) === Number(all), 'all visits are there');
  }));

test('who has none is told so, and how to get one', () =>
  withAsha({}, async (page) => {
    await page.route('**/api/appointments?**', (route) => route.fulfill({ json: { items: [], nextCursor: null } }));
    await page.goto('/patient/');
    await page.getByRole('heading', { name: 'No visits yet' }).waitFor();
    await page.getByRole('link', { name: 'Book a visit' }).waitFor();
    assert.deepEqual(await violations(page), []);
  }));

test('what the desk does is seen at once', () =>
  withAsha({}, async (page) => {
    await page.goto('/patient/');
    await page.locator('.live', { hasText: 'Updates by itself' }).waitFor();
    const polls = record(page);
    const visit = await visitOf(demo.asha, { reason: 'Seen live' });
    const card = page.locator(`a[href="/patient/visits/${visit.id}"]`);
    await card.waitFor();
    const call = await caller('desk');
    await call('DELETE', `/api/appointments/${visit.id}`);
    await card.getByText('Cancelled').waitFor();
    assert.deepEqual(polls.filter(({ path }) => path === '/api/appointments'), [], 'without asking');
  }));

test('without the hub it is asked for', () =>
  withAsha(
    {},
    async (page) => {
      await page.route('**/realtime/**', (route) => route.abort());
      await page.routeWebSocket(/realtime/, (ws) => ws.close());
      await page.clock.install();
      await page.goto('/patient/');
      await page.locator('.live--slow', { hasText: 'every 30 seconds' }).waitFor();
      const visit = await visitOf();
      await page.clock.runFor(36_000);
      await page.locator(`a[href="/patient/visits/${visit.id}"]`).waitFor();
    },
    /realtime|WebSocket|ERR_FAILED/,
  ));

for (const width of widths)
  test(`a visit gets another time and its old one back, at ${width} pixels`, () =>
    withAsha({ width }, async (page) => {
      const visit = await visitOf();
      await open(page, visit);
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about the visit');
      await noSideways(page);
      await page.getByRole('link', { name: 'Change time' }).click();
      await slots(page).first().waitFor();
      await pickDay(page);
      const time = (await slots(page).first().textContent()).trim();
      await slots(page).first().click();
      assert.deepEqual(await violations(page), [], 'nor about the times');
      await noSideways(page);
      await page.getByRole('button', { name: /^Move to/ }).click();
      await heading(page, new RegExp(time)).waitFor();
      const moved = await rowOf(visit.id);
      assert.notEqual(moved.startsAt, visit.startsAt);
      assert.equal(moved.doctorId, visit.doctorId);
      await toast(page, 'Your visit is now').getByRole('button', { name: 'Undo' }).click();
      await toast(page, 'It is as it was.').waitFor();
      assert.equal((await rowOf(visit.id)).startsAt, visit.startsAt, 'undone');
    }));

test('a time that somebody else was faster for is answered with others', () =>
  withAsha(
    {},
    async (page) => {
      const visit = await visitOf();
      await page.goto(`/patient/visits/${visit.id}/time`);
      await slots(page).first().waitFor();
      await pickDay(page);
      await slots(page).first().click();
      await page.route(
        `**/api/appointments/${visit.id}`,
        async (route) => {
          const { doctorId, serviceId } = visit;
          await steal({ doctorId, serviceId, startsAt: route.request().postDataJSON().startsAt });
          await route.continue();
        },
        { times: 1 },
      );
      await page.getByRole('button', { name: /^Move to/ }).click();
      await page.getByRole('alert').filter({ hasText: 'has just been taken' }).waitFor();
      assert.deepEqual(await violations(page), []);
      await page.locator('.choice').first().click();
      await page.getByRole('button', { name: /^Move to/ }).click();
      await toast(page, 'Your visit is now').waitFor();
      assert.notEqual((await rowOf(visit.id)).startsAt, visit.startsAt);
    },
    /status of 409/,
  ));

test('a visit that the desk changed meanwhile is not overwritten', () =>
  withAsha(
    {},
    async (page) => {
      const visit = await visitOf();
      await page.goto(`/patient/visits/${visit.id}/time`);
      await slots(page).first().waitFor();
      await pickDay(page);
      await slots(page).first().click();
      await page.route(
        `**/api/appointments/${visit.id}`,
        async (route) => {
          const call = await caller('desk');
          await call('PUT', `/api/appointments/${visit.id}`, { version: visit.version, notes: 'Called' });
          await route.continue();
        },
        { times: 1 },
      );
      await page.getByRole('button', { name: /^Move to/ }).click();
      await page.getByRole('alert').filter({ hasText: 'The clinic has just changed this visit' }).waitFor();
      assert.equal((await rowOf(visit.id)).startsAt, visit.startsAt);
    },
    /status of 409/,
  ));

test('a time that is taken leaves the list while one looks', () =>
  withAsha({}, async (page) => {
    const visit = await visitOf();
    const [answer] = await Promise.all([
      page.waitForResponse(/\/api\/availability\//),
      page.goto(`/patient/visits/${visit.id}/time`),
    ]);
    await slots(page).first().waitFor();
    await pickDay(page);
    const day = await page.locator('.day:has(:checked) .day__date').textContent();
    const time = (await slots(page).first().textContent()).trim();
    const wall = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', hour: '2-digit', minute: '2-digit' });
    const { startsAt } = (await answer.json()).slots.find((one) => wall.format(new Date(one.startsAt)) === `${day}, ${time}`);
    const { doctorId, serviceId } = visit;
    assert.equal((await steal({ doctorId, serviceId, startsAt })).status, 201);
    await page.locator('.slot--taken', { hasText: time }).waitFor({ timeout: 5000 });
  }));

test('a visit is cancelled after a question, and booked again', () =>
  withAsha({}, async (page) => {
    const visit = await visitOf();
    await open(page, visit);
    await page.getByRole('button', { name: 'Cancel visit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Keep the visit' }).click();
    assert.equal((await rowOf(visit.id)).status, 'confirmed', 'a question is no deed');
    await page.getByRole('button', { name: 'Cancel visit' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel visit' }).click();
    await toast(page, 'The visit is cancelled.').waitFor();
    assert.equal((await rowOf(visit.id)).status, 'cancelled');
    await toast(page, 'The visit is cancelled.').getByRole('button', { name: 'Book it again' }).click();
    await toast(page, 'It is booked again.').waitFor();
    const again = await rowOf(new URL(page.url()).pathname.split('/').pop());
    assert.notEqual(again.id, visit.id);
    assert.equal(`${again.startsAt} ${again.status} ${again.patientId} ${again.source}`, `${visit.startsAt} confirmed ${demo.asha} patient`);
  }));

test('what the service does not allow any more is not offered', () =>
  withAsha({}, async (page) => {
    const visit = await visitOf();
    sql(`UPDATE core.service SET cancel_until = '60 days' WHERE id = '${demo.consultation}'`);
    try {
      await open(page, visit);
      await page.getByText('It is too close to change it here').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Cancel visit' }).count(), 0);
      await page.goto(`/patient/visits/${visit.id}/time`);
      await heading(page, 'This visit cannot be moved').waitFor();
    } finally {
      sql(`UPDATE core.service SET cancel_until = '0' WHERE id = '${demo.consultation}'`);
    }
  }));

test('somebody else’s visit is not there', () =>
  withAsha({}, async (page) => {
    const bilals = sql("SELECT id FROM core.appointment WHERE patient_id = '00000000-0000-4000-8000-0000000000b2' LIMIT 1");
    await page.goto(`/patient/visits/${bilals}`);
    await heading(page, 'This visit is not there').waitFor();
  }));

test('the reason is changed', () =>
  withAsha({}, async (page) => {
    const visit = await visitOf(demo.asha, { reason: 'Knee' });
    await open(page, visit);
    await page.getByRole('button', { name: 'Change Reason' }).click();
    await page.getByRole('dialog').getByLabel('What should the doctor know?').fill('Knee, and the other one');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await toast(page, 'Saved').waitFor();
    await page.getByText('Knee, and the other one').waitFor();
    assert.equal((await rowOf(visit.id)).reason, 'Knee, and the other one');
  }));

test('a new visit is booked as the patient', () =>
  withAsha({}, async (page) => {
    await page.goto('/patient/book');
    await page.getByRole('button', { name: /Physiotherapy/ }).click();
    await page.getByRole('button', { name: /Dr. Arun Shah/ }).click();
    await slots(page).first().waitFor();
    await pickDay(page, 1);
    await slots(page).last().click();
    await page.getByLabel(/^Reason/).fill('Back exercises');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: /^Ask for/ }).click();
    await toast(page, 'The clinic has your request.').waitFor();
    await page.getByText('Waiting for the clinic').waitFor();
    const made = await rowOf(new URL(page.url()).pathname.split('/').pop());
    assert.equal(`${made.status} ${made.patientId} ${made.source} ${made.reason} ${made.name}`, `requested ${demo.asha} patient Back exercises Asha Patil`);
  }));

// ---- profile, language, connection, signing out ----

test('the profile is changed, and the page speaks another language', () =>
  withAsha({}, async (page) => {
    await page.goto('/patient/profile');
    await page.getByLabel('Name').waitFor();
    assert.deepEqual(await violations(page), []);
    await noSideways(page);
    await page.getByLabel('Name').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.field__error', { hasText: 'We need a name' }).waitFor();
    await page.getByLabel('Name').fill('Asha P. Patil');
    await page.getByLabel('E-mail').fill('asha.new@example.org');
    await page.getByLabel('Language').selectOption('hi');
    await page.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'प्रोफ़ाइल').waitFor();
    assert.equal(sql(`SELECT name || ' ' || email FROM core.patient WHERE id = '${demo.asha}'`), 'Asha P. Patil asha.new@example.org');
    await page.getByRole('heading', { level: 2, name: 'अपने ई-मेल की पुष्टि करें' }).waitFor();
    assert.deepEqual(await violations(page), [], 'in Hindi too');
    sql(`UPDATE core.patient SET name = 'Asha Patil', email = 'asha@example.org' WHERE id = '${demo.asha}'`);
    sql(`UPDATE auth.account SET language = NULL WHERE patient_id = '${demo.asha}'`);
    await page.getByLabel('नाम').fill('Overwritten');
    await page.getByRole('button', { name: 'सहेजें' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('नाम').inputValue(), 'Asha Patil', 'what was changed elsewhere is shown, not overwritten');
  }, /status of 409/));

test('without a connection the visits stay, and the page goes on by itself', () =>
  withAsha(
    {},
    async (page) => {
      const visit = await visitOf();
      await page.goto('/patient/');
      await page.locator('.visit').first().waitFor();
      await page.context().setOffline(true);
      await page.locator('.banner', { hasText: 'No connection' }).waitFor();
      assert.deepEqual(await violations(page), []);
      await page.locator(`a[href="/patient/visits/${visit.id}"]`).click();
      await page.getByRole('button', { name: 'Cancel visit' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel visit' }).click();
      await toast(page, 'This needs a connection').waitFor();
      const call = await caller('desk');
      await call('PUT', `/api/appointments/${visit.id}`, { version: visit.version, reason: 'While away' });
      await page.context().setOffline(false);
      await page.getByText('While away').waitFor();
      await page.locator('.banner').waitFor({ state: 'detached' });
    },
    /ERR_INTERNET_DISCONNECTED|WebSocket|ERR_NETWORK/,
  ));

test('signing out is at once, in every tab, and a session that ends says so', async () => {
  const page = await visitor(browser);
  await page.goto('/patient/');
  await page.getByLabel('Mobile number').fill('9800000001');
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await page.locator('#s-code').waitFor();
  await page.locator('#s-code').fill(codeOf(ASHA));
  await page.getByRole('heading', { name: 'Coming up' }).waitFor();
  const other = await page.context().newPage();
  await other.goto('/patient/');
  await other.getByRole('heading', { name: 'Coming up' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByLabel('Mobile number').waitFor();
  await other.getByLabel('Mobile number').waitFor();
  assert.equal((await page.request.get('/api/profiles/me')).status(), 401);
  assert.equal(await page.locator('.visit').count(), 0, 'nothing of the visits stays');
  await leave(page);
});

test('a session that runs out says so', () =>
  watched(
    browser,
    {},
    async (page) => {
      await page.goto('/patient/');
      await page.getByLabel('Mobile number').fill('9800000003');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.locator('#s-code').waitFor();
      await page.locator('#s-code').fill(codeOf('+919800000003'));
      await heading(page, 'My visits').waitFor();
      await page.locator('.patient-nav').waitFor();
      sql("UPDATE auth.session SET expires_at = now() WHERE patient_id = '00000000-0000-4000-8000-0000000000b3'");
      await page.goto('/patient/profile');
      await page.getByLabel('Mobile number').waitFor();
    },
    /status of 401/,
  ));

test('the booking page leads here', () =>
  watched(
    browser,
    {},
    async (page) => {
      await toTimes(page);
      await pickDay(page);
      await pickTime(page);
      await fill(page, { name: 'Devika Rane', phone: '98111 22233' });
      await book(page);
      await page.getByRole('link', { name: 'See all my visits' }).click();
      await page.getByLabel('Mobile number').waitFor();
      await page.getByLabel('Mobile number').fill('98111 22233');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.locator('#s-code').waitFor();
      await page.locator('#s-code').fill(codeOf('+919811122233'));
      await page.locator('.visit').waitFor();
      assert.equal(await page.locator('.visit').count(), 1, 'the visit that was just booked is theirs');
    },
    noSession,
  ));

test('it can be installed, and keeps the strict policy', async () => {
  const answer = await fetch(`${base}/patient/visits/x`);
  assert.match(answer.headers.get('content-security-policy'), /default-src 'none'; script-src 'self'; style-src 'self'/);
  const html = await answer.text();
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]* src=)/, 'no inline script or style');
  const manifest = await (await fetch(`${base}/patient.webmanifest`)).json();
  assert.equal(manifest.start_url, '/patient/');
  assert.match(html, /patient\.webmanifest/);
});
