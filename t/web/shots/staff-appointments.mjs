// The list of appointments, the panel beside it, and the dialog for a new one.
import { broken, never, request, signIn } from '../lib/diary.mjs';
import { block, hears } from '../lib/live.mjs';
import { look } from '../lib/staff.mjs';

export const name = 'staff-appointments';

const SYNC = '**/api/admin/appointments/sync';

async function show(page, query = '') {
  await signIn(page);
  await page.goto(`/staff/appointments${query}`);
  await page.locator('.table--rows, .empty').first().waitFor();
}

async function panel(page, status = 'confirmed') {
  const { items: [row] } = await request('GET', `/api/appointments?status=${status}&limit=1`);
  await signIn(page);
  await page.goto(`/staff/appointments/${row.id}`);
  await page.locator('.panel input[name=name]').waitFor();
  await page.locator('.panel select').nth(2).waitFor();
  return row;
}

async function refused(page, row, status, body) {
  await page.route(`**/api/appointments/${row.id}`, (route) => (route.request().method() === 'PUT' ? route.fulfill({ status, contentType: 'application/problem+json', json: { status, ...body } }) : route.continue()));
  await page.locator('.panel textarea[name=reason]').fill(`${row.reason ?? 'Plaster check'}. Swelling since Wednesday.`);
  await page.locator('.panel__foot').getByRole('button', { name: 'Save' }).click();
  await page.locator('.panel [role=alert]').waitFor();
}

async function booking(page) {
  await show(page);
  await page.keyboard.press('n');
  await page.getByRole('combobox', { name: 'Name' }).waitFor();
}

export const states = {
  'full': (page) => show(page),
  'filtered': async (page) => {
    await show(page, '?status=requested,lead&from=today');
    await page.getByRole('button', { name: /^Status: / }).click();
  },
  'just changed': async (page) => {
    await show(page);
    const [first] = await page.locator('tr[data-row]').evaluateAll((all) => all.map((one) => one.dataset.row));
    const { appointment } = await request('GET', `/api/appointments/${first}`);
    await hears(page, 'live');
    await request('PUT', `/api/appointments/${first}`, { version: appointment.version, notes: `Looked at ${Date.now()}` });
    await page.locator('.tag--new').waitFor();
  },
  'nothing found': async (page) => {
    await show(page, '?q=Kavia+Narayanam');
    await page.locator('.empty').waitFor();
  },
  'slow': async (page) => {
    await signIn(page);
    await page.route(SYNC, never);
    await page.goto('/staff/appointments');
    await page.locator('.list__pending').waitFor();
  },
  'without a hub': async (page) => {
    await block(page, 'socket', 'events');
    await show(page);
    await page.locator('[data-way=polling]').waitFor();
  },
  'offline': async (page) => {
    await show(page);
    await page.context().setOffline(true);
    await page.locator('.live--off').waitFor();
  },
  'broken': async (page) => {
    await show(page);
    await page.route(SYNC, broken);
    await look(page);
    await page.locator('.banner--danger').waitFor({ timeout: 30_000 });
  },
  'panel': (page) => panel(page),
  'panel of what is over': (page) => panel(page, 'completed'),
  'panel with a conflict': async (page) => {
    const row = await panel(page);
    await refused(page, row, 409, { code: 'VERSION_CONFLICT', current: { ...row, version: row.version + 1, reason: `${row.reason ?? 'Plaster check'}. Bring X-ray.`, notes: 'Insured', updatedAt: new Date().toISOString() } });
  },
  'panel with a taken time': async (page) => {
    const row = await panel(page);
    const near = [15, 30, 60].map((n) => ({ startsAt: new Date(Date.parse(row.startsAt) + n * 60_000).toISOString() }));
    await refused(page, row, 409, { code: 'SLOT_TAKEN', alternatives: near });
  },
  'panel, unsaved': async (page) => {
    await panel(page);
    await page.locator('.panel textarea[name=reason]').fill('Not saved yet');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor();
  },
  'new': async (page) => {
    await booking(page);
    await page.locator('.dialog .slot, .dialog .field__hint').first().waitFor();
  },
  'new, known patient': async (page) => {
    await booking(page);
    await page.getByRole('combobox', { name: 'Name' }).pressSequentially('Asha', { delay: 20 });
    await page.getByRole('option').first().waitFor();
  },
  'help': async (page) => {
    await show(page);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  },
};
