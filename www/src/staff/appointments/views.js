/*
 * views.js - the tabs above the list: four that everybody has, and one's own,
 * kept in this browser for this person.
 */
import { signal } from '@preact/signals';
import { local } from '../../common/storage.js';
import { writeFilter } from './filter.js';

const none = { status: [], doctor: [], service: [], from: null, down: false, q: '' };

export const standing = [
  { name: 'coming', filter: { ...none, from: 'today' } },
  { name: 'toConfirm', filter: { ...none, status: ['lead', 'requested'] } },
  { name: 'noShow', filter: { ...none, status: ['no_show'], down: true } },
  { name: 'all', filter: { ...none, down: true } },
];

const own = signal([]);
let owner = null;

export function ownViews(user) {
  if (owner !== user) {
    owner = user;
    own.value = local.get(`views.${user}`) ?? [];
  }
  return own.value;
}

function keep(views) {
  own.value = views;
  local.set(`views.${owner}`, views.length > 0 ? views : undefined);
}

export function saveView(title, filter) {
  keep([...own.peek().filter((view) => view.title !== title), { title, filter: { ...filter, q: '' } }]);
}

export const dropView = (title) => keep(own.peek().filter((view) => view.title !== title));

/** Whether a filter is a view's, apart from the search. */
export const same = (a, b) => writeFilter({ ...a, q: '' }) === writeFilter({ ...b, q: '' });
