/*
 * Saving hours: what they would orphan, two people at once, no connection,
 * and what is not left by mistake.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/staff.mjs';
import {
  ARUN,
  MEERA,
  addDays,
  appointment,
  book,
  close,
  counts,
  freeTimes,
  open,
  request,
  toast,
  weekday,
  workday,
} from './lib/diary.mjs';
import { USUAL, bar, cell, put, rule, save, saved, schedule, stroke, withEditor, words } from './lib/hours.mjs';

before(open);
after(close);

test('what a change would orphan is said before, and named', () =>
  withEditor({}, async (page) => {
    let day = await workday(3);
    while (weekday(day) !== 3) day = addDays(day, 1);
    const evening = (await freeTimes(day)).filter((time) => time >= '16:00');
    const { id } = await book(day, evening[0], { name: 'Sunita Deshmukh' });
    await page.reload();
    await page.locator('.painter').waitFor();
    await page.waitForFunction(() => document.querySelector('.painter'));
    await page.getByText('Erase', { exact: true }).click();
    await stroke(page, [3, '16:00'], [3, '18:30']);
    const banner = page.locator('.banner', { hasText: 'without' });
    await banner.waitFor();
    await banner.getByRole('button', { name: 'See them' }).click();
    const dialog = page.getByRole('dialog');
    assert.match(await dialog.textContent(), /Sunita Deshmukh.*Consultation/);
    assert.deepEqual(await violations(page), []);
    assert.equal(
      await dialog.getByRole('link', { name: 'Open Sunita Deshmukh' }).getAttribute('href'),
      `/staff/appointments/${id}`,
    );
    await dialog.getByRole('button', { name: 'Close' }).click();
    await save(page).click();
    await dialog.getByRole('button', { name: 'Back' }).click();
    assert.ok(words((await schedule()).rules).includes('3 16:00-19:00'), 'Back saves nothing');
    await save(page).click();
    await dialog.getByRole('button', { name: /^Keep/ }).click();
    await toast(page, 'Saved').waitFor();
    assert.ok(!words((await schedule()).rules).includes('3 16:00-19:00'));
    assert.equal((await appointment(id)).status, 'confirmed', 'the visit stays');
    await page.locator('.banner', { hasText: 'outside the hours now' }).waitFor();
  }));

/** Somebody saves while the page's own save is under way. */
async function meanwhile(page, change) {
  let done = false;
  await page.route(`**/api/availability/${MEERA}`, async (route) => {
    if (route.request().method() === 'PUT' && !done) {
      done = true;
      await put(change);
    }
    await route.continue();
  });
}

test('somebody else saved: mine can go on top of theirs', () =>
  withEditor(
    {},
    async (page) => {
      await meanwhile(page, { rules: [...USUAL, rule(4, '14:00', '15:00')] });
      await stroke(page, [7, '09:00'], [7, '10:30']);
      await save(page).click();
      const banner = page.locator('.banner', { hasText: 'Somebody else saved these hours' });
      await banner.waitFor();
      assert.match(await banner.textContent(), /Thu 14:00–15:00 added/, 'it says what they did');
      assert.deepEqual(await violations(page), []);
      await banner.getByRole('button', { name: 'Put mine on top' }).click();
      assert.equal(await cell(page, 4, '14:30').isChecked(), true);
      await save(page).click();
      await toast(page, 'Saved').waitFor();
      const now = words((await schedule()).rules);
      assert.ok(now.includes('4 14:00-15:00') && now.includes('7 09:00-11:00'), 'both are saved');
    },
    /status of 409/,
  ));

test('or theirs are taken', () =>
  withEditor(
    {},
    async (page) => {
      await meanwhile(page, { rules: [...USUAL, rule(4, '14:00', '15:00')] });
      await stroke(page, [7, '09:00'], [7, '10:30']);
      await save(page).click();
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await counts(bar(page), 0);
      assert.equal(await cell(page, 4, '14:30').isChecked(), true);
      assert.equal(await cell(page, 7, '09:00').isChecked(), false);
    },
    /status of 409/,
  ));

test('unsaved hours are not left by mistake', () =>
  withEditor({}, async (page) => {
    const dialog = page.getByRole('dialog');
    await stroke(page, [7, '09:00'], [7, '10:30']);
    await page.getByRole('link', { name: 'Calendar' }).first().click();
    await dialog.getByRole('button', { name: 'Keep editing' }).click();
    assert.match(page.url(), /availability/);
    await page.getByLabel('Doctor', { exact: true }).selectOption({ label: 'Dr. Arun Shah' });
    assert.match(await dialog.textContent(), /1 change would be lost/);
    await dialog.getByRole('button', { name: 'Keep editing' }).click();
    assert.equal(await page.getByLabel('Doctor', { exact: true }).inputValue(), MEERA);
    await page.getByRole('link', { name: 'Calendar' }).first().click();
    await dialog.getByRole('button', { name: 'Leave and lose them' }).click();
    await page.waitForURL(/\/staff\/calendar/);
  }));

test('a doctor without hours is offered a beginning', () =>
  withEditor({ query: `?doctor=${ARUN}`, prepare: () => put({ rules: [] }, ARUN) }, async (page) => {
    await page.getByText('Dr. Arun Shah has no hours yet').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Like Dr. Meera Rao' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.painter input:checked').length === 84);
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Mon–Sat 09:00–13:00' }).click();
    await saved(page);
    assert.equal((await schedule(ARUN)).rules.length, 6);
  }));

test('without a connection the changes stay', () =>
  withEditor(
    {},
    async (page) => {
      await stroke(page, [7, '09:00'], [7, '10:30']);
      await page.context().setOffline(true);
      await save(page).click();
      await page.locator('.banner', { hasText: 'The hours were not saved' }).waitFor();
      assert.match(await page.locator('.banner').first().textContent(), /No connection. Your changes are still here/);
      await page.context().setOffline(false);
      await page.waitForFunction(() => navigator.onLine);
      await save(page).click();
      await toast(page, 'Saved').waitFor();
      await counts(page.locator('.banner'), 0);
    },
    /ERR_INTERNET_DISCONNECTED/,
  ));

test('hours that do not load are asked for again', () =>
  withEditor(
    { wait: '.work__head' },
    async (page) => {
      await page.route(`**/api/availability/*`, (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"INTERNAL_ERROR"}' }),
      );
      await page.reload();
      await page.getByText('The hours do not load').waitFor();
      assert.deepEqual(await violations(page), []);
      await page.unroute('**/api/availability/*');
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.locator('.painter').waitFor();
    },
    /status of 500/,
  ));
