/*
 * What the tests of live pages have in common: ways that are blocked, the hub
 * that goes and comes, and what a page says of it.
 */
import assert from 'node:assert/strict';

/** What a browser says of a way that does not open. */
export const blocked = /WebSocket connection|\/realtime\/|\/nowhere\/|ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/;

/** The page's ways lead nowhere: 'socket', 'events', or both, as of its next load. */
export const block = (page, ...ways) =>
  page.addInitScript((names) => {
    const nowhere = (url) => String(url).replace('/realtime/', '/nowhere/');
    if (names.includes('socket'))
      globalThis.WebSocket = class extends globalThis.WebSocket {
        constructor(url, protocols) {
          super(nowhere(url), protocols);
        }
      };
    if (names.includes('events'))
      globalThis.EventSource = class extends globalThis.EventSource {
        constructor(url, options) {
          super(nowhere(url), options);
        }
      };
  }, ways);

/** The page says that it hears the hub by that way: 'live', 'sse', 'polling' or 'offline'. */
export const hears = (page, way) => page.locator(`[data-way="${way}"]`).first().waitFor({ timeout: 40_000 });

/** The runner (lib/Web.pm) reads this and does it. */
export const hub = {
  stop: () => console.log('#! hub stop'),
  start: () => console.log('#! hub start'),
};

/** Fails when the page has been loaded again since. */
export async function stays(page) {
  const mark = String(Math.random());
  await page.evaluate((text) => { globalThis.opdeskMark = text; }, mark);
  return async () => assert.equal(await page.evaluate(() => globalThis.opdeskMark), mark, 'it was not loaded again');
}

/** Counts the requests of a page to a path: { n } */
export function counting(page, pattern) {
  const seen = { n: 0 };
  page.on('request', (request) => {
    if (pattern.test(new URL(request.url()).pathname)) seen.n++;
  });
  return seen;
}
