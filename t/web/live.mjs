/*
 * Live: what happens is on every page at once, without a reload; a network or
 * a hub that goes leaves no gap; and where nothing live gets through the pages
 * ask, and say so.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { base, launch, leave, visitor } from './lib/browser.mjs';
import { pickDay, request, slots, steal, toTimes } from './lib/booking.mjs';
import { block, blocked, counting, hears, hub, stays } from './lib/live.mjs';
import { PASSWORD, caller, change, demo, look, pageOf, people, sql, ticket, violations, visit, withStaff } from './lib/staff.mjs';

const SYNC = /\/appointments\/sync$/;
const ENDED = /status of 401/;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const open = async (page, path = '/staff/today', way = 'live') => {
  await page.goto(path);
  await hears(page, way);
  return page;
};

/* The line says it in words. */
const says = (page, words) => page.locator('[data-live]', { hasText: words }).waitFor({ timeout: 40_000 });

const row = (page, id) => page.locator(`tr[data-row="${id}"]`);

test('a booking is on four pages at once', async () => {
  const pages = {
    public: await visitor(browser, { width: 1280 }),
    desk: await pageOf(browser, 'desk'),
    doctor: await pageOf(browser, 'doctor'),
    admin: await pageOf(browser, 'admin'),
  };
  const asked = {};
  const stayed = [];
  try {
    await toTimes(pages.public);
    await pickDay(pages.public, 2);
    await hears(pages.public, 'live');
    const name = `Livia ${Math.random().toString(36).slice(2, 8)}`;
    await open(pages.desk, `/staff/appointments?q=${encodeURIComponent(name)}`);
    await open(pages.admin, `/staff/appointments?all=1&q=${encodeURIComponent(name)}`);
    const times = await slots(pages.public).count();
    const day = await chosenDay(pages.public);
    await open(pages.doctor, `/staff/calendar?day=${day}`);
    await pages.doctor.locator('.cal').waitFor();
    for (const [name, page] of Object.entries(pages)) {
      await page.waitForLoadState('networkidle');
      asked[name] = counting(page, name === 'public' ? /^\/api\// : SYNC);
      stayed.push(await stays(page));
    }
    const wish = await freeOn(day, 1);
    const made = await steal({ ...wish, doctorId: demo.meera, serviceId: demo.consultation }, name);
    assert.equal(made.status, 201);
    const { id } = made.appointment;
    await Promise.all([
      pages.public.locator('.slot--taken').waitFor(),
      row(pages.desk, id).waitFor(),
      row(pages.admin, id).waitFor(),
      pages.doctor.locator(`[data-visit="${id}"]`).waitFor(),
    ]);
    await row(pages.desk, id).locator('.tag--new').waitFor();
    assert.deepEqual(Object.values(asked).map(({ n }) => n), [0, 0, 0, 0], 'nobody asked for it');
    for (const check of stayed) await check();
    for (const page of Object.values(pages)) assert.deepEqual(await violations(page), []);
    await pages.public.locator('.slot--taken').waitFor({ state: 'detached' });
    assert.equal(await slots(pages.public).count(), times - 1);
    for (const page of Object.values(pages)) assert.deepEqual(page.noise, []);
  } finally {
    for (const page of Object.values(pages)) await leave(page);
  }
});

/* The day that the booking page shows, as a key. */
async function chosenDay(page) {
  const nth = await page.locator('.day input:checked').evaluate((input) => [...document.querySelectorAll('.day input')].indexOf(input));
  const { today } = await request('GET', '/api/clinic');
  return new Date(Date.parse(today) + nth * 86_400_000).toISOString().slice(0, 10);
}

async function freeOn(day, n) {
  const { slots: free } = await request('GET', `/api/availability/${demo.meera}?from=${day}&to=${day}&serviceId=${demo.consultation}`);
  return free[n];
}

/* A booking page at a day with times, hearing. */
const withPublic = (options, run, expected = /^$/) => async () => {
  const page = await visitor(browser, options);
  try {
    await toTimes(page);
    await pickDay(page, options.back ?? 0);
    await hears(page, 'live');
    await page.waitForLoadState('networkidle');
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), []);
  } finally {
    await leave(page);
  }
};

test('a time that somebody holds goes, and comes back when it is given back', withPublic({ width: 390, back: 1 }, async (page) => {
  const asked = counting(page, /^\/api\//);
  const times = await slots(page).count();
  const wish = { ...(await freeOn(await chosenDay(page), 2)), doctorId: demo.meera, serviceId: demo.consultation };
  const held = await request('POST', '/api/reservations', { doctorId: wish.doctorId, serviceId: wish.serviceId, startsAt: wish.startsAt });
  assert.equal(held.status, 201);
  await page.locator('.slot--taken').waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await slots(page).count(), times - 1);
  await request('DELETE', `/api/reservations/${held.id}`, undefined, { 'X-Reservation-Token': held.token });
  await page.locator('.slot--taken').waitFor({ state: 'detached' });
  assert.equal(await slots(page).count(), times);
  assert.equal(asked.n, 0, 'the page knew it by itself');
}));

