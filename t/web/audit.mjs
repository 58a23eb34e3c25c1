/*
 * The record of who did what: administrators read it by person, deed, thing and
 * day, in words; nobody else sees the page.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { caller, change, cut, demo, launch, noSideways, pageOf, sql, violations, visit, widths, withStaff } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const entries = (page) => page.locator('[data-event]');
const texts = async (page) => (await entries(page).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const filters = (page) => page.getByRole('group', { name: 'Filters' });
const open = async (page, query = '') => {
  await page.goto(`/staff/audit${query}`);
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
};
const only = (row) => `?objectId=${row.id}`;
const count = async (page, n) => {
  await page.waitForFunction((wanted) => document.querySelectorAll('[data-event]').length === wanted, n);
};

for (const width of widths)
  test(`an administrator reads what happened to an appointment, at ${width} pixels`, () => withStaff(browser, 'admin', { width })(async (page) => {
    let row = await visit({ status: 'requested', phone: '9811122233' });
    row = await change(row, { status: 'confirmed', notes: 'Brings X-rays' });
    row = await change(row, { doctorId: demo.arun, outsideHours: true, phone: null, reason: 'Left wrist' });
    await (await caller('desk'))('GET', `/api/appointments/${row.id}/messages`);
    await open(page, only(row));
    await count(page, 4);
    const [read, last, middle, made] = await texts(page);
    assert.match(made, new RegExp(`^Asmita Kulkarni \\d\\d:\\d\\d Made: appointment of ${row.name} \\d+ fields Circumstances$`), 'who, when, what');
    assert.match(middle, /Changed: appointment of Guest \w+ Status from To confirm to Confirmed Notes Brings X-rays Circumstances$/, 'field by field, in words');
    assert.match(last, /Doctor from Dr. Meera Rao to Dr. Arun Shah Phone from \+91 98111 22233 to empty Reason removed Sore added Left wrist/, 'people by their names');
    assert.match(read, /^Deepak Joshi \d\d:\d\d Read: discussion about Guest \w+ Circumstances$/, 'and who read it');
    await entries(page).last().getByText(/^\d+ fields$/).click();
    await entries(page).last().getByText('Sore wrist').waitFor();
    await entries(page).first().getByText('Circumstances').click();
    await entries(page).first().getByText(/^[0-9a-f]{32}$/).waitFor();
    await page.getByText(`Only appointment of ${row.name}`).waitFor();
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    await noSideways(page);
  }));

test('it is narrowed by person, deed, thing and day, and the address says how', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  const row = await visit();
  const desk = await caller('desk');
  await desk('PUT', `/api/appointments/${row.id}`, { version: row.version, reason: 'By the desk' });
  await open(page);
  await entries(page).first().waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about all of it');
  await filters(page).getByLabel('Who').selectOption({ label: 'Deepak Joshi' });
  await page.waitForURL(/actor=/);
  await entries(page).filter({ hasText: 'By the desk' }).waitFor();
  assert.deepEqual([...new Set((await texts(page)).map((text) => text.replace(/ \d\d:.*/, '')))], ['Deepak Joshi'], 'by person');
  await filters(page).getByLabel('What was done').selectOption({ label: 'Changed' });
  await filters(page).getByLabel('To what').selectOption({ label: 'Appointment' });
  await page.waitForURL(/action=updated.*object=appointment/);
  await page.waitForFunction(() => [...document.querySelectorAll('[data-event]')].every((one) => /Changed: appointment/.test(one.innerText.replace(/\s+/g, ' '))));
  await filters(page).getByLabel('Until').fill('2020-01-01');
  await page.getByText('Nothing fits these filters').waitFor();
  assert.deepEqual(await violations(page), [], 'nor about nothing');
  await page.reload();
  await page.getByText('Nothing fits these filters').waitFor();
  assert.equal(await filters(page).getByLabel('What was done').inputValue(), 'updated', 'the address keeps it');
  await page.getByRole('button', { name: 'Remove filters' }).last().click();
  await entries(page).first().waitFor();
  assert.match(page.url(), /\/staff\/audit$/);

  await entries(page).filter({ hasText: 'By the desk' }).getByRole('link', { name: `appointment of ${row.name}` }).click();
  await page.waitForURL(new RegExp(row.id));
  await count(page, 2);
  await page.goBack();
  await page.waitForURL(/\/staff\/audit$/);
}));

