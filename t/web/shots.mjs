/*
 * Pictures of every page in every state, for looking at.
 *
 *   node t/web/shots.mjs [--url URL] [--out DIR] [PATTERN]
 *
 * Against a running installation: URL, or OPDESK_URL, or the one that
 * `./dev up` started.  Each file in shots/ is one page and exports
 *
 *   name     what its pictures are called
 *   states   { 'name of the state': async (page, { width, scheme, lang }) => … }
 *   langs    ['en'] unless said
 *   options  for the browser's context, or a function of the same
 *
 * PATTERN is part of "page state".  A state gets a page of its own and leaves
 * it as it is to be seen; the network is stubbed there, and nowhere else.
 * DIR/index.html shows them all.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const top = resolve(here, '../..');
const args = process.argv.slice(2);

function option(name) {
  const i = args.indexOf(name);
  return i < 0 ? undefined : args.splice(i, 2)[1];
}

function started() {
  const port = join(top, 'var/port');
  return existsSync(port) ? `http://127.0.0.1:${readFileSync(port, 'utf8').trim()}` : undefined;
}

process.env.OPDESK_URL = option('--url') ?? process.env.OPDESK_URL ?? started() ?? 'http://127.0.0.1:8080';
const out = resolve(option('--out') ?? join(top, 'var/shots'));
const pattern = args[0] ?? '';
const { launch, leave, visitor } = await import('./lib/browser.mjs');

const sets = [];
for (const width of [360, 1280]) for (const scheme of ['light', 'dark']) sets.push({ width, scheme });

async function picture(browser, entry, state, set) {
  const given = typeof entry.options === 'function' ? entry.options(set) : entry.options;
  const page = await visitor(browser, {
    width: set.width,
    colorScheme: set.scheme,
    locale: set.lang === 'hi' ? 'hi-IN' : 'en-GB',
    ...given,
  });
  const file = [entry.name, state.replaceAll(' ', '-'), set.width, set.scheme, set.lang].join('-') + '.png';
  try {
    await entry.states[state](page, set);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(out, file), fullPage: true });
    return { file };
  } catch (e) {
    return { file, failed: String(e.message).split('\n')[0] };
  } finally {
    await leave(page);
  }
}

const rows = [];
mkdirSync(out, { recursive: true });
const browser = await launch();
for (const name of readdirSync(join(here, 'shots'))
  .filter((one) => one.endsWith('.mjs'))
  .sort()) {
  const entry = await import(join(here, 'shots', name));
  for (const state of Object.keys(entry.states).filter((one) => `${entry.name} ${one}`.includes(pattern))) {
    const made = [];
    for (const lang of entry.langs ?? ['en'])
      for (const set of sets) made.push(await picture(browser, entry, state, { ...set, lang }));
    const failed = made.filter((one) => one.failed);
    console.log(`${failed.length ? 'FAILED' : 'ok'}  ${entry.name} ${state}  ${made.length - failed.length} pictures`);
    for (const one of failed) {
      console.log(`        ${one.file}: ${one.failed}`);
      process.exitCode = 1;
    }
    rows.push(
      `<h2>${entry.name}: ${state}</h2><p>${made
        .filter((one) => !one.failed)
        .map(({ file }) => `<a href="${file}"><img src="${file}" alt="${file}" loading="lazy"></a>`)
        .join('')}</p>`,
    );
  }
}
await browser.close();
writeFileSync(
  join(out, 'index.html'),
  `<!doctype html><meta charset="utf-8"><title>Pages</title>
<style>body { font: 16px system-ui; } p { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; } img { height: 480px; border: 1px solid #888; }</style>
${rows.join('\n')}
`,
);
console.log(`look at ${join(out, 'index.html')}`);
