/*
 * The availability editor: painting with mouse, finger and keys, hours in
 * words, exceptions, and hours from a day on.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/staff.mjs';
import {
  ARUN,
  MEERA,
  addDays,
  at,
  close,
  counts,
  freeTimes,
  open,
  record,
  sideways,
  toast,
  weekday,
  workday,
} from './lib/diary.mjs';
import {
  USUAL,
  bar,
  cell,
  preview,
  put,
  rule,
  save,
  saved,
  schedule,
  stroke,
  withEditor,
  words,
} from './lib/hours.mjs';

before(open);
after(close);

for (const who of ['admin', 'desk', 'doctor'])
  for (const width of [390, 1280])
    test(`${who} sees the hours at ${width} pixels`, () =>
      withEditor({ who, width }, async (page) => {
        await counts(page.locator('.painter input:checked'), 6 * 14, 'a box for each half hour');
        await counts(
          page.getByLabel('Doctor', { exact: true }),
          who === 'doctor' ? 0 : 1,
          'a doctor sees only their own',
        );
        assert.equal(await sideways(page), 0, 'nothing hangs over the edge');
        assert.deepEqual(await violations(page), [], 'axe has nothing to say');
        await counts(bar(page), 0, 'there is nothing to save');
      }));

test('hours are painted with the mouse, saved, and offered at once', () =>
  withEditor({}, async (page) => {
    const sent = record(page);
    await stroke(page, [4, '14:00'], [5, '14:30']);
    await counts(page.locator('.painter .is-added'), 4);
    assert.match(await bar(page).textContent(), /2 changes, not saved/);
    assert.match(await preview(page).textContent(), /32 slots, 4 more/, 'the preview goes to the painted day');
    assert.deepEqual(await violations(page), []);
    await save(page).click();
    await toast(page, 'Saved. Online booking shows the new times now.').waitFor();
    assert.equal(sent.length, 1);
    const { rules } = await schedule();
    assert.deepEqual(
      words(rules).filter((w) => /14:00/.test(w)),
      ['4 14:00-15:00', '5 14:00-15:00'],
    );
    let day = await workday(2);
    while (weekday(day) !== 4) day = addDays(day, 1);
    assert.ok((await freeTimes(day)).includes('14:15'));
    await counts(bar(page), 0);
    await counts(page.locator('.painter .is-added'), 0);
  }));

test('the brush erases, a click too, and Ctrl+Z takes it back', () =>
  withEditor({}, async (page) => {
    await page.getByText('Erase', { exact: true }).click();
    await stroke(page, [1, '16:00'], [1, '18:30']);
    await cell(page, 6, '12:30').click();
    await counts(page.locator('.painter .is-removed'), 7);
    assert.match(await bar(page).textContent(), /2 changes/);
    await page.keyboard.press('Control+z');
    await counts(page.locator('.painter .is-removed'), 6);
    await page.keyboard.press('Control+y');
    await counts(page.locator('.painter .is-removed'), 7);
    await bar(page).getByRole('button', { name: 'Undo' }).click();
    await bar(page).getByRole('button', { name: 'Discard' }).click();
    await counts(bar(page), 0);
  }));

test('Escape stops a stroke', () =>
  withEditor({}, async (page) => {
    const box = await cell(page, 7, '09:00').boundingBox();
    await page.mouse.move(box.x + 9, box.y + 9);
    await page.mouse.down();
    await page.mouse.move(box.x + 9, box.y + 90, { steps: 3 });
    assert.ok((await page.locator('.is-under-paint').count()) > 2);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await counts(bar(page), 0);
  }));

test('and with the keyboard: one tab stop, arrows, Space, Shift paints on', () =>
  withEditor({}, async (page) => {
    await counts(page.locator('.painter input[tabindex="0"]'), 1);
    await page.locator('.painter input[tabindex="0"]').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Sunday 09:00');
    await page.keyboard.press('Space');
    assert.equal(await cell(page, 7, '09:00').isChecked(), true);
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await counts(page.locator('.painter .is-added'), 3);
    await save(page).focus();
    await page.keyboard.press('Enter');
    await toast(page, 'Saved').waitFor();
    assert.ok(words((await schedule()).rules).includes('7 09:00-10:30'));
  }));

test('a finger taps a cell', () =>
  withEditor({ width: 390 }, async (page) => {
    await cell(page, 7, '10:00').tap({ force: true });
    assert.equal(await cell(page, 7, '10:00').isChecked(), true);
    assert.match(await bar(page).textContent(), /1 change, not saved/);
    await cell(page, 7, '10:00').tap({ force: true });
    await counts(bar(page), 0);
  }));

test('slots and pauses are set for the hours in words, to the minute', () =>
  withEditor({}, async (page) => {
    const row = page.locator('.hours tbody tr').first();
    assert.match(await row.textContent(), /^Mon–Sat/);
    await row.getByLabel(/^Slot/).selectOption('20');
    await page
      .locator('.hours tbody tr')
      .first()
      .getByLabel(/^Pause after/)
      .selectOption('5');
    await page
      .locator('.hours tbody tr')
      .first()
      .getByLabel(/^Until/)
      .fill('12:40');
    await page
      .locator('.hours tbody tr')
      .first()
      .getByLabel(/^Until/)
      .blur();
    await saved(page);
    const { rules } = await schedule();
    assert.deepEqual(
      rules.find((r) => r.weekday === 2),
      rule(2, '09:00', '12:40', { slotMinutes: 20, bufferMinutes: 5 }),
    );
  }));

test('a closed day, closed hours and an extra session', () =>
  withEditor({}, async (page) => {
    const [closed, part, extra] = await Promise.all([workday(8), workday(9), workday(10)]);
    const dialog = page.getByRole('dialog');
    const add = async (fill) => {
      await page.getByRole('button', { name: 'Add an exception' }).click();
      await fill();
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await add(async () => {
      await dialog.getByLabel('From', { exact: true }).fill(closed);
      await dialog.getByLabel('Until, with that day').fill(closed);
      assert.match(await dialog.textContent(), /appointments? in this time|No appointments/);
      assert.deepEqual(await violations(page), []);
    });
    await add(async () => {
      await dialog.getByLabel('The whole day').uncheck();
      await dialog.getByLabel('Day', { exact: true }).fill(part);
      await dialog.getByLabel('From', { exact: true }).fill('16:00');
      await dialog.getByLabel('Until', { exact: true }).fill('19:00');
    });
    await add(async () => {
      await dialog.getByText('Extra hours').click();
      await dialog.getByLabel('Day', { exact: true }).fill(extra);
      await dialog.getByLabel('From', { exact: true }).fill('14:00');
      await dialog.getByLabel('Until', { exact: true }).fill('15:00');
      await dialog.getByLabel('Slot').selectOption('30');
    });
    assert.match(
      await preview(page).textContent(),
      /30 slots, 2 more.*14:00/,
      'the preview shows the day of the last one',
    );
    assert.match(
      await page.locator('.exceptions').textContent(),
      /Closed.*Closed 16:00–19:00.*Extra 14:00–15:00, every 30 min/,
    );
    assert.deepEqual(await violations(page), []);
    await saved(page);
    const { exceptions } = await schedule();
    assert.deepEqual(
      exceptions.map((e) => [e.kind, new Date(e.from).toISOString(), new Date(e.to).toISOString()]),
      [
        ['closed', at(closed, '00:00'), at(addDays(closed, 1), '00:00')],
        ['closed', at(part, '16:00'), at(part, '19:00')],
        ['extra', at(extra, '14:00'), at(extra, '15:00')],
      ],
    );
    assert.deepEqual(await freeTimes(closed), []);
    await page.getByRole('button', { name: /^Change .*Closed 16:00/ }).click();
    await dialog.getByLabel('Until', { exact: true }).fill('15:00');
    assert.match(await dialog.textContent(), /The end is not after the beginning/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: /^Remove .*Extra/ }).click();
    assert.match(await bar(page).textContent(), /1 change/);
  }));

test('a holiday closes the day for every doctor', () =>
  withEditor({ who: 'admin' }, async (page) => {
    const day = await workday(12);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Add an exception' }).click();
    await dialog.getByLabel('From', { exact: true }).fill(day);
    await dialog.getByLabel('Until, with that day').fill(day);
    await dialog.getByLabel(/every doctor/).check();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await saved(page);
    for (const doctor of [MEERA, ARUN]) assert.deepEqual(await freeTimes(day, { doctor }), []);
  }));

test('other hours from a day on', () =>
  withEditor({}, async (page) => {
    const day = addDays(await workday(1), 30);
    await page.getByRole('button', { name: 'Other hours from…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('First day of the other hours').fill(day);
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Copy the hours' }).click();
    await page.getByText('Erase', { exact: true }).click();
    await stroke(page, [1, '16:00'], [6, '18:30']);
    await counts(page.locator('#availability-plan option'), 2);
    await saved(page);
    const { rules } = await schedule();
    assert.equal(rules.filter((r) => r.validTo === addDays(day, -1)).length, 12);
    assert.equal(rules.filter((r) => r.validFrom === day).length, 6);
  }));

test('hours that overlap are not sent', () =>
  withEditor(
    {
      prepare: () =>
        put({
          rules: [
            ...USUAL.map((r) => ({ ...r, validTo: '2099-01-01' })),
            rule(7, '09:00', '10:00', { validFrom: '2099-01-02' }),
          ],
        }),
    },
    async (page) => {
      await page.getByLabel('Hours', { exact: true }).selectOption({ index: 1 });
      await stroke(page, [1, '09:00'], [1, '09:30']);
      await page.getByLabel('First day').fill('2098-12-01');
      await page.locator('.banner', { hasText: 'These hours overlap' }).waitFor();
      assert.equal(await save(page).getAttribute('aria-disabled'), 'true');
      assert.deepEqual(await violations(page), []);
    },
  ));

test('the month is walked by arrows, and a day shows its slots', () =>
  withEditor({}, async (page) => {
    const day = await workday(1);
    await page.locator(`.month [tabindex="0"]`).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const chosen = await page.locator('.month [aria-pressed="true"]').getAttribute('data-date');
    assert.ok(chosen > day);
    await counts(page.locator('.month [tabindex="0"]'), 1);
    assert.match(await preview(page).textContent(), weekday(chosen) === 7 ? /0 slots/ : /28 slots/);
  }));

test('it speaks Hindi', () =>
  withEditor({ locale: 'hi-IN' }, async (page) => {
    await page.getByRole('heading', { level: 1, name: 'उपलब्धता' }).waitFor();
    assert.equal(await sideways(page), 0);
    assert.deepEqual(await violations(page), []);
  }));
