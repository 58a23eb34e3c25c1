/*
 * filter.js - which appointments the list shows, and under which heads.
 *
 * What is chosen stands in the address, so that a view can be saved, sent and
 * gone back to:  ?status=requested,lead&doctor=…&service=…&from=2026-11-20&sort=down&q=…
 */
import { digitsOf } from '../../common/phone.js';
import { startOf } from '../store.js';

export const statuses = ['lead', 'requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show'];

const ids = (text) => (text ? text.split(',').filter(Boolean) : []);

/** from: a day, 'today', or null. An address that says nothing means: all coming. */
export function readFilter(query) {
  const plain = !['status', 'doctor', 'service', 'from', 'all'].some((name) => query.has(name));
  return {
    status: ids(query.get('status')).filter((one) => statuses.includes(one)),
    doctor: ids(query.get('doctor')),
    service: ids(query.get('service')),
    from: query.get('from') ?? (plain ? 'today' : null),
    down: query.get('sort') === 'down',
    q: query.get('q')?.trim() ?? '',
  };
}

/** The address of a filter; q is not part of a view. */
export function writeFilter({ status, doctor, service, from, down, q }) {
  const query = new URLSearchParams();
  const set = (name, list) => list.length > 0 && query.set(name, list.join(','));
  set('status', status);
  set('doctor', doctor);
  set('service', service);
  if (from && !(from === 'today' && query.size === 0))
    query.set('from', from);
  if (query.size === 0 && !from)
    query.set('all', '1');
  if (down)
    query.set('sort', 'down');
  if (q)
    query.set('q', q);
  return query.toString();
}

/* Commas stay readable in the address. */
export const link = (filter, id) => {
  const rest = writeFilter(filter).replaceAll('%2C', ',');
  return `/staff/appointments${id ? `/${id}` : ''}${rest && `?${rest}`}`;
};

const hay = new WeakMap();

function haystack(row) {
  let text = hay.get(row);
  if (text === undefined)
    hay.set(row, text = [row.name, row.email, row.reason].filter(Boolean).join('\n').toLowerCase());
  return text;
}

/** Part of name, e-mail or reason, every word of it; or digits of the phone. */
export function matcher(q) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const digits = /^[\d\s+()-]+$/.test(q) ? digitsOf(q).replace(/^0+/, '') : '';
  return (row) => (digits.length > 2 && digitsOf(row.phone ?? '').includes(digits)) || words.every((word) => haystack(row).includes(word));
}

/** Where a row stands in the list: who walked in, at the time they came. */
export const listedAt = (row) => (row.startsAt || !row.walkIn ? startOf(row) : Date.parse(row.createdAt));

/** The rows of a filter, in its order. today: [first, end) of the present day, bounds(day) of any. */
export function select(rows, filter, { today, bounds }) {
  const first = filter.from ? bounds(filter.from === 'today' ? today : filter.from).first : -Infinity;
  const fits = filter.q ? matcher(filter.q) : () => true;
  const has = (list, value) => list.length === 0 || list.includes(value);
  const found = rows.filter((row) => listedAt(row) >= first && has(filter.status, row.status)
    && has(filter.doctor, row.doctorId) && has(filter.service, row.serviceId) && fits(row));
  const list = withWalkIns(found);
  return filter.down ? list.reverse() : list;
}

/* Rows come in order of time, those without one last: only who walked in has to be put in between. */
function withWalkIns(rows) {
  const walked = rows.filter((row) => !row.startsAt && row.walkIn).sort((a, b) => listedAt(a) - listedAt(b));
  if (walked.length === 0)
    return rows;
  const others = rows.filter((row) => row.startsAt || !row.walkIn);
  const list = [];
  for (const row of others) {
    while (walked.length > 0 && listedAt(walked[0]) < listedAt(row))
      list.push(walked.shift());
    list.push(row);
  }
  return list.concat(walked);
}

/** Rows with the head of each day before them: [{ day } | { row }]; day null: no time yet. */
export function withHeads(rows, dayOf) {
  const items = [];
  let last;
  for (const row of rows) {
    const at = listedAt(row);
    const day = at === Infinity ? null : dayOf(at);
    if (day !== last || items.length === 0)
      items.push({ key: `day-${day}`, day });
    last = day;
    items.push({ key: row.id, row });
  }
  return items;
}

/* Levenshtein, given up beyond two. */
function distance(a, b) {
  if (Math.abs(a.length - b.length) > 2)
    return 3;
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const line = [i];
    for (let j = 1; j <= b.length; j++)
      line[j] = Math.min(before[j] + 1, line[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    before = line;
  }
  return before[b.length];
}

/** The coming visit whose name is nearest to a misspelt one, or null. */
export function nearest(rows, q, now) {
  const wanted = q.toLowerCase();
  let best = null;
  let least = 3;
  for (const row of rows) {
    if (startOf(row) < now)
      continue;
    for (const word of [row.name, ...row.name.split(' ')]) {
      const far = distance(wanted, word.toLowerCase());
      if (far < least) {
        least = far;
        best = row;
      }
    }
  }
  return best;
}