test('what has no name is said all the same, and a secret is not', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  sql(`UPDATE auth.account SET password_hash = password_hash || ' ' WHERE email = 'arun@opdesk.test'; UPDATE core.service SET price = 35000 WHERE id = '${demo.followup}';
    UPDATE core.rule SET closes = '12:30' WHERE doctor_id = '${demo.arun}' AND weekday = 3 AND opens = '09:00'`);
  await open(page);
  await entries(page).nth(2).waitFor();
  const [rule, service, account] = await texts(page);
  assert.match(account, /^Someone at the database itself .* Changed: account of Dr. Arun Shah Password changed; secrets are not shown/);
  assert.match(service, /Changed: service Follow-up Price from ₹300 to ₹350/, 'money as money');
  assert.match(rule, /Changed: Weekly hours Ends from 13:00 to 12:30/, 'times as times');
  sql(`UPDATE core.service SET price = 30000 WHERE id = '${demo.followup}'`);
}));

test('who signs in is said once, and whose lock was taken is said', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  const row = await visit();
  await (await caller('desk'))('POST', `/api/appointments/${row.id}/acquire-lock`, {});
  await (await caller('admin'))('POST', `/api/appointments/${row.id}/takeover-lock`);
  await open(page, only(row));
  await count(page, 2);
  assert.match((await texts(page))[0], new RegExp(`Took over: edit lock of ${row.name} Account from Deepak Joshi to Asmita Kulkarni`));
  await open(page, '?action=signed_in');
  await entries(page).first().waitFor();
  assert.match((await texts(page))[0], /^[^:]+ \d\d:\d\d Signed in Circumstances$/);
}));

test('long records come page by page, and what is new by a click', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  const row = await visit();
  sql(Array.from({ length: 60 }, (_, i) => `UPDATE core.appointment SET reason = 'Number ${i}' WHERE id = '${row.id}'`).join(';'));
  await open(page, only(row));
  await count(page, 50);
  await page.getByRole('button', { name: 'Show earlier ones' }).click();
  await count(page, 61);
  assert.equal(await page.getByRole('button', { name: 'Show earlier ones' }).count(), 0, 'and that is all');
  sql(`UPDATE core.appointment SET reason = 'The newest' WHERE id = '${row.id}'`);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await count(page, 62);
  assert.match((await texts(page))[0], /Reason from Number 59 to The newest/, 'in its place, above');
}));

test('without an answer the page says so, and goes on by itself when asked', () => withStaff(browser, 'admin', { width: 1280 }, cut)(async (page) => {
  await page.route('**/api/admin/audit**', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE' } }));
  await open(page);
  await page.getByText('This part does not load').waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about that');
  await page.unroute('**/api/admin/audit**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await entries(page).first().waitFor();
}));

test('in Hindi it is Hindi', async () => {
  const page = await pageOf(browser, 'admin', { width: 390, locale: 'hi-IN' });
  try {
    const row = await visit();
    await page.goto(`/staff/audit${only(row)}`);
    await count(page, 1);
    const [made] = await texts(page);
    assert.match(made, new RegExp(`^Asmita Kulkarni \\d\\d:\\d\\d बनाया: ${row.name} का अपॉइंटमेंट`));
    assert.deepEqual(await violations(page), []);
    await noSideways(page);
    assert.deepEqual(page.noise, []);
  } finally {
    await leave(page);
  }
});

for (const who of ['desk', 'doctor'])
  test(`${who} does not see the page`, () => withStaff(browser, who, { width: 1280 })(async (page) => {
    await page.goto('/staff/audit');
    await page.waitForURL(/\/staff\/today/);
    assert.equal(await page.getByRole('link', { name: 'Audit' }).count(), 0);
  }));
