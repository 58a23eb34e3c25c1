/*
 * A new clinic, as `opdesk setup` makes it: nobody works there and nothing can
 * be booked.  Its administrator goes by the checklist until a stranger books.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { base, leave, visitor, watched } from './lib/browser.mjs';
import { book, fill, pickTime, slots } from './lib/booking.mjs';
import { bar, cell, save, stroke } from './lib/hours.mjs';
import { PASSWORD, launch, noSideways, noSession, sql, violations } from './lib/staff.mjs';

const EMAIL = 'owner@clinic.example';
let browser;
before(async () => {
  browser = await launch();
  /* It has the host of the tests, so that whoever comes is its visitor. */
  sql(`INSERT INTO core.clinic (name, host, position) VALUES ('Clinic', '${new URL(base).hostname}', 2)`);
  sql(`INSERT INTO auth.account (clinic_id, role, name, email, password_hash)
    SELECT c.id, 'admin', 'Owner', '${EMAIL}', (SELECT password_hash FROM auth.account WHERE email = 'admin@opdesk.test') FROM core.clinic c WHERE c.name = 'Clinic'`);
});
after(() => browser.close());

const step = (page, text) => page.locator('.checklist__step', { hasText: text });
const isDone = (page, text) => page.locator('.checklist__step[data-done]', { hasText: text }).waitFor();
const button = (where, name) => where.getByRole('button', { name, exact: true });
const dialog = (page) => page.getByRole('dialog');
const said = (page, text) => page.locator('.toast', { hasText: text }).last().waitFor();

test('before anything is set, a stranger is told so', async () => {
  await watched(browser, { width: 360 }, async (page) => {
    await page.goto('/');
    await page.locator('.empty').waitFor();
    assert.equal(await page.locator('.choice').count(), 0, 'nothing is offered');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  });
});

test('an administrator goes from the name to the first visit', async () => {
  const page = await visitor(browser, { width: 1280, height: 1100 });
  try {
    await page.goto('/staff/');
    await page.getByLabel('E-mail').fill(EMAIL);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();

    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    await step(page, 'Give the clinic its name').waitFor();
    assert.equal(await page.locator('.checklist__step').count(), 4, 'Today says what is needed');
    assert.equal(await step(page, 'Set the hours').getByRole('link').count(), 0, 'hours want a doctor first');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');

    for (const name of ['calendar', 'appointments', 'availability', 'daysheet']) {
      await page.locator(`.side a.nav[href="/staff/${name}"]`).click();
      await page.locator(`.main--${name} .empty`).first().waitFor();
      assert.deepEqual(await violations(page), [], `${name} has nothing to show, and shows that`);
    }
    await page.goto('/staff/availability');
    assert.equal(await page.locator('main').getByRole('link', { name: 'Add a doctor' }).getAttribute('href'), '/staff/clinic/doctors', 'hours lead to who could have some');
    await page.getByRole('button', { name: 'New appointment' }).click();
    await dialog(page).getByLabel('Doctor').waitFor();
    await button(dialog(page), 'Cancel').click();
    await page.locator('.side a.nav[href="/staff/today"]').click();

    await step(page, 'Give the clinic its name').getByRole('link').click();
    await page.getByText('What is your clinic called?').waitFor();
    await page.getByLabel('Name of the clinic').fill('Sahyadri Joint Clinic');
    await page.locator('[name=phone]').fill('020 2550 9999');
    await page.getByRole('button', { name: 'Save' }).click();
    await isDone(page, 'Give the clinic its name');
    await page.locator('.side .brand', { hasText: 'Sahyadri Joint Clinic' }).waitFor();
    assert.equal(await page.getByText('What is your clinic called?').count(), 0);

    await step(page, 'Add a doctor').getByRole('link').click();
    await page.getByRole('heading', { name: 'No doctor yet' }).waitFor();
    await page.getByRole('button', { name: 'Add a doctor' }).click();
    await dialog(page).getByLabel('Name').fill('Dr. Leela Naik');
    await page.keyboard.press('Enter');
    await isDone(page, 'Add a doctor');

    await step(page, 'Set the hours').getByRole('link').click();
    await page.locator('.painter').waitFor();
    for (const day of [1, 3, 5])
      await stroke(page, [day, '09:00'], [day + 1, '12:30']);
    await cell(page, 7, '10:00').click();
    await save(page).click();
    await said(page, 'Saved');
    await bar(page).waitFor({ state: 'detached' });

    await page.locator('.side a.nav[href="/staff/clinic"]').click();
    await isDone(page, 'Set the hours');
    await step(page, 'Add a service').getByRole('link').click();
    await page.getByRole('button', { name: 'Add a service' }).click();
    await dialog(page).getByLabel('Name').fill('Knee check');
    await dialog(page).getByLabel('Duration').fill('30');
    await dialog(page).getByLabel('Price').fill('750.50');
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('[data-service="Knee check"]', { hasText: '₹750.50' }).waitFor();
    await page.getByText('Visits can be booked now').waitFor();
    assert.equal(await page.locator('.checklist').count(), 0, 'the list has done its work');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the end of it');
    await noSideways(page);
    await page.locator('.side a.nav[href="/staff/today"]').click();
    await page.locator('.main--today .empty').waitFor();
    assert.equal(await page.locator('.checklist').count(), 0, 'nor does Today have it any more');
    assert.deepEqual(page.noise.filter((line) => !noSession.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
});

test('a stranger books there', () => watched(browser, { width: 390 }, async (page) => {
  await page.goto('/');
  await page.getByText('Sahyadri Joint Clinic').first().waitFor();
  /* One service and one doctor are no question. */
  await slots(page).first().waitFor();
  await page.locator('.day:has(input)').last().waitFor();
  await page.locator('.day input').nth(await page.locator('.day:has(input)').count() - 1).check({ force: true });
  await pickTime(page);
  await fill(page, { name: 'First Guest', phone: '98000 00077' });
  await book(page);
  await page.getByRole('heading', { name: /First/ }).waitFor();
  assert.match(await page.locator('main').innerText(), /Knee check[\s\S]*Dr\. Leela Naik|Dr\. Leela Naik[\s\S]*Knee check/);
  assert.equal(sql(`SELECT count(*) FROM core.appointment a JOIN core.clinic c ON c.id = a.clinic_id WHERE c.name = 'Sahyadri Joint Clinic' AND a.name = 'First Guest' AND a.status = 'confirmed'`), '1');
}));
