/*
 * Who changed what of an appointment, and what the staff say about it, in its
 * panel.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { hears } from './lib/live.mjs';
import { caller, change, cut, demo, hasSql, launch, noSideways, people, roles, rowOf, sql, violations, visit, widths, withStaff } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const panel = (page) => page.locator('.panel');
const open = async (page, { id, name }, view) => {
  await page.goto(`/staff/appointments/${id}`);
  await panel(page).getByRole('heading', { level: 2, name }).waitFor();
  await panel(page).getByRole('button', { name: view, exact: true }).click();
};
const entries = (page) => panel(page).locator('.record__entry');
const texts = async (page) => (await entries(page).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const said = (page) => panel(page).locator('.said');
const box = (page) => panel(page).getByLabel('Write to your colleagues');
const messages = async (row) => (await (await caller('admin'))('GET', `/api/appointments/${row.id}/messages`)).body.items;
const tell = async (row, text, who = 'admin') => assert.equal((await (await caller(who))('POST', `/api/appointments/${row.id}/messages`, { text })).status, 201);

for (const who of roles)
  for (const width of widths)
    test(`${who} reads the history at ${width} pixels`, () => withStaff(browser, who, { width })(async (page) => {
      let row = await visit({ status: 'requested', phone: '9811122233' });
      row = await change(row, { status: 'confirmed', notes: 'Brings X-rays' });
      row = await change(row, { doctorId: demo.meera, phone: null, reason: 'Left wrist' });
      await open(page, row, 'History');
      await entries(page).nth(2).waitFor();
      const [last, middle, first] = await texts(page);
      assert.match(first, /^Asmita Kulkarni \d\d:\d\d Made$/);
      assert.match(middle, /Status from To confirm to Confirmed Notes Brings X-rays$/, 'field by field, in words');
      assert.match(last, /Phone from \+91 98111 22233 to empty Reason removed Sore added Left wrist$/, 'of a text only what changed');
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
      await noSideways(page);
    }));

test('times are the clinic\'s, also for somebody far away', () => withStaff(browser, 'desk', { width: 1280, timezoneId: 'America/New_York' })(async (page) => {
  const row = await visit({ startsAt: new Date(`${new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10)}T21:10:00+05:30`).toISOString() });
  await change(row, { startsAt: new Date(Date.parse(row.startsAt) + 20 * 60_000).toISOString(), outsideHours: true });
  await open(page, row, 'History');
  await entries(page).nth(1).waitFor();
  assert.match((await texts(page))[0], /^Asmita Kulkarni \d\d:\d\d Time from \w+day \d+ \w+( \d+)?, 21:10 to \w+day \d+ \w+( \d+)?, 21:30$/, 'and one line, not also when it ends');
}));

test('a change that comes while one reads is there', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row, 'History');
  await entries(page).first().waitFor();
  await panel(page).getByRole('button', { name: 'Details' }).click();
  await panel(page).getByLabel('Reason').fill('Right wrist');
  await panel(page).getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('.toast', { hasText: 'Saved' }).waitFor();
  await panel(page).getByRole('button', { name: 'History' }).click();
  await entries(page).nth(1).waitFor();
  assert.match((await texts(page))[0], /^Deepak Joshi .*Reason removed Sore added Right wrist$/);
}));

test('what was typed in the fields is still there after a look at the history', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row, 'Details');
  await panel(page).getByLabel('Reason').fill('Not saved yet');
  await panel(page).getByRole('button', { name: 'History' }).click();
  await entries(page).first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
  await panel(page).getByRole('button', { name: 'Details' }).click();
  assert.equal(await panel(page).getByLabel('Reason').inputValue(), 'Not saved yet');
  await panel(page).getByRole('button', { name: 'Discard changes' }).click();
}));

test('long histories come page by page', { skip: !hasSql }, () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  sql(Array.from({ length: 60 }, (_, i) => `UPDATE core.appointment SET reason = 'Number ${i}' WHERE id = '${row.id}'`).join(';'));
  await open(page, row, 'History');
  await entries(page).nth(49).waitFor();
  assert.equal(await entries(page).count(), 50);
  assert.match((await texts(page))[0], /^The system /, 'plain SQL has no name');
  await panel(page).getByRole('button', { name: 'Show earlier ones' }).click();
  await entries(page).nth(60).waitFor();
  assert.equal(await entries(page).count(), 61);
  assert.equal(await panel(page).getByRole('button', { name: 'Show earlier ones' }).count(), 0, 'and that is all');
}));

for (const who of roles)
  for (const width of widths)
    test(`${who} takes part in a discussion at ${width} pixels`, () => withStaff(browser, who, { width })(async (page) => {
      const row = await visit();
      await open(page, row, 'Discussion');
      await panel(page).getByText('Nobody has written anything yet').waitFor();
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about an empty one');
      await tell(row, 'She comes by wheelchair.');
      await box(page).fill('Room 2 is free.\nI will tell Meera.');
      await panel(page).getByRole('button', { name: 'Send' }).click();
      await said(page).filter({ hasText: 'Room 2' }).and(page.locator(':not([aria-busy])')).waitFor();
      assert.equal(await box(page).inputValue(), '', 'the box is empty for the next one');
      assert.equal((await messages(row))[0].text, 'Room 2 is free.\nI will tell Meera.', 'lines stay lines');
      await open(page, row, 'Discussion');
      await said(page).nth(1).waitFor();
      const [first, second] = await said(page).allInnerTexts();
      assert.match(first, /Asmita Kulkarni[\s\S]*wheelchair/, 'oldest first');
      assert.match(second, /\(you\)[\s\S]*Room 2/);
      assert.deepEqual(await violations(page), [], 'nor about a full one');
      await noSideways(page);
      assert.equal((await rowOf(row.id)).version, row.version, 'the appointment has not changed');
    }));

test('what one says stands there at once, and is said once', () => withStaff(browser, 'desk', { width: 1280 }, cut)(async (page) => {
  const row = await visit();
  await open(page, row, 'Discussion');
  let send;
  let lose;
  const sent = new Promise((resolve) => { send = resolve; });
  const lost = new Promise((resolve) => { lose = resolve; });
  let posts = 0;
  await page.route(`**/api/appointments/${row.id}/messages`, async (route) => {
    if (route.request().method() !== 'POST')
      return route.continue();
    posts++;
    if (posts > 1)
      return route.continue();
    await sent;
    await route.fetch(); /* it arrives, and the answer is lost */
    await lost;
    return route.abort();
  });
  await box(page).fill('Only once');
  await page.keyboard.press('Control+Enter');
  await said(page).filter({ hasText: 'Sending…' }).waitFor();
  assert.equal(await box(page).inputValue(), '');
  send();
  await said(page).and(page.locator(':not([aria-busy])')).waitFor();
  assert.equal(await said(page).count(), 1, 'told by the hub before there is an answer, it stands there once');
  const again = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/messages'));
  lose();
  await again;
  assert.equal(posts, 2, 'it was sent again');
  assert.deepEqual((await messages(row)).map(({ text }) => text), ['Only once']);
  assert.equal(await said(page).count(), 1);
}));

test('what does not go out can be sent again or discarded', () => withStaff(browser, 'desk', { width: 390 }, /status of 429/)(async (page) => {
  const row = await visit();
  await open(page, row, 'Discussion');
  let broken = true;
  await page.route(`**/api/appointments/${row.id}/messages`, (route) => (broken && route.request().method() === 'POST'
    ? route.fulfill({ status: 429, contentType: 'application/problem+json', json: { status: 429, code: 'RATE_LIMITED' } }) : route.continue()));
  for (const text of ['First', 'Second']) {
    await box(page).fill(text);
    await panel(page).getByRole('button', { name: 'Send' }).click();
    await said(page).filter({ hasText: text }).getByText('Not sent.').waitFor();
  }
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about that');
  broken = false;
  await said(page).filter({ hasText: 'First' }).getByRole('button', { name: 'Try again' }).click();
  await said(page).filter({ hasText: 'First' }).getByText('Not sent.').waitFor({ state: 'detached' });
  await said(page).filter({ hasText: 'Second' }).getByRole('button', { name: 'Discard' }).click();
  assert.deepEqual((await messages(row)).map(({ text }) => text), ['First']);
  assert.equal(await said(page).count(), 1);
}));

test('who says something sees what others have said meanwhile', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row, 'Discussion');
  await panel(page).getByText('Nobody has written anything yet').waitFor();
  await tell(row, 'From the doctor', 'doctor');
  await box(page).fill('From the desk');
  await panel(page).getByRole('button', { name: 'Send' }).click();
  await said(page).nth(1).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.said__text').length === 2);
  assert.deepEqual((await said(page).locator('.said__text').allInnerTexts()), ['From the doctor', 'From the desk']);
}));

test('two people talk: each reads the other at once', () => withStaff(browser, 'desk', { width: 1280 })(async (desk) => withStaff(browser, 'doctor', { width: 390 })(async (doctor) => {
  const row = await visit();
  for (const page of [desk, doctor]) {
    await open(page, row, 'Discussion');
    await panel(page).getByText('Nobody has written anything yet').waitFor();
    await hears(page, 'live');
  }
  await box(desk).fill('Is room 2 free?');
  await panel(desk).getByRole('button', { name: 'Send' }).click();
  await said(doctor).filter({ hasText: 'Is room 2 free?' }).waitFor();
  await box(doctor).fill('Until noon.');
  await panel(doctor).getByRole('button', { name: 'Send' }).click();
  await said(desk).filter({ hasText: 'Until noon.' }).waitFor();
  for (const page of [desk, doctor])
    assert.deepEqual(await said(page).locator('.said__text').allInnerTexts(), ['Is room 2 free?', 'Until noon.'], 'each once, in this order');
  assert.deepEqual((await messages(row)).map(({ author }) => author.role), ['doctor', 'frontdesk']);
})));

test('a text that is not sent yet outlives the panel', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  const row = await visit();
  await open(page, row, 'Discussion');
  await box(page).fill('I will finish this lat');
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  await page.goBack();
  await panel(page).getByRole('button', { name: 'Discussion' }).click();
  assert.equal(await box(page).inputValue(), 'I will finish this lat');
}));

test('one\'s own colleagues only: nothing of it is in what a patient gets', async () => {
  const row = await visit({ patientId: demo.asha, name: undefined, phone: undefined });
  await tell(row, 'A word among us');
  for (const who of ['desk', 'doctor'])
    assert.equal((await (await caller(who))('GET', `/api/appointments/${row.id}/messages`)).body.items[0].text, 'A word among us');
  assert.equal((await (await caller('arun'))('GET', `/api/appointments/${row.id}/messages`)).status, 404, `${people.arun} has no part in it`);
  assert.ok(!JSON.stringify(await rowOf(row.id)).includes('among us'), 'the row itself does not carry it');
});

test('in Hindi', () => withStaff(browser, 'desk', { width: 390, locale: 'hi-IN' })(async (page) => {
  const row = await change(await visit({ status: 'requested' }), { status: 'confirmed' });
  await tell(row, 'व्हीलचेयर से आएँगी');
  await open(page, row, 'इतिहास');
  await entries(page).nth(1).waitFor();
  assert.match((await texts(page))[0], /स्थिति पहले .* अब /);
  await panel(page).getByRole('button', { name: 'चर्चा' }).click();
  await said(page).filter({ hasText: 'व्हीलचेयर' }).waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say');
  await noSideways(page);
}));
