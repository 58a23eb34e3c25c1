/*
 * router.js - which page of an application the address names, and the way to
 * another one.
 *
 * Plain links work: a click on one that stays under the application's folder
 * changes the page without loading it anew.  A page with unsaved text sets a guard, which is
 * asked first; it may say no, or yes later.
 */
import { signal } from '@preact/signals';

const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });

/** { path, query } of the page shown. */
export const place = signal(here());

let guard = null;
let folder = '/';

/** ask() resolves to whether the page may be left, if holds() says that there is something to lose; null takes it away. */
export function setGuard(ask, holds = () => true) {
  guard = ask ? { ask, holds } : null;
}

const held = () => Boolean(guard?.holds());
const mayLeave = async () => !held() || guard.ask();

function show() {
  place.value = here();
}

/** Go to another path of the application. replace: no entry of its own in the history; keepScroll: it is the same page, told otherwise. */
export async function navigate(to, { replace = false, free = false } = {}) {
  const url = new URL(to, location.href);
  const same = url.pathname === location.pathname;
  if (!free && !same && !(await mayLeave()))
    return false;
  history[replace ? 'replaceState' : 'pushState'](null, '', url.pathname + url.search);
  show();
  return true;
}

/* The browser has already gone back: if the page may not be left, come back. */
async function popped() {
  const shown = place.peek();
  if (held() && location.pathname !== shown.path) {
    const to = location.pathname + location.search;
    const query = shown.query.toString();
    history.pushState(null, '', shown.path + (query && `?${query}`));
    if (await mayLeave())
      navigate(to, { free: true });
    return;
  }
  show();
}

const inside = (path) => path === folder || path.startsWith(`${folder}/`);

function clicked(event) {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  if (link.target || link.hasAttribute('download') || link.origin !== location.origin || !inside(link.pathname))
    return;
  if (link.hash && link.pathname === location.pathname)
    return;
  event.preventDefault();
  navigate(link.href);
}

/** under: '/staff' */
export function startRouter(under) {
  folder = under;
  addEventListener('popstate', popped);
  document.addEventListener('click', clicked);
  addEventListener('beforeunload', (event) => {
    if (held())
      event.preventDefault();
  });
}