test('a chosen time that is not kept and goes to somebody else: it has just been taken', withPublic({ width: 1280, back: 3 }, async (page) => {
  await page.route('**/api/reservations', (route) => route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"code":"RATE_LIMITED","status":429}' }));
  const wish = { ...(await freeOn(await chosenDay(page), 0)), doctorId: demo.meera, serviceId: demo.consultation };
  await slots(page).nth(0).click();
  await page.locator('#d-name').fill('Asha Patil');
  assert.equal((await steal(wish)).status, 201);
  await page.getByRole('alert').filter({ hasText: 'has just been taken' }).waitFor();
  assert.equal(await page.getByRole('group', { name: 'Nearest free times' }).getByRole('button').count(), 3);
  assert.deepEqual(await violations(page), []);
}, /status of 429/));

test('the own hold takes nothing away', withPublic({ width: 1280, back: 4 }, async (page) => {
  const times = await slots(page).count();
  await slots(page).nth(1).click();
  await page.locator('.timer__left').waitFor();
  const other = { ...(await freeOn(await chosenDay(page), 3)), doctorId: demo.meera, serviceId: demo.consultation };
  assert.equal((await steal(other)).status, 201);
  await page.locator('.slot--taken').waitFor();
  assert.equal(await page.locator('.slot--taken').count(), 1, 'only what somebody else has taken');
  assert.equal(await slots(page).count(), times - 1);
  assert.equal(await page.locator('.slot[aria-pressed=true]').count(), 1);
}));

