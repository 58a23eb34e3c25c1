/*
 * The clinic's page: its name and place, its doctors, its services.  Nobody
 * but administrators sees it.  What is not offered is in offered.mjs.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { caller, launch, noSideways, pageOf, violations, withStaff } from './lib/staff.mjs';
import { leave } from './lib/browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const widths = [360, 1280];
const wasRefused = /status of (400|409)/;
const dialog = (page) => page.getByRole('dialog');
const said = (page, text) => page.locator('.toast', { hasText: text }).last().waitFor();
const button = (where, name) => where.getByRole('button', { name, exact: true });
const field = (page, name) => page.locator(`main [name=${name}]`);
const rows = (page) => page.locator('.table--clinic tbody tr');
const order = (page) => rows(page).locator('td:nth-child(2) .medium').allTextContents();

async function open(page, tab = '') {
  await page.goto(`/staff/clinic${tab}`);
  await page.getByRole('heading', { level: 1, name: 'Clinic' }).waitFor();
}

/** Something that is refused says so at its field, which then has the focus. */
async function isWrong(page, name, words) {
  await page.locator('.field__error', { hasText: words }).waitFor();
  assert.equal(await field(page, name).getAttribute('aria-invalid'), 'true', `${name} is at fault`);
  await page.waitForFunction((it) => document.activeElement?.getAttribute('name') === it, name);
}

async function clinicIs(wanted) {
  const { body } = await (await caller())('GET', '/api/clinic');
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, body[key]])), wanted);
  return body;
}

const listed = async (path) => (await (await caller())('GET', path)).body.items;

/** Somebody else does it meanwhile. */
async function elsewhere(method, path, members) {
  const answer = await (await caller())(method, path, members);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

for (const width of widths)
  test(`an administrator names the clinic, at ${width} pixels`, () => withStaff(browser, 'admin', { width }, wasRefused)(async (page) => {
    await open(page);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the form');
    await noSideways(page);
    const name = `Deccan Clinic ${width}`;
    await page.getByLabel('Name of the clinic').fill('  ');
    await button(page, 'Save').click();
    await isWrong(page, 'name', 'A name is missing.');
    assert.deepEqual(await violations(page), [], 'nor about a refusal');
    await page.getByLabel('Name of the clinic').fill(name);
    await field(page, 'phone').fill('12');
    await button(page, 'Save').click();
    await isWrong(page, 'phone', 'That is no phone number.');
    await field(page, 'phone').fill('020 2550 4321');
    await field(page, 'address').fill('7 Law College Road, Pune');
    await page.keyboard.press('Tab');
    await field(page, 'name').press('Enter');
    await said(page, 'Saved');
    await clinicIs({ name, phone: '+912025504321', address: '7 Law College Road, Pune', timeZone: 'Asia/Kolkata', currency: 'INR' });
    assert.match(await page.locator('.side .brand').textContent(), new RegExp(name), 'the frame has the new name at once');
    await field(page, 'address').fill('');
    await field(page, 'phone').fill('');
    await button(page, 'Save').click();
    await page.waitForFunction(() => document.querySelectorAll('.toast').length > 1);
    await clinicIs({ name, phone: null, address: null });
  }));

test('zone, country and currency are found by typing, with the keyboard alone', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  await open(page);
  const zone = page.getByRole('combobox', { name: 'Time zone' });
  await zone.focus();
  await page.keyboard.type('paris');
  await page.getByRole('option', { name: 'Europe/Paris' }).waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the list');
  await page.keyboard.press('Escape');
  assert.equal(await zone.inputValue(), 'Asia/Kolkata', 'Escape leaves it as it was');
  await zone.press('ArrowDown');
  assert.equal(await page.getByRole('option', { selected: true }).locator('.medium').textContent(), 'Asia/Kolkata', 'the list begins at what is chosen');
  await page.keyboard.press('Escape');
  await zone.selectText();
  await page.keyboard.type('nepal');
  await page.getByRole('option', { name: 'Asia/Kathmandu' }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await zone.inputValue(), 'Asia/Kathmandu', 'also by the name that people give it');
  const country = page.getByRole('combobox', { name: 'Country' });
  await country.focus();
  await page.keyboard.type('nep');
  await page.keyboard.press('Enter');
  const currency = page.getByRole('combobox', { name: 'Currency' });
  await currency.focus();
  await page.keyboard.type('NPR');
  await page.getByRole('option', { name: 'Nepalese Rupee' }).click();
  await button(page, 'Save').click();
  await said(page, 'Saved');
  const { version } = await clinicIs({ timeZone: 'Asia/Kathmandu', country: 'NP', currency: 'NPR' });
  await page.getByRole('link', { name: 'Services' }).click();
  await page.locator('[data-service=Consultation]', { hasText: 'NPR' }).waitFor();
  await elsewhere('PUT', '/api/clinic', { version, timeZone: 'Asia/Kolkata', country: 'IN', currency: 'INR' });
}));

