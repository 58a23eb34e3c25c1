// Words in the visitor's language.
//
// A page hands over its tables once: English with the bundle, the others as functions that load a chunk when they are
// wanted.  t() reads the language signal, so a component that calls it is drawn again when the language changes.
//
// Keys are 'section.name'.  A value is a text with {holes}, or an object of plural forms ({one, other}) chosen by {n}.
import { signal } from '@preact/signals';
import { local } from './storage.js';

export const languages = {
  en: { name: 'English', locale: 'en-GB' },
  hi: { name: 'हिन्दी', locale: 'hi-IN-u-nu-latn' }, // Latin digits, as people in the clinic write them
};

export const lang = signal('en');

const tables = {};
const loaders = {};
const plurals = {};

/** The BCP 47 tag that dates are written in. */
export const locale = () => languages[lang.value].locale;

/** What a new visitor gets: the choice made before, else what the browser asks for, else English. */
function preferred() {
  const saved = local.get('lang');
  if (saved in languages) return saved;
  for (const tag of navigator.languages ?? [navigator.language ?? '']) {
    const code = tag.slice(0, 2).toLowerCase();
    if (code in languages) return code;
  }
  return 'en';
}

async function load(code) {
  const more = await Promise.all((loaders[code] ?? []).splice(0).map((get) => get()));
  tables[code] = Object.assign(tables[code] ?? {}, ...more);
}

/**
 * Add sections: {en: {common, public}, hi: () => import('./hi.js')}.  A page calls it once at the start and again for
 * a part that is loaded later; it is settled when the current language is complete.
 */
export async function addStrings(byLang) {
  for (const [code, table] of Object.entries(byLang)) {
    if (typeof table === 'function') (loaders[code] ??= []).push(table);
    else tables[code] = { ...tables[code], ...table };
  }
  await load(lang.peek());
}

/** Choose the language of a page that starts, with its first sections. */
export async function startI18n(byLang) {
  const code = preferred();
  await addStrings(byLang);
  await setLang(code, { save: false });
}

export async function setLang(code, { save = true } = {}) {
  if (save) local.set('lang', code);
  try {
    await load(code);
  } catch {
    return; // the chunk did not arrive: the page stays in the language it has
  }
  document.documentElement.lang = code;
  lang.value = code;
}

function find(code, key) {
  const dot = key.indexOf('.');
  return tables[code]?.[key.slice(0, dot)]?.[key.slice(dot + 1)];
}

function form(code, value, vars) {
  if (value === undefined || typeof value === 'string') return value;
  plurals[code] ??= new Intl.PluralRules(languages[code].locale);
  return value[plurals[code].select(vars?.n ?? 0)] ?? value.other;
}

/** The text of a key; a key that nobody wrote shows as itself, and t/web/strings.t fails. */
export function t(key, vars) {
  const text = form(lang.value, find(lang.value, key) ?? find('en', key), vars) ?? key;
  return vars ? text.replace(/\{(\w+)\}/g, (hole, name) => vars[name] ?? hole) : text;
}

/** Like t(), but holes may be elements: an array for JSX. */
export function tx(key, vars) {
  const text = form(lang.value, find(lang.value, key) ?? find('en', key), vars) ?? key;
  return text.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? vars[part] : part));
}

export const has = (key) => find('en', key) !== undefined;

const currencies = {};

/** Money from minor units: 50000 INR is ₹500, and 50050 is ₹500.50. */
export function money(minor, currency) {
  const tag = `${lang.value === 'en' ? (currency === 'INR' ? 'en-IN' : 'en') : locale()} ${currency}`;
  const make = (more) => new Intl.NumberFormat(tag.split(' ')[0], { style: 'currency', currency, ...more });
  currencies[tag] ??= { parts: make(), whole: make({ minimumFractionDigits: 0, maximumFractionDigits: 0 }) };
  const { parts, whole } = currencies[tag];
  const unit = 10 ** parts.resolvedOptions().maximumFractionDigits;
  return (minor % unit ? parts : whole).format(minor / unit);
}

/** "09:00–13:00 and 16:00–19:00" */
export const list = (items) => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);
