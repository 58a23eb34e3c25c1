/*
 * Moving a visit in the calendar, by mouse, finger and keyboard, and what is
 * said when that does not work.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/staff.mjs';
import {
  ARUN,
  MEERA,
  addDays,
  appointment,
  at,
  book,
  close,
  counts,
  drag,
  free,
  freeTimes,
  open,
  problem,
  record,
  request,
  showCalendar as show,
  staff,
  toast,
  visit,
  withPage,
  workday,
} from './lib/diary.mjs';

before(open);
after(close);

const refused = /status of 409/;

test('a visit is dragged to another time, and back by Undo', () =>
  withPage({}, async (page) => {
    const day = await workday(2);
    const [from, to] = await freeTimes(day);
    const { id } = await book(day, from, { name: 'Rahul Kulkarni' });
    const sent = record(page);
    await show(page, day);
    await drag(page, visit(page, id), free(page, MEERA, to));
    await toast(page, `Rahul Kulkarni moved to`).waitFor();
    assert.deepEqual(
      sent.map((r) => [r.method, r.path, r.body]),
      [['PUT', `/api/appointments/${id}`, { version: 1, startsAt: at(day, to) }]],
    );
    assert.match(await visit(page, id).textContent(), new RegExp(`^${to}`));
    assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, to), 'the server has it');
    await toast(page, 'moved').getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'Rahul Kulkarni is back').waitFor();
    assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, from));
    assert.match(await visit(page, id).textContent(), new RegExp(`^${from}`));
  }));

test('and to another doctor', () =>
  withPage({ who: 'admin' }, async (page) => {
    const day = await workday(2);
    const [time] = await freeTimes(day);
    const [other] = await freeTimes(day, { doctor: ARUN });
    const { id } = await book(day, time, { name: 'Tanvi Shinde' });
    await show(page, day);
    await drag(page, visit(page, id), free(page, ARUN, other));
    await toast(page, 'Dr. Arun Shah').waitFor();
    assert.equal((await appointment(id)).doctorId, ARUN);
    await counts(page.locator(`[data-column="${ARUN}"] [data-visit="${id}"]`), 1);
  }));

test('Escape while dragging leaves it where it was, and opens nothing', () =>
  withPage({}, async (page) => {
    const day = await workday(3);
    const [from, to] = await freeTimes(day);
    const { id } = await book(day, from, { name: 'Salim Qureshi' });
    const sent = record(page);
    await show(page, day);
    await drag(page, visit(page, id), free(page, MEERA, to), { drop: false });
    await page.locator('.event--moving').waitFor();
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await counts(page.locator('.event--moving'), 0);
    assert.deepEqual(sent, []);
    assert.match(page.url(), /\/staff\/calendar/);
  }));

test('the keyboard moves a visit and says where it is', () =>
  withPage({}, async (page) => {
    const day = await workday(3);
    const times = await freeTimes(day);
    const { id } = await book(day, times[0], { name: 'Deepak Verma' });
    await show(page, day);
    await page.evaluate(() => {
      globalThis.said = [];
      new MutationObserver((list) =>
        list.forEach((m) => m.target.textContent && globalThis.said.push(m.target.textContent)),
      ).observe(document.body, { subtree: true, childList: true });
    });
    await visit(page, id).focus();
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => globalThis.said.some((text) => /Dr. Arun Shah\. (Free|Taken)/.test(text)));
    await page.keyboard.press('Escape');
    assert.match(await visit(page, id).textContent(), new RegExp(`^${times[0]}`), 'Escape leaves it');
    await page.keyboard.press('m');
    for (
      let i = 0;
      i < 40 && !(await page.locator('.event--moving[data-state="free"]', { hasText: times[2] }).count());
      i++
    )
      await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await toast(page, 'Deepak Verma moved').waitFor();
    assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, times[2]));
    assert.equal(await page.evaluate(() => document.activeElement.dataset.visit), id, 'and the focus stays with it');
  }));

/** Somebody is quicker: what they do happens while the request is under way. */
async function meanwhile(page, id, run) {
  let done = false;
  await page.route(`**/api/appointments/${id}`, async (route) => {
    if (route.request().method() === 'PUT' && !done) {
      done = true;
      await run();
    }
    await route.continue();
  });
}

test('a time that has just been taken: it stays, and others are offered', () =>
  withPage(
    {},
    async (page) => {
      const day = await workday(3);
      const [from, to] = await freeTimes(day);
      const { id } = await book(day, from, { name: 'Pooja Agarwal' });
      await show(page, day);
      await meanwhile(page, id, () => book(day, to, { name: 'Quicker One' }));
      await drag(page, visit(page, id), free(page, MEERA, to));
      await problem(page).waitFor();
      assert.match(
        await problem(page).textContent(),
        new RegExp(`${to} has just been taken.*Pooja Agarwal stays at.*${from}`),
      );
      assert.match(await visit(page, id).textContent(), new RegExp(`^${from}`), 'it has gone back');
      assert.deepEqual(await violations(page), []);
      const offer = problem(page).locator('.num').first();
      const offered = (await offer.textContent()).slice(-5);
      await offer.click();
      await toast(page, 'Pooja Agarwal moved').waitFor();
      await counts(problem(page), 0);
      assert.equal(
        new Date((await appointment(id)).startsAt).toISOString().slice(11, 16),
        at(day, offered).slice(11, 16),
      );
    },
    refused,
  ));

