#!/usr/bin/env node
// Every word that a page asks for is there, in every language, with the same holes.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const www = join(process.env.OPDESK_SRCDIR ?? join(__dirname, '../..'), 'www');
const read = (lang) => import(pathToFileURL(join(www, `src/strings/${lang}.js`)));
let n = 0;
let failed = 0;

function ok(wrong, name) {
  n += 1;
  if (wrong.length)
    failed += 1;
  console.log(`${wrong.length ? 'not ok' : 'ok'} ${n} - ${name}`);
  for (const line of wrong)
    console.log(`# ${line}`);
}

const forms = (value) => (typeof value === 'string' ? { other: value } : value);
const holes = (value) => [...new Set(Object.values(forms(value)).join(' ').match(/\{\w+\}/g) ?? [])].sort().join(' ');

/** {'public.when': text, …} */
const flat = (sections) => Object.fromEntries(Object.entries(sections).flatMap(([section, table]) =>
  Object.entries(table).map(([key, value]) => [`${section}.${key}`, value])));

function sources(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory())
      return sources(path);
    return /\.jsx?$/.test(entry.name) && !path.includes('/strings/') ? [path] : [];
  });
}

// t('section.key' …), tx(…), and keys that are only named: 'section.key' as a text of its own.
function asked(path, sections) {
  const found = [...readFileSync(path, 'utf8').matchAll(/'([a-z]\w*)\.([a-z]\w*)'/gi)];
  return found.filter(([, section]) => section in sections).map(([, section, key]) => `${section}.${key}`);
}

async function main() {
  const en = await read('en');
  const hi = await read('hi');
  const [english, hindi] = [flat(en), flat(hi)];
  const without = (a, b) => Object.keys(a).filter((key) => !(key in b));
  ok(without(english, hindi), 'Hindi has every English key');
  ok(without(hindi, english), 'English has every Hindi key');
  const both = Object.keys(english).filter((key) => key in hindi);
  ok(both.filter((key) => holes(english[key]) !== holes(hindi[key])), 'with the same holes');
  ok(both.filter((key) => Object.values(forms(hindi[key])).some((text) => !text.trim())), 'none is empty');
  for (const [lang, table] of Object.entries({ en: english, hi: hindi })) {
    const wanted = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
    ok(Object.keys(table).filter((key) => typeof table[key] !== 'string' && wanted.some((one) => !(one in table[key]))),
      `plurals have the forms of ${lang}`);
  }
  ok(Object.entries(english).filter(([, value]) => /[ऀ-ॿ]/.test(Object.values(forms(value)).join('')))
    .map(([key]) => key).filter((key) => key !== 'common.otherLanguage'), 'English is English');
  const missing = sources(join(www, 'src')).flatMap((path) =>
    asked(path, en).filter((key) => !(key in english)).map((key) => `${path.slice(www.length + 1)}: ${key}`));
  ok(missing, 'pages ask for nothing that is not there');
  console.log(`1..${n}`);
  process.exitCode = failed ? 1 : 0;
}

main();