test('who comes second keeps what they typed, sees what the other wrote, and saves again', () => withStaff(browser, 'admin', { width: 1280 }, wasRefused)(async (page) => {
  await open(page);
  await page.getByLabel('Name of the clinic').fill('Mine');
  const { version } = await clinicIs({});
  await elsewhere('PUT', '/api/clinic', { version, name: 'Theirs', address: 'Elsewhere 1' });
  await button(page, 'Save').click();
  await page.getByRole('alert').getByText('Somebody else has just changed this').waitFor();
  await page.getByText('Now: Theirs').waitFor();
  assert.equal(await field(page, 'name').inputValue(), 'Mine', 'what was typed is still there');
  assert.equal(await field(page, 'address').inputValue(), 'Elsewhere 1', 'what was not is as the other left it');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await button(page, 'Save').click();
  await said(page, 'Saved');
  await clinicIs({ name: 'Mine', address: 'Elsewhere 1' });
}));

test('what is typed is not lost by leaving the form', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  await open(page);
  const { name } = await clinicIs({});
  await field(page, 'address').fill('12 Prabhat Road, Pune');
  await page.getByRole('link', { name: 'Doctors' }).click();
  await dialog(page).getByText('What you changed about the clinic is not saved yet.').waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the question');
  await page.keyboard.press('Escape');
  assert.equal(await field(page, 'address').inputValue(), '12 Prabhat Road, Pune');
  await page.getByRole('link', { name: 'Doctors' }).click();
  await button(dialog(page), 'Save').click();
  await rows(page).first().waitFor();
  await clinicIs({ name, address: '12 Prabhat Road, Pune' });
}));

for (const width of widths)
  test(`a doctor comes, moves up and gets another name, at ${width} pixels`, () => withStaff(browser, 'admin', { width }, wasRefused)(async (page) => {
    const name = `Dr. Leela Naik ${width}`;
    await open(page, '/doctors');
    const before = await order(page);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the list');
    await noSideways(page);
    await button(page, 'Add a doctor').click();
    assert.deepEqual(await violations(page), [], 'nor about the dialog');
    await button(dialog(page), 'Add').click();
    await isDialogWrong(page, 'name', 'A name is missing.');
    await dialog(page).getByLabel('Name').fill(name);
    await dialog(page).getByLabel('Speciality').fill('Spine');
    await page.keyboard.press('Enter');
    await said(page, `${name} has been added`);
    assert.deepEqual(await order(page), [...before, name], 'last in the order');

    const up = page.getByRole('button', { name: `Move ${name} up` });
    await up.focus();
    for (let place = before.length - 1; place >= 0; place--) {
      await page.keyboard.press('Enter');
      await page.waitForFunction(([at, who]) => document.querySelectorAll('.table--clinic tbody tr')[at].dataset.doctor === who, [place, name]);
      assert.equal(await up.evaluate((it) => it === document.activeElement), true, 'the button stays under the hands');
    }
    assert.equal(await up.getAttribute('aria-disabled'), 'true', 'there is nothing above the first');
    assert.deepEqual((await listed('/api/doctors')).map((one) => one.name), [name, ...before], 'for everybody');
    await page.getByRole('button', { name: `Move ${name} down` }).click();
    await page.waitForFunction((who) => document.querySelectorAll('.table--clinic tbody tr')[1].dataset.doctor === who, name);

    await button(page, `Change ${name}`).click();
    await dialog(page).getByLabel('Name').fill(`${name} Joshi`);
    const { id, version } = (await listed('/api/doctors')).find((one) => one.name === name);
    await elsewhere('PATCH', `/api/doctors/${id}`, { version, speciality: 'Spine and hip' });
    await button(dialog(page), 'Save').click();
    await dialog(page).getByRole('alert').getByText('Somebody else has just changed this').waitFor();
    assert.equal(await dialog(page).getByLabel('Speciality').inputValue(), 'Spine and hip', 'who comes second has what the other made of the rest');
    await button(dialog(page), 'Save').click();
    await page.locator(`[data-doctor="${name} Joshi"]`, { hasText: 'Spine and hip' }).waitFor();
    await dialog(page).waitFor({ state: 'detached' });

    assert.equal(await page.getByRole('link', { name: `Hours of ${name} Joshi` }).count(), 1, 'the way to the hours');
    assert.equal(await page.getByRole('link', { name: 'Invite to sign in: Dr. Meera Rao' }).count(), 0, 'who can sign in needs no invitation');
    await page.getByRole('link', { name: `Invite to sign in: ${name} Joshi` }).click();
    await dialog(page).getByRole('heading', { name: 'Invite somebody' }).waitFor();
    assert.equal(await dialog(page).getByLabel('Role').inputValue(), 'doctor');
    assert.equal(await dialog(page).getByLabel('Doctor').locator('option:checked').textContent(), `${name} Joshi`, 'it is about them');
    assert.equal(new URL(page.url()).search, '', 'a reload does not ask again');
  }));

