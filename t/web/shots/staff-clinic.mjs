// The clinic, its doctors and services as an administrator changes them; and what a new clinic still needs.
import { signIn } from '../lib/diary.mjs';

export const name = 'staff-clinic';
export const langs = ['en', 'hi'];

async function open(page, at = '') {
  await signIn(page, 'admin');
  await page.goto(`/staff/clinic${at}`);
  await page.locator('.work__body .tabs').waitFor();
}

/* The answer of a list or of the clinic, with something else in it. */
const told = (page, path, change) => page.route(`**/api/${path}`, async (route) => {
  if (route.request().method() !== 'GET')
    return route.fallback();
  const answer = await (await route.fetch()).json();
  return route.fulfill({ json: change(answer) });
});
const items = (change) => (answer) => ({ ...answer, items: change(answer.items) });

/* As `opdesk setup` leaves it. */
async function isNew(page) {
  await told(page, 'clinic', (clinic) => ({ ...clinic, name: 'Clinic', phone: null, address: null, hours: [] }));
  await told(page, 'doctors', items(() => []));
  await told(page, 'services', items(() => []));
}

/* More of them, with long names, and some that cannot be booked. */
const manyDoctors = (page) => told(page, 'doctors', items((list) => [
  ...list,
  { ...list[0], id: '9999abcd-9999-4999-8999-9999abcdef81', name: 'Dr. Nandini Venkatasubramanian Rao', speciality: 'Paediatric orthopaedics and rehabilitation', offered: false },
  { ...list[0], id: '9999abcd-9999-4999-8999-9999abcdef82', name: 'Dr. Farhan Ansari', speciality: null },
]));
const manyServices = (page) => told(page, 'services', items((list) => [
  ...list,
  { ...list[0], id: '9999abcd-9999-4999-8999-9999abcdef83', name: 'Shockwave therapy', description: 'Three sessions, one a week, for heel and elbow', durationMinutes: 40, price: 250050, offered: false },
  { ...list[0], id: '9999abcd-9999-4999-8999-9999abcdef84', name: 'First talk', durationMinutes: 10, price: 0 },
]));

const refuse = (page, path, status, json) => page.route(`**/api/${path}`, (route) => (route.request().method() === 'GET' ? route.fallback() : route.fulfill({ status, json })));
const dialog = (page) => page.locator('.dialog');
const first = (page) => page.locator('.table tbody tr').first();

export const states = {
  'clinic': (page) => open(page),
  'new': async (page) => {
    await isNew(page);
    await open(page);
    await page.locator('.checklist').waitFor();
  },
  'half done': async (page) => {
    await told(page, 'clinic', (clinic) => ({ ...clinic, hours: [] }));
    await told(page, 'services', items(() => []));
    await open(page, '/services');
    await page.locator('.checklist').waitFor();
  },
  'time zone': async (page) => {
    await open(page);
    await page.locator('[name=timeZone]').fill('paris');
    await page.locator('[role=option]').first().waitFor();
  },
  'refused': async (page) => {
    await open(page);
    await page.locator('[name=name]').fill(' ');
    await page.locator('[name=phone]').fill('12');
    await page.locator('.work__body form .btn--primary').click();
    await page.locator('.field__error').first().waitFor();
  },
  'somebody was faster': async (page) => {
    await open(page);
    const clinic = await (await page.request.get('/api/clinic')).json();
    await refuse(page, 'clinic', 409, { code: 'VERSION_CONFLICT', current: { ...clinic, version: clinic.version + 1, name: 'Hemant Trauma Hospital', address: 'Paud Road, Pune' } });
    await page.locator('[name=name]').fill('Hemant Clinic');
    await page.locator('.work__body form .btn--primary').click();
    await page.locator('.banner--warning').waitFor();
  },
  'doctors': async (page) => {
    await manyDoctors(page);
    await open(page, '/doctors');
    await page.locator('[data-doctor]').nth(3).waitFor();
  },
  'no doctors': async (page) => {
    await told(page, 'doctors', items(() => []));
    await open(page, '/doctors');
    await page.locator('.empty').waitFor();
  },
  'new doctor': async (page) => {
    await open(page, '/doctors');
    await page.locator('.work__body .btn--primary').click();
    await dialog(page).waitFor();
  },
  'a doctor': async (page) => {
    await open(page, '/doctors');
    await first(page).locator('.row--end .btn').first().click();
    await dialog(page).locator('[name=offered]').check();
  },
  'services': async (page) => {
    await manyServices(page);
    await open(page, '/services');
    await page.locator('[data-service]').nth(4).waitFor();
  },
  'new service': async (page) => {
    await open(page, '/services');
    await page.locator('.work__body .btn--primary').click();
    await dialog(page).waitFor();
  },
  'a service, refused': async (page) => {
    await open(page, '/services');
    await first(page).locator('.row--end .btn').first().click();
    await dialog(page).locator('[name=durationMinutes]').fill('0');
    await dialog(page).locator('[name=price]').fill('much');
    await dialog(page).locator('.btn--primary').click();
    await dialog(page).locator('.field__error').first().waitFor();
  },
  'invite': async (page) => {
    await signIn(page, 'admin');
    await page.goto('/staff/users?invite=00000000-0000-4000-8000-0000000000d2');
    await dialog(page).waitFor();
  },
  'today of a new clinic': async (page) => {
    await isNew(page);
    await signIn(page, 'admin');
    await page.goto('/staff/today');
    await page.locator('.checklist').waitFor();
  },
  'broken': async (page) => {
    await signIn(page, 'admin');
    await page.goto('/staff/users');
    await page.locator('[data-user]').first().waitFor();
    await page.route('**/api/services', (route) => route.fulfill({ status: 500, json: { code: 'INTERNAL_ERROR' } }));
    await page.evaluate(() => document.querySelector('a[href="/staff/clinic"]').click());
    await page.locator('.banner--warning').waitFor();
  },
};
