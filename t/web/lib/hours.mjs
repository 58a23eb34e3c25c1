/*
 * What the tests of the availability editor have in common: the usual hours,
 * the cells of the grid, and saving from elsewhere.
 */
import assert from 'node:assert/strict';
import { ARUN, MEERA, request, toast, withPage } from './diary.mjs';

export const rule = (weekday, start, end, more) => ({
  weekday,
  start,
  end,
  slotMinutes: 15,
  bufferMinutes: 0,
  validFrom: null,
  validTo: null,
  ...more,
});

export const USUAL = [1, 2, 3, 4, 5, 6].flatMap((d) => [rule(d, '09:00', '13:00'), rule(d, '16:00', '19:00')]);

export const schedule = (doctor = MEERA) => request('GET', `/api/availability/${doctor}`);

/** Saves a schedule from elsewhere, whatever its version is. */
export async function put(change, doctor = MEERA) {
  const { version, rules, exceptions } = await schedule(doctor);
  const answer = await request('PUT', `/api/availability/${doctor}`, { version, rules, exceptions, ...change });
  assert.equal(answer.status, 200, answer.message);
  return answer;
}

/** The editor for one test, on the usual hours.  prepare() changes them first; wait is what has to be there. */
export async function withEditor({ query = '', wait = '.painter', prepare, ...options }, run, expected) {
  await Promise.all([MEERA, ARUN].map((doctor) => put({ rules: USUAL, exceptions: [] }, doctor)));
  await prepare?.();
  const start = async (page) => {
    await page.goto(`/staff/availability${query}`);
    await page.locator(wait).first().waitFor();
    await run(page);
  };
  await withPage({ height: 1100, ...options }, start, expected);
}

const DAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export const cell = (page, day, time) => page.getByRole('checkbox', { name: `${DAYS[day]} ${time}`, exact: true });
export const bar = (page) => page.locator('.savebar');
export const save = (page) => bar(page).getByRole('button', { name: 'Save' });
export const preview = (page) => page.locator('section', { has: page.locator('#preview-h') });
export const words = (rules) => rules.map((r) => `${r.weekday} ${r.start}-${r.end}`);

/** Saves, also where visits would lose their time: it may ask. */
export async function saved(page) {
  const dialog = page.getByRole('dialog');
  await save(page).click();
  await dialog.or(toast(page, 'Saved')).first().waitFor();
  if (await dialog.count()) await dialog.getByRole('button', { name: /save$/ }).click();
  await toast(page, 'Saved').waitFor();
}

/** Paints with the mouse from one cell to another. */
export async function stroke(page, [day, from], [last, to]) {
  const a = await cell(page, day, from).boundingBox();
  const b = await cell(page, last, to).boundingBox();
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 5 });
  await page.mouse.up();
}
