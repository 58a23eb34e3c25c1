// Bundles the pages.   node build.mjs [--watch] [--report] [--out DIR] [--only NAME,NAME]
//
// The result is dist/, replaced as a whole when everything is ready, so that a server can go on serving it.
// Each page is src/NAME/main.jsx; one whose file is not there is left out.  Everything under dist/assets/ carries a hash
// of its content in its name and may be cached for ever; the rest (pages, manifest, icons) is checked at each visit.
// No page has an inline script or style, so a policy of 'self' for both is enough.
import { build, context } from 'esbuild';
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = dirname(fileURLToPath(import.meta.url));
process.chdir(top);

function option(name) {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
}

// budget: most kilobytes of script and style, compressed.  first: counted without what is loaded on demand.
// early.js beside main.jsx, if there is one, runs before anything else, as a plain script.
const pages = [
  { name: 'public', out: 'index.html', title: 'Book a visit', body: 'touch', budget: 60, first: true },
  { name: 'patient', out: 'patient/index.html', title: 'My visits', body: 'touch', budget: 100 },
  { name: 'staff', out: 'staff/index.html', title: 'opdesk', body: 'staff', budget: 250 },
  { name: 'docs', out: 'docs/index.html', title: 'API', body: 'docs', budget: 60 },
].filter(({ name }) => existsSync(`src/${name}/main.jsx`) && (option('--only') ?? name).split(',').includes(name));

const watch = process.argv.includes('--watch');
const out = option('--out') ?? 'dist';
const dist = watch ? out : `${out}.new-${process.pid}`;

const earlyOf = ({ name }) => (existsSync(`src/${name}/early.js`) ? `src/${name}/early.js` : null);

const options = (page) => ({
  entryPoints: {
    [page.name]: `src/${page.name}/main.jsx`,
    ...(earlyOf(page) && { [`${page.name}-early`]: earlyOf(page) }),
  },
  outdir: `${dist}/assets`,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  publicPath: '/assets',
  loader: { '.woff2': 'file', '.svg': 'file' },
  metafile: true,
  logLevel: 'warning',
  plugins: watch
    ? [{ name: 'pages', setup: (b) => b.onEnd((r) => (r.metafile ? writePage(page, r.metafile) : null)) }]
    : [],
});

/** The files that a page needs before it shows: its entry, and what that imports without asking. */
function firstFiles(page, { outputs }) {
  const entry = Object.keys(outputs).find((f) => outputs[f].entryPoint === `src/${page.name}/main.jsx`);
  const found = new Set([entry]);
  for (const file of found) {
    for (const { path, kind } of outputs[file].imports)
      if (kind === 'import-statement' && path in outputs) found.add(path);
  }
  const scripts = [...found];
  const early = Object.keys(outputs).filter((f) => outputs[f].entryPoint && outputs[f].entryPoint === earlyOf(page));
  return { early, scripts, styles: scripts.map((f) => outputs[f].cssBundle).filter(Boolean) };
}

async function writePage(page, metafile) {
  const own = `src/${page.name}/index.html`;
  const html = await readFile(existsSync(own) ? own : 'src/common/page.html', 'utf8');
  const {
    early,
    scripts: [entry, ...more],
    styles,
  } = firstFiles(page, metafile);
  const url = (file) => `/${relative(dist, file)}`;
  const words = {
    title: page.title,
    class: page.body,
    noscript: 'This page needs JavaScript.',
    assets: [
      ...early.map((f) => `<script src="${url(f)}"></script>`),
      ...styles.map((f) => `<link rel="stylesheet" href="${url(f)}">`),
      `<script type="module" src="${url(entry)}"></script>`,
      ...more.map((f) => `<link rel="modulepreload" href="${url(f)}">`),
    ].join('\n'),
  };
  const file = join(dist, page.out);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    html.replace(/\{\{(\w+)\}\}/g, (_, word) => words[word]),
  );
}

const kilobytes = (n) => (n / 1024).toFixed(1).padStart(6);

async function weigh(page, metafile) {
  const first = firstFiles(page, metafile);
  const needed = new Set([...first.early, ...first.scripts, ...first.styles]);
  const sizes = [];
  for (const file of Object.keys(metafile.outputs).filter((f) => /\.(js|css)$/.test(f)))
    sizes.push({ file, first: needed.has(file), size: gzipSync(await readFile(file)).length });
  const sum = (list) => list.reduce((n, { size }) => n + size, 0);
  const loaded = sum(sizes.filter((s) => s.first));
  const weight = page.first ? loaded : sum(sizes);
  const over = weight > page.budget * 1024;
  console.log(
    `${page.name.padEnd(8)} ${kilobytes(weight)} KB of ${page.budget}${over ? '  OVER BUDGET' : ''}` +
      `   (first load ${kilobytes(loaded).trim()} KB, all ${kilobytes(sum(sizes)).trim()} KB, gzip)`,
  );
  if (process.argv.includes('--report'))
    for (const { file, size } of sizes.sort((a, b) => b.size - a.size))
      console.log(`         ${kilobytes(size)}  ${relative(dist, file)}`);
  return over;
}

async function copyStatic() {
  for (const name of await readdir('src/common/static')) await cp(`src/common/static/${name}`, `${dist}/${name}`);
}

/** What was built within the last day stays: a page that is open may yet ask for a part of itself. */
async function keepAssets() {
  for (const name of await readdir(`${out}/assets`)) {
    const [from, to] = [`${out}/assets/${name}`, `${dist}/assets/${name}`];
    if (!existsSync(to) && Date.now() - (await stat(from)).mtimeMs < 86400000)
      await cp(from, to, { preserveTimestamps: true });
  }
}

async function replace() {
  const old = `${dist}.old`;
  if (existsSync(`${out}/assets`)) await keepAssets();
  if (existsSync(out)) await rename(out, old);
  await rename(dist, out);
  await rm(old, { recursive: true, force: true });
}

if (!watch) process.on('exit', () => rmSync(dist, { recursive: true, force: true })); // what a failed build leaves
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await copyStatic();
if (watch) {
  for (const page of pages) await (await context(options(page))).watch();
  console.log('watching');
} else {
  let over = false;
  for (const page of pages) {
    const { metafile } = await build(options(page));
    await writePage(page, metafile);
    over = (await weigh(page, metafile)) || over;
  }
  await replace();
  process.exitCode = over ? 1 : 0;
}
