/*
 * places.js - the time zones, countries and currencies that there are, as the
 * language calls them: [{ value, name, note }].
 *
 * The browser knows them all; own is the one that is chosen, which it may
 * call otherwise.
 */
import { locale } from '../../common/i18n.js';
import { formatTime, zoneName } from '../../common/time.js';

/* Some browsers list zones by names that are out of use. */
const renamed = {
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires', 'America/Godthab': 'America/Nuuk', 'Asia/Calcutta': 'Asia/Kolkata', 'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon', 'Asia/Saigon': 'Asia/Ho_Chi_Minh', 'Atlantic/Faeroe': 'Atlantic/Faroe', 'Europe/Kiev': 'Europe/Kyiv',
};

const inOrder = (options) => {
  const { compare } = new Intl.Collator(locale());
  return options.sort((a, b) => compare(a.name, b.name));
};

const namesOf = (type) => new Intl.DisplayNames(locale(), { type, fallback: 'none' });

/** The note is the zone's name and what its clocks show, which is how people know that it is theirs. */
export function zones(own) {
  const all = new Set([own, ...Intl.supportedValuesOf('timeZone').map((zone) => renamed[zone] ?? zone)]);
  return [...all].sort().map((value) => ({ value, name: value.replaceAll('_', ' '), get note() { return `${zoneName(value)}, ${formatTime(new Date(), value)}`; } }));
}

/* Codes that stand for no country, or for one that is no more, have another one as their usual form. */
function isCountry(code, name) {
  return name && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}` && !/^(AA|EU|EZ|QO|UN|X[A-JL-Z]|ZZ)$/.test(code);
}

export function countries(own) {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const names = namesOf('region');
  const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => isCountry(code, names.of(code)));
  return inOrder([...new Set([own, ...codes])].map((value) => ({ value, name: names.of(value) ?? value, note: value })));
}

export function currencies(own) {
  const names = namesOf('currency');
  return inOrder([...new Set([own, ...Intl.supportedValuesOf('currency')])].map((value) => ({ value, name: names.of(value) ?? value, note: value })));
}