test('somebody else has changed it: it says so, shows theirs, and the next try works', () =>
  withPage(
    {},
    async (page) => {
      const day = await workday(4);
      const times = await freeTimes(day);
      const { id } = await book(day, times[0], { name: 'Ganesh Bhosale' });
      await show(page, day);
      await meanwhile(page, id, () =>
        request('PUT', `/api/appointments/${id}`, { version: 1, startsAt: at(day, times[1]) }),
      );
      await drag(page, visit(page, id), free(page, MEERA, times[2]));
      await problem(page).waitFor();
      assert.match(
        await problem(page).textContent(),
        new RegExp(`Somebody else has just changed Ganesh Bhosale.*${times[1]}`),
      );
      await page.waitForFunction(
        ([v, time]) => document.querySelector(`[data-visit="${v}"]`).textContent.startsWith(time),
        [id, times[1]],
      );
      await drag(page, visit(page, id), free(page, MEERA, times[2]));
      await toast(page, 'Ganesh Bhosale moved').waitFor();
      assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, times[2]));
    },
    refused,
  ));

test('outside the hours it asks first', () =>
  withPage({}, async (page) => {
    const day = await workday(4);
    const [from] = await freeTimes(day);
    const { id } = await book(day, from, { name: 'Meenakshi Pillai' });
    const sent = record(page);
    await show(page, day);
    await page.getByRole('button', { name: 'Show closed hours' }).click();
    const grid = page.locator(`[data-column="${MEERA}"]`);
    const carry = async () => {
      await visit(page, id).scrollIntoViewIfNeeded();
      await visit(page, id).focus();
      await page.keyboard.press('m');
      for (let i = 0; i < 60 && !(await grid.locator('.event--moving', { hasText: '14:00' }).count()); i++)
        await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Enter');
    };
    await carry();
    const dialog = page.getByRole('dialog');
    assert.match(await dialog.textContent(), /outside the hours.*Dr. Meera Rao works 09:00–13:00 and 16:00–19:00/);
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: /^Stay/ }).click();
    assert.deepEqual(sent, []);
    await carry();
    await dialog.getByRole('button', { name: /^Move/ }).click();
    await toast(page, 'Meenakshi Pillai moved').waitFor();
    assert.equal(sent[0].body.outsideHours, true);
    assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, '14:00'));
    await toast(page, 'moved').getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'is back').waitFor();
  }));

test('without a connection the day stays, and a move is taken back', () =>
  withPage(
    {},
    async (page) => {
      const day = await workday(5);
      const [from, to] = (await freeTimes(day)).slice(3);
      const { id } = await book(day, from, { name: 'Imran Sheikh' });
      await show(page, day);
      await page.context().setOffline(true);
      await drag(page, visit(page, id), free(page, MEERA, to));
      await problem(page).waitFor();
      assert.match(await problem(page).textContent(), /Imran Sheikh was not moved.*No connection/);
      assert.match(await visit(page, id).textContent(), new RegExp(`^${from}`));
      await page.context().setOffline(false);
    },
    /ERR_INTERNET_DISCONNECTED/,
  ));

test('on a phone a finger that rests lifts a visit, one that wipes turns the day', () =>
  withPage({ width: 390 }, async (page) => {
    const day = await workday(6);
    const [from, to] = await freeTimes(day);
    const { id } = await book(day, from, { name: 'Asha Patil' });
    await show(page, day, `&doctor=${MEERA}`);
    const cdp = await page.context().newCDPSession(page);
    const touch = (type, x, y) =>
      cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
    const a = await visit(page, id).boundingBox();
    const b = await free(page, MEERA, to).boundingBox();
    await touch('touchStart', a.x + 60, a.y + 8);
    await page.locator('.event--moving').waitFor();
    for (let i = 1; i <= 6; i++) await touch('touchMove', a.x + 60, a.y + 8 + ((b.y - a.y) * i) / 6);
    await touch('touchEnd');
    await toast(page, 'Asha Patil moved').waitFor();
    assert.equal(new Date((await appointment(id)).startsAt).toISOString(), at(day, to));

    await touch('touchStart', 320, 500);
    for (let x = 300; x >= 80; x -= 40) await touch('touchMove', x, 500);
    await touch('touchEnd');
    await page.waitForURL(new RegExp(`day=${addDays(day, 1)}`));
  }));
