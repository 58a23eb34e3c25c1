/*
 * A doctor and a service that cannot be booked online: strangers and patients
 * do not see them, staff see which they are, and visits that exist keep them.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave, watched } from './lib/browser.mjs';
import { toTimes } from './lib/booking.mjs';
import { addDays, at, weekday } from './lib/diary.mjs';
import { patientPage } from './lib/patient.mjs';
import { caller, demo, launch, noSideways, violations, visit, withStaff } from './lib/staff.mjs';

let browser;
let day; /* one on which nobody has a visit, and both doctors work */
let his; /* Asha's visit with him, from before */
before(async () => {
  browser = await launch();
  const { today } = (await (await caller())('GET', '/api/clinic')).body;
  day = addDays(today, 80);
  while (weekday(day) > 5) day = addDays(day, 1);
  his = await visit({ name: 'Asha Patil', phone: '+919800000001', patientId: demo.asha, doctorId: demo.arun, startsAt: at(addDays(day, 1), '10:00') });
});
after(() => browser.close());

const dialog = (page) => page.getByRole('dialog');
const button = (where, name) => where.getByRole('button', { name, exact: true });

/** An administrator says on the clinic's page whether something can be booked online. */
const offer = (tab, name, yes) => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  await page.goto(`/staff/clinic/${tab}`);
  await button(page, `Change ${name}`).click();
  const off = dialog(page).getByLabel('Not bookable online');
  assert.equal(await off.isChecked(), yes);
  assert.match(await dialog(page).innerText(), /Visits that exist stay, and staff can still book/, 'what that does is said');
  await off.setChecked(!yes);
  await button(dialog(page), 'Save').click();
  await page.locator('.table--clinic tr', { hasText: name }).getByText(yes ? 'Bookable' : 'Not bookable', { exact: true }).waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
});

const column = (page, doctorId) => page.locator(`[data-column="${doctorId}"]`);

test('an administrator takes a doctor and a service off the site, and pages that are open hear of it', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await page.goto(`/staff/calendar?day=${day}`);
  await column(page, demo.arun).waitFor();
  await page.locator('.live', { hasText: 'Live' }).waitFor();
  await offer('doctors', 'Dr. Arun Shah', false);
  await offer('services', 'Follow-up', false);
  await column(page, demo.arun).waitFor({ state: 'detached' });
}));

test('a doctor who has come since then is there when they have hours', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await page.goto(`/staff/calendar?day=${day}`);
  await column(page, demo.meera).waitFor();
  await page.locator('.live', { hasText: 'Live' }).waitFor();
  const call = await caller();
  const { doctor } = (await call('POST', '/api/doctors', { name: 'Dr. Leela Naik' })).body;
  const { version } = (await call('GET', `/api/availability/${doctor.id}`)).body;
  const rules = [{ weekday: weekday(day), start: '09:00', end: '12:00', slotMinutes: 15, bufferMinutes: 0, validFrom: null, validTo: null }];
  assert.equal((await call('PUT', `/api/availability/${doctor.id}`, { version, rules, exceptions: [] })).status, 200);
  await column(page, doctor.id).waitFor();
  assert.equal((await call('PATCH', `/api/doctors/${doctor.id}`, { version: doctor.version, offered: false })).status, 200);
  await column(page, doctor.id).waitFor({ state: 'detached' });
}));

test('a stranger sees neither', () => watched(browser, { width: 360 }, async (page) => {
  await page.goto('/');
  await button(page, 'Consultation').or(page.locator('.choice', { hasText: 'Consultation' })).first().waitFor();
  assert.equal(await page.getByText('Follow-up').count(), 0, 'the service is not there');
  await page.locator('.choice', { hasText: 'Consultation' }).click();
  await page.locator('.slots .slot').first().waitFor();
  assert.equal(await page.getByText('Dr. Arun Shah').count(), 0, 'with one doctor left there is no question who');
  assert.match(await page.locator('.step--done', { hasText: 'Dr. Meera Rao' }).innerText(), /Dr\. Meera Rao/);
  await noSideways(page);
}));

test('a patient sees neither, and is asked to call about a visit with him', async () => {
  const page = await patientPage(browser, { width: 390 });
  try {
    await page.goto('/patient/book');
    await page.locator('.choice', { hasText: 'Physiotherapy' }).click();
    await page.locator('.slots .slot, .empty').first().waitFor();
    assert.equal(await page.getByText(/Follow-up|Dr\. Arun Shah/).count(), 0);
    await page.goto(`/patient/visits/${his.id}`);
    await page.locator('.facts', { hasText: 'Dr. Arun Shah' }).waitFor();
    await page.getByText('To change its time, call us.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Change time' }).count(), 0, 'it has no times to move to');
    assert.equal(await page.getByRole('button', { name: 'Cancel visit' }).count(), 1, 'cancelled it can be');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    await page.goto(`/patient/visits/${his.id}/time`);
    await page.getByRole('heading', { name: 'This visit cannot be moved' }).waitFor();
    assert.deepEqual(page.noise, []);
  } finally {
    await leave(page);
  }
});

test('the calendar has no column for him on a day without visits', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await page.goto(`/staff/calendar?day=${day}`);
  await column(page, demo.meera).waitFor();
  assert.equal(await column(page, demo.arun).count(), 0);
  await page.goto(`/staff/calendar?day=${addDays(day, 1)}`);
  await column(page, demo.arun).waitFor();
}));

test('staff see which they are, and can book them', () => withStaff(browser, 'desk', { width: 1280 })(async (page) => {
  await page.goto(`/staff/calendar?day=${day}`);
  await column(page, demo.meera).waitFor();
  await button(page, 'New appointment').click();
  const [doctor, service] = ['Doctor', 'Service'].map((label) => dialog(page).getByLabel(label));
  assert.equal(await doctor.inputValue(), demo.meera);
  assert.equal(await service.inputValue(), demo.consultation, 'what can be booked online is what it begins with');
  await doctor.selectOption('Dr. Arun Shah (not bookable online)');
  await service.selectOption({ label: 'Follow-up (not bookable online), 15 min' });
  await dialog(page).getByLabel('Name').fill('Ravi Kale');
  await dialog(page).getByLabel('Phone').fill('98000 00088');
  await dialog(page).getByLabel('Date').fill(day);
  await dialog(page).locator('.slot', { hasText: '09:15' }).click();
  await dialog(page).getByRole('button', { name: /^Book/ }).click();
  await page.locator(`[data-column="${demo.arun}"]`, { hasText: 'Ravi Kale' }).waitFor();
  assert.deepEqual(await violations(page), [], 'with a visit he has a column');
}));

test('offered again, they are there again', async () => {
  await offer('doctors', 'Dr. Arun Shah', true);
  await offer('services', 'Follow-up', true);
  await watched(browser, { width: 390 }, (page) => toTimes(page, { service: 'Follow-up', doctor: 'Dr. Arun Shah' }));
});