async function isDialogWrong(page, name, words) {
  await dialog(page).locator('.field__error', { hasText: words }).waitFor();
  const control = dialog(page).locator(`[name=${name}]`);
  assert.equal(await control.getAttribute('aria-invalid'), 'true', `${name} is at fault`);
}

for (const width of widths)
  test(`a service is added, changed and moved, at ${width} pixels`, () => withStaff(browser, 'admin', { width }, wasRefused)(async (page) => {
    const name = `Knee check ${width}`;
    await open(page, '/services');
    assert.match((await page.locator('[data-service=Physiotherapy]').innerText()).replace(/\s+/g, ' '), /Physiotherapy .* 45 minutes ₹900 Confirmed by staff/, 'what it is, how long, how much, confirmed by whom');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the list');
    await noSideways(page);
    await button(page, 'Add a service').click();
    assert.deepEqual(await violations(page), [], 'nor about the dialog');
    await dialog(page).getByLabel('Name').fill(name);
    await dialog(page).getByLabel('Duration').fill('481');
    await dialog(page).getByLabel('Price').fill('much');
    await dialog(page).getByLabel('Bookable ahead').fill('0');
    await button(dialog(page), 'Add').click();
    await isDialogWrong(page, 'durationMinutes', 'From 1 to 480 minutes.');
    await isDialogWrong(page, 'price', 'Write an amount, like 500.');
    await isDialogWrong(page, 'horizonDays', 'From 1 to 730 days.');
    assert.deepEqual(await violations(page), [], 'nor about refusals');
    await dialog(page).getByLabel('Duration').fill('40');
    await dialog(page).getByLabel('Price').fill('1250.50');
    await dialog(page).getByLabel('Bookable ahead').fill('30');
    await dialog(page).getByLabel('Pause afterwards').fill('5');
    await dialog(page).getByLabel('Bookable until').selectOption('2 hours before');
    await dialog(page).getByLabel('Patients can cancel until').selectOption('1 day before');
    await dialog(page).getByLabel('Confirmed at once').uncheck();
    await dialog(page).getByLabel('Description').fill('What can the knee do?');
    await button(dialog(page), 'Add').click();
    await said(page, `${name} has been added`);
    const made = (await listed('/api/services')).at(-1);
    const { id, version, position, ...rest } = made;
    assert.deepEqual(rest, { name, description: 'What can the knee do?', durationMinutes: 40, bufferMinutes: 5, price: 125050, currency: 'INR', noticeMinutes: 120, horizonDays: 30, cancelMinutes: 1440, autoConfirm: false, offered: true });
    await page.locator(`[data-service="${name}"]`, { hasText: '₹1,250.50' }).waitFor();

    await button(page, `Move ${name} up`).click();
    await page.waitForFunction((who) => [...document.querySelectorAll('.table--clinic tbody tr')].at(-2).dataset.service === who, name);
    await button(page, `Change ${name}`).click();
    assert.equal(await dialog(page).getByLabel('Price').inputValue(), '1250.50');
    await dialog(page).getByLabel('Price').fill('0');
    await elsewhere('PATCH', `/api/services/${id}`, { version, price: 90000, durationMinutes: 20 });
    await button(dialog(page), 'Save').click();
    await dialog(page).getByText('Now: 900').waitFor();
    assert.equal(await dialog(page).getByLabel('Duration').inputValue(), '20', 'who comes second has what the other made of the rest');
    await button(dialog(page), 'Save').click();
    await page.locator(`[data-service="${name}"]`, { hasText: 'Free' }).waitFor();
    assert.equal((await listed('/api/services')).find((one) => one.id === id).durationMinutes, 20, 'and leaves it');
  }));

for (const who of ['desk', 'doctor'])
  test(`${who} does not get the page`, () => withStaff(browser, who, { width: 1280 })(async (page) => {
    await page.goto('/staff/clinic');
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    assert.equal(await page.locator('a[href^="/staff/clinic"]').count(), 0, 'nor a way there');
  }));

test('in Hindi', async () => {
  const page = await pageOf(browser, 'admin', { width: 360, locale: 'hi-IN' });
  try {
    for (const [tab, words] of [['', 'क्लिनिक का नाम'], ['/doctors', 'डॉक्टर जोड़ें'], ['/services', 'सेवा जोड़ें']]) {
      await page.goto(`/staff/clinic${tab}`);
      await page.getByText(words).first().waitFor();
      await noSideways(page);
    }
    await button(page, 'सेवा जोड़ें').click();
    await dialog(page).getByLabel('अवधि').waitFor();
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    assert.doesNotMatch(await dialog(page).innerText(), /[a-z]{4,}|clinic\./, 'no word is left in English');
    assert.deepEqual(page.noise, []);
  } finally {
    await leave(page);
  }
});