test('other hours are asked for once', withPublic({ width: 390, back: 5 }, async (page) => {
  const asked = counting(page, /^\/api\/availability\//);
  const call = await caller('admin');
  const { body: { version, rules, exceptions } } = await call('GET', `/api/availability/${demo.meera}`);
  const day = await chosenDay(page);
  const closed = { from: `${day}T00:00:00+05:30`, to: `${day}T23:59:00+05:30`, kind: 'closed' };
  const put = (more, on) => call('PUT', `/api/availability/${demo.meera}`, { version: on, rules, exceptions: [...exceptions, ...more] });
  const saved = await put([closed], version);
  assert.equal(saved.status, 200, JSON.stringify(saved.body));
  await page.waitForFunction((n) => document.querySelectorAll('.day input')[n]?.disabled, await page.evaluate(() => [...document.querySelectorAll('.day input')].findIndex((one) => one.checked)));
  assert.equal(asked.n, 1);
  assert.equal((await put([], saved.body.version)).status, 200);
}));

test('a doctor hears of their own patients and of nobody else’s', async () => {
  const page = await pageOf(browser, 'doctor', { width: 390 });
  const his = await pageOf(browser, 'arun');
  try {
    await open(page);
    await open(his);
    const mine = await visit();
    await ticket(page, mine.name).waitFor();
    const moved = await change(mine, { doctorId: demo.arun, outsideHours: true });
    await ticket(page, mine.name).waitFor({ state: 'detached' });
    await ticket(his, mine.name).waitFor();
    await change(moved, { status: 'checked_in' });
    await his.locator('#waiting .ticket', { hasText: mine.name }).waitFor();
    assert.equal(await ticket(page, mine.name).count(), 0);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual([...page.noise, ...his.noise], []);
  } finally {
    await leave(page);
    await leave(his);
  }
});

test('two tabs of one person both hear, and say it once', async () => {
  const page = await pageOf(browser, 'desk');
  const second = await page.context().newPage();
  try {
    await open(page);
    await open(second);
    const it = await visit();
    await Promise.all([ticket(page, it.name).waitFor(), ticket(second, it.name).waitFor()]);
    await change(it, { status: 'checked_in' });
    for (const tab of [page, second]) await tab.locator('#waiting .ticket', { hasText: it.name }).waitFor();
    assert.equal(await ticket(second, it.name).count(), 1);
  } finally {
    await leave(page);
  }
});

test('a name that changes is on the pages', async () => {
  const page = await pageOf(browser, 'desk');
  const call = await caller('arun');
  try {
    await open(page);
    const { body: me } = await call('GET', '/api/profiles/me');
    const rename = async (name) => {
      const { body } = await call('GET', '/api/profiles/me');
      const saved = await call('PUT', '/api/profiles/me', { name, version: body.version });
      assert.equal(saved.status, 200, JSON.stringify(saved.body));
    };
    await rename('Dr. Arun Shah-Rao');
    await page.locator('.run', { hasText: 'Dr. Arun Shah-Rao' }).waitFor();
    await rename(me.name);
    await page.locator('.run', { hasText: 'Dr. Arun Shah-Rao' }).waitFor({ state: 'detached' });
  } finally {
    await leave(page);
  }
});

test('the network goes and comes back, and nothing is missing', () => withStaff(browser, 'desk', { width: 1280 }, blocked)(async (page) => {
  const [kept, gone] = [await visit(), await visit()];
  await open(page);
  await ticket(page, kept.name).waitFor();
  await page.context().setOffline(true);
  await says(page, /^Offline since \d\d:\d\d$/);
  const made = await visit();
  await change(kept, { status: 'checked_in' });
  await change(gone, { status: 'cancelled' });
  assert.equal(await ticket(page, made.name).count(), 0);
  await page.context().setOffline(false);
  await ticket(page, made.name).waitFor();
  await page.locator('#waiting .ticket', { hasText: kept.name }).waitFor();
  await ticket(page, gone.name).waitFor({ state: 'detached' });
  await hears(page, 'live');
  await says(page, /^Live$/);
  const later = await visit();
  await ticket(page, later.name).waitFor();
  assert.deepEqual(await violations(page), []);
}));

test('the hub goes: the page asks and says so; it comes back: the page lives', () => withStaff(browser, 'desk', { width: 1280 }, blocked)(async (page) => {
  await open(page);
  const stayed = await stays(page);
  hub.stop();
  await says(page, /^Every 60 s, last at \d\d:\d\d$/);
  assert.deepEqual(await violations(page), []);
  const meanwhile = await visit();
  await look(page);
  await ticket(page, meanwhile.name).waitFor();
  const unseen = await visit();
  hub.start();
  await says(page, /^Live$/);
  await ticket(page, unseen.name).waitFor();
  const later = await visit();
  await ticket(page, later.name).waitFor();
  await stayed();
}));

test('where no WebSocket gets through it is Server-Sent Events', () => withStaff(browser, 'admin', { width: 1280 }, blocked)(async (page) => {
  await block(page, 'socket');
  await open(page, '/staff/today', 'sse');
  await says(page, /^Live$/);
  const asked = counting(page, SYNC);
  const it = await visit();
  await ticket(page, it.name).waitFor();
  assert.equal(asked.n, 0);
}));

test('where neither does the page asks every 60 s', () => withStaff(browser, 'admin', { width: 1280 }, blocked)(async (page) => {
  await block(page, 'socket', 'events');
  await open(page, '/staff/today', 'polling');
  await says(page, /^Every 60 s/);
  const it = await visit();
  await look(page);
  await ticket(page, it.name).waitFor();
}));

test('a session cookie that has run out is made fresh, and the page lives', async () => {
  const page = await visitor(browser, { width: 1280 });
  try {
    const answer = await page.request.post('/api/auth/login', { headers: { Origin: base }, data: { email: people.desk, password: PASSWORD } });
    assert.equal(answer.status(), 200);
    await open(page);
    await page.context().setOffline(true);
    await says(page, /^Offline/);
    const cookies = await page.context().cookies();
    await page.context().addCookies(cookies.filter(({ path }) => path === '/').map((cookie) => ({ ...cookie, value: `${cookie.value}x` })));
    await page.context().setOffline(false);
    await hears(page, 'live');
    const it = await visit();
    await ticket(page, it.name).waitFor();
    assert.ok(page.noise.some((line) => ENDED.test(line)), 'the old one was refused');
    assert.deepEqual(page.noise.filter((line) => !ENDED.test(line) && !blocked.test(line)), []);
  } finally {
    await leave(page);
  }
});

test('who signs out, here or elsewhere, hears nothing more', async () => {
  const page = await visitor(browser, { width: 1280 });
  const closed = [];
  page.on('websocket', (socket) => socket.on('close', () => closed.push(socket.url())));
  const signIn = async () => {
    await page.goto('/staff/sign-in');
    await page.getByLabel('E-mail').fill('admin@opdesk.test');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await hears(page, 'live');
  };
  const out = () => page.getByLabel('E-mail').waitFor();
  try {
    await signIn();
    await page.locator('.me').click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await out();
    assert.equal(closed.length, 1, 'the socket is closed');

    await signIn();
    sql(`UPDATE auth.session s SET revoked_at = clock_timestamp() FROM auth.account u WHERE u.id = s.account_id AND u.email = 'admin@opdesk.test'`);
    await out();
    assert.equal(closed.length >= 2, true);
    assert.deepEqual(page.noise.filter((line) => !ENDED.test(line) && !blocked.test(line)), []);
  } finally {
    await leave(page);
  }
});
