/*
 * form.js - what somebody has typed over an appointment, and what comes of it
 * when somebody else has saved it meanwhile.
 *
 * Three rows meet: `base`, as it was when the panel opened; `draft`, base with
 * what was typed; `theirs`, as the server has it now.
 */
import { formatPhone } from '../../common/phone.js';

export const fields = ['name', 'phone', 'email', 'doctorId', 'serviceId', 'startsAt', 'reason', 'notes'];

const bare = (phone) => phone.replace(/[\s().-]/g, '');
const blank = (value) => (value === undefined || value === '' ? null : value);

/** Equal as people see it: an empty text is none, an instant or a phone is one however it is written. */
export function equal(field, a, b) {
  const x = blank(a);
  const y = blank(b);
  if (field === 'startsAt' && x && y)
    return Date.parse(x) === Date.parse(y);
  if (field === 'phone' && x && y)
    return bare(x) === bare(y);
  return x === y;
}

/** A field as it is written: phones with spaces, plain ones, for this is a text that people change. */
export const written = (field, value) => (field === 'phone' && value ? formatPhone(value).replace(/\s/g, ' ') : value ?? null);

export const draftOf = (row) => Object.fromEntries(fields.map((field) => [field, written(field, row[field])]));

/** The members to send: what differs from a row. Empty texts are null. */
export function changesOf(draft, row) {
  const members = {};
  for (const field of fields)
    if (!equal(field, draft[field], row[field]))
      members[field] = blank(typeof draft[field] === 'string' ? draft[field].trim() : draft[field]);
  return members;
}

export const isDirty = (draft, row) => fields.some((field) => !equal(field, draft[field], row[field]));

/* A time belongs to its doctor and service: they are chosen together. */
const groups = [['name'], ['phone'], ['email'], ['doctorId', 'serviceId', 'startsAt'], ['reason'], ['notes']];

/**
 * The questions of a conflict: [{ name, fields, pick }]; pick is 'mine' where
 * only we changed it, 'theirs' where only they did, and 'mine' where both did.
 * What agrees is in `same`.
 */
export function compare(base, draft, theirs) {
  const asks = [];
  const same = [];
  for (const group of groups) {
    const differs = group.some((field) => !equal(field, draft[field], theirs[field]));
    const name = group.length > 1 ? 'visit' : group[0];
    if (!differs) {
      same.push(name);
      continue;
    }
    const weChanged = group.some((field) => !equal(field, draft[field], base[field]));
    asks.push({ name, fields: group, pick: weChanged ? 'mine' : 'theirs' });
  }
  return { asks, same };
}

/** The draft that comes of the choices; picks: { name: 'mine' | 'theirs' }. */
export function settle(asks, picks, draft, theirs) {
  const next = draftOf(theirs);
  for (const { name, fields: group } of asks)
    if (picks[name] === 'mine')
      for (const field of group)
        next[field] = draft[field];
  return next;
}

/** A text in three parts, { before, part, after }, of which only the middle differs from the other text. */
export function differing(text, other) {
  const a = text ?? '';
  const b = other ?? '';
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start])
    start++;
  while (start > 0 && !/\s/.test(a[start - 1]))
    start--;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  while (end > 0 && !/\s/.test(a[a.length - end]))
    end--;
  return { before: a.slice(0, start), part: a.slice(start, a.length - end), after: a.slice(a.length - end) };
}
