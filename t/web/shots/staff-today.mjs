// Today: the board, what a tap leaves behind, and the states without a list.
import { broken, never, signIn } from '../lib/diary.mjs';

export const name = 'staff-today';

const SYNC = '**/api/admin/appointments/sync';
const minutes = (n) => new Date(Date.now() + n * 60_000).toISOString();
const DOCTORS = ['00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000d2'];
const SERVICE = '00000000-0000-4000-8000-0000000000a2';

/* A morning as it is at a quarter to eleven, whenever the picture is made. */
const morning = [
  ['Kavya Nair', 'confirmed', 33, 0, 'plaster check'], ['Meenakshi Pillai', 'confirmed', 33, 1, 'stiff shoulder'], ['Deepak Verma', 'requested', 78, 0, 'wrist pain'],
  ['Rahul Kulkarni', 'confirmed', 93, 1, null], ['Anand Rao', 'confirmed', -18, 1, 'ankle sprain'],
  ['Fatima Khan', 'checked_in', -27, 0, 'shoulder', 27], ['Joseph D’Souza', 'checked_in', 3, 1, 'knee', 8], ['Harpreet Singh', 'checked_in', 18, 0, 'back pain', 0],
  ['Asha Patil', 'in_progress', -12, 0, 'swollen knee', 9], ['Neha Kapoor', 'in_progress', -12, 1, 'ankle sprain', 4],
  ['Bilal Ansari', 'completed', -42, 1, null, 21], ['Rohan Gupta', 'completed', -42, 0, null, 23], ['Lakshmi Iyer', 'no_show', -57, 0, null, 40],
  ['Imran Sheikh', 'completed', -72, 0, null, 50], ['Chitra Menon', 'completed', -87, 1, null, 41], ['Vikram Joshi', 'completed', -102, 0, null, 88], ['Zoya Mirza', 'completed', -102, 1, null, 90],
].map(([who, status, at, doctor, reason, ago], i) => ({
  id: `00000000-0000-4000-8000-${String(i + 1).padStart(12, '0')}`, version: 1, status, doctorId: DOCTORS[doctor], serviceId: SERVICE, patientId: null,
  startsAt: minutes(at), endsAt: minutes(at + 15), name: who, phone: '+919800000014', email: null, reason, notes: null, source: 'web', walkIn: false, isDeleted: false,
  createdAt: minutes(-3000), updatedAt: minutes(-(ago ?? 3000)),
}));

/* The list, and the list alone, is made up: a real one depends on the hour of the picture. */
const madeUp = (page, rows) => page.route(SYNC, (route) => route.fulfill({ json: { synced: false, updates: route.request().postDataJSON().cursor ? [] : rows, deletions: [], serverGlobalHash: null, cursor: 'x.1' } }));

async function show(page, rows = morning) {
  await signIn(page);
  await madeUp(page, rows);
  await page.goto('/staff/today');
  await page.locator('.board:not([aria-busy]), .empty').first().waitFor();
}

export const states = {
  'full': (page) => show(page),
  'from the demo': async (page) => {
    await signIn(page);
    await page.goto('/staff/today');
    await page.locator('.board:not([aria-busy]), .empty').first().waitFor();
  },
  'after a tap': async (page) => {
    await show(page);
    const row = morning.find(({ name: who }) => who === 'Fatima Khan');
    await page.route(`**/api/appointments/${row.id}`, (route) => route.fulfill({ json: { appointment: { ...row, status: 'in_progress', version: 2, updatedAt: minutes(0) } } }));
    await page.locator('.ticket', { hasText: row.name }).getByRole('button').click();
    await page.locator('.toast').waitFor();
  },
  'nobody here yet': (page) => show(page, morning.filter(({ status, startsAt }) => status === 'confirmed' && Date.parse(startsAt) > Date.now())),
  'empty': (page) => show(page, [{ ...morning[0], startsAt: minutes(60 * 24 * 2), endsAt: minutes(60 * 24 * 2 + 15) }]),
  'slow': async (page) => {
    await signIn(page);
    await page.route(SYNC, never);
    await page.goto('/staff/today');
    await page.locator('.board[aria-busy]').waitFor();
  },
  'offline': async (page) => {
    await show(page);
    await page.context().setOffline(true);
    await page.locator('.banner').waitFor();
  },
  'broken': async (page) => {
    await signIn(page);
    await page.route(SYNC, broken);
    await page.goto('/staff/today');
    await page.locator('.empty--error').waitFor({ timeout: 30_000 });
  },
  'walk-in': async (page) => {
    await show(page);
    await page.getByRole('button', { name: 'Walk-in' }).click();
    await page.getByRole('combobox', { name: 'Name' }).waitFor();
  },
};
