// A real browser for the tests: Debian's Chromium, driven by playwright-core.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

// The packages stand in www/, with everything else that npm brings.
const require = createRequire(new URL('../../../www/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = require.resolve('axe-core/axe.min.js');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const base = (process.env.OPDESK_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/**
 * A page in a context of its own.  page.noise collects what must not be: console errors and warnings, uncaught errors,
 * requests to another host.  Playwright's own options pass through; width is short for a viewport.
 */
export async function visitor(browser, { width = 390, height = width < 600 ? 844 : 900, ...more } = {}) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'Asia/Kolkata',
    reducedMotion: 'reduce',
    isMobile: width < 600,
    hasTouch: width < 600,
    ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.noise = [];
  page.on(
    'console',
    (m) =>
      ['error', 'warning'].includes(m.type()) &&
      !/WebSocket is closed before the connection is established/.test(m.text()) && // the page was left meanwhile
      page.noise.push(`${m.type()}: ${m.text()} ${m.location()?.url ?? ''}`),
  );
  page.on('pageerror', (e) => page.noise.push(`uncaught: ${e.stack ?? e}`));
  page.on(
    'request',
    (r) => /^https?:/.test(r.url()) && !r.url().startsWith(`${base}/`) && page.noise.push(`foreign: ${r.url()}`),
  );
  return page;
}

/** A page for one test; whatever it should not have said fails it. expected: what may be in its console. */
export async function watched(browser, options, run, expected = /^$/) {
  const page = await visitor(browser, options);
  try {
    await run(page);
    const wrong = page.noise.filter((line) => !expected.test(line));
    assert.deepEqual(wrong, [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
}

/** Closes a page for good; what its routes were still answering no longer matters. */
export async function leave(page) {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
}

/** What axe-core has to say about the page as it is: 'rule: element' for each violation. */
export async function violations(page, { under } = {}) {
  await page.evaluate(readFileSync(axe, 'utf8'));
  const found = await page.evaluate(
    (root) =>
      globalThis.axe.run(root ?? document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      }),
    under,
  );
  return found.violations.flatMap((v) =>
    v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary?.split('\n')[1] ?? ''}`),
  );
}
