/*
 * The first load of the booking site: what it weighs, and how soon it can be
 * used on a slow phone.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import { launch, leave, visitor } from './lib/browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Milliseconds until the first question can be answered, those that the page's thread worked, and the bytes on the wire. */
async function firstLoad({ cpu = 1, network } = {}) {
  const page = await visitor(browser, {});
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  if (network) await cdp.send('Network.emulateNetworkConditions', { offline: false, ...network });
  const kinds = new Map();
  const bytes = {};
  cdp.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    bytes[kind] = (bytes[kind] ?? 0) + encodedDataLength;
  });
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (!globalThis.usableAt && document.querySelector('button.choice'))
        requestAnimationFrame(() =>
          setTimeout(() => {
            globalThis.usableAt ??= performance.now();
          }),
        );
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto('/');
  await page.waitForFunction(() => globalThis.usableAt);
  const usable = await page.evaluate(() => globalThis.usableAt);
  const { metrics } = await cdp.send('Performance.getMetrics');
  const busy = Math.round(1000 * metrics.find(({ name }) => name === 'TaskDuration').value);
  await page.waitForLoadState('networkidle');
  await leave(page);
  return { usable: Math.round(usable), busy, bytes };
}

test('the first load is light and usable within a second on a slow phone', async (t) => {
  const runs = [];
  let best = Infinity;
  for (let i = 0; i < 8 && (i < 3 || best > 1000); i++) {
    runs.push(await firstLoad({ cpu: 4 }));
    best = Math.min(best, runs[i].usable);
  }
  const { bytes } = runs[0];
  const code = (bytes.Script ?? 0) + (bytes.Stylesheet ?? 0);
  t.diagnostic(`usable after ${runs.map(({ usable }) => usable).join(', ')} ms at 4x CPU slow-down`);
  t.diagnostic(
    `on the wire: ${Object.entries(bytes)
      .map(([kind, n]) => `${kind} ${(n / 1024).toFixed(1)} KB`)
      .join(', ')}`,
  );
  const slow = await firstLoad({
    cpu: 4,
    network: { latency: 150, downloadThroughput: 200000, uploadThroughput: 90000 },
  });
  t.diagnostic(`and over 1.6 Mbit/s with 150 ms: ${slow.usable} ms`);
  assert.ok(code > 0 && code <= 60 * 1024, `script and style are ${code} bytes`);
  const { busy } = await firstLoad();
  t.diagnostic(`the page's thread works for ${busy} ms until then`);
  assert.ok(busy * 4 <= 1000, 'four times as slow it is still done within the second');
  // The clock on the wall says something only where nobody else wants the processors.
  if (best > 1000 && loadavg()[0] > availableParallelism())
    t.diagnostic(`the machine is busy (load ${loadavg()[0].toFixed(1)}), so ${best} ms is no verdict`);
  else assert.ok(best <= 1000, `usable after ${best} ms`);
});
