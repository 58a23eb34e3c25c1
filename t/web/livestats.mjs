/*
 * Live connections: the page shows what hubs have reported and written down,
 * keeps up by itself, and says so when there is no hub or no answer.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { hasSql, launch, noSideways, sql, violations, widths, withStaff } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/* No hub runs: the test reports in its place, and the page's own line is refused. */
const noHub = /\/realtime\/v1\//;

const skip = hasSql ? false : 'needs plain SQL';
const CLINIC = '00000000-0000-4000-8000-000000000001';
const MEERA = '00000000-0000-4000-8000-0000000000d1';

const report = (stats) => sql(`SELECT feed.report('hub-of-this-test', '${JSON.stringify(stats)}')`);
const silence = () => sql("UPDATE feed.hub SET seen_at = seen_at - interval '11 seconds'");

/* Events as a hub writes them down, a minute ago. */
function sent(n, topic, ms) {
  const at = (Date.now() - 60_000) * 1000;
  const events = [...Array(n)].map(() => ({ clinic: CLINIC, seq: 1, topic, event: 'appointment-updated', made: at - ms * 1000, at, sent: 2, acked: 0, ack: null, resent: 0, failed: 0, account: null }));
  sql(`SELECT feed.note_events('hub-of-this-test', '${JSON.stringify(events)}')`);
}

const open = async (page) => {
  await page.goto('/staff/realtime');
  await page.locator('.figures').waitFor();
};
const figure = (page, name) => page.locator(`[data-figure="${name}"] dd`);
const shows = (page, name, text) => figure(page, name).filter({ hasText: new RegExp(`^${text}$`) }).waitFor();

test('without a hub the page says so, and that nothing is lost', { skip }, () => withStaff(browser, 'admin', { width: 1280 }, noHub)(async (page) => {
  silence();
  await open(page);
  await page.locator('.banner', { hasText: 'No hub is running' }).waitFor();
  assert.equal(await figure(page, 'connections').textContent(), '0');
  report({ connections: 7 });
  await shows(page, 'connections', '7');
  assert.equal(await page.locator('.banner').count(), 0, 'the page has noticed by itself');
}));

for (const width of widths)
  test(`what was sent, and how fast, at ${width} pixels`, { skip }, () => withStaff(browser, 'admin', { width }, noHub)(async (page) => {
    sql('DELETE FROM core.realtime_events');
    report({ connections: 12, subscriptions: 40, refused: 3, slow: 1 });
    sent(5, 'appointments:all', 8);
    sent(2, `appointments:dentist:${MEERA}`, 8);
    await open(page);
    for (const [name, text] of Object.entries({ connections: '12', subscriptions: '40', refused: '3', slow: '1', p50: '8 ms', p99: '8 ms', failed: '0' }))
      await shows(page, name, text);
    await page.locator('[data-topic="appointments:all"]', { hasText: 'All appointments' }).waitFor();
    await page.locator(`[data-topic="appointments:dentist:${MEERA}"]`, { hasText: 'Appointments of Dr. Meera Rao' }).waitFor();
    assert.match(await page.locator('.minutes svg').getAttribute('aria-label'), /^Most: 7 at \d\d:\d\d$/);
    assert.deepEqual(await violations(page), [], 'axe has nothing to say');
    await noSideways(page);
  }));

test('while the server does not answer, the last state stays with its time', { skip }, () => withStaff(browser, 'admin', { width: 1280 }, /status of 503|\/realtime\/v1\//)(async (page) => {
  report({ connections: 4 });
  await open(page);
  await page.route('**/api/realtime/stats', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE' } }));
  await page.locator('.banner', { hasText: 'You see the state of' }).waitFor();
  assert.equal(await figure(page, 'connections').textContent(), '4');
}));

test('the page is for administrators', () => withStaff(browser, 'desk', { width: 1280 }, noHub)(async (page) => {
  await page.goto('/staff/realtime');
  await page.waitForURL('**/staff/today');
  await page.locator('nav a[href="/staff/today"]').first().waitFor();
  assert.equal(await page.locator('a[href="/staff/realtime"]').count(), 0, 'nor named to others');
}));
