/*
 * keys.js - the calendar under the keyboard.
 *
 * The whole calendar is one tab stop; arrows walk through its visits, free
 * times and folds.  M lifts a visit, and then the same arrows carry it.
 */
import { useEffect } from 'preact/hooks';

const stopsOf = (column) => [...column.querySelectorAll('[data-stop]')];
const top = (element) => element.getBoundingClientRect().top;

function nearest(elements, y) {
  return elements.reduce((best, e) => (Math.abs(top(e) - y) < Math.abs(top(best) - y) ? e : best));
}

function beside(root, element, direction) {
  const columns = [...root.querySelectorAll('[data-column]')];
  let i = columns.indexOf(element.closest('[data-column]')) + direction;
  while (columns[i] && stopsOf(columns[i]).length === 0) i += direction;
  return columns[i] ? nearest(stopsOf(columns[i]), top(element)) : null;
}

function along(element, key) {
  const stops = stopsOf(element.closest('[data-column]'));
  const at = stops.indexOf(element);
  return { ArrowUp: stops[at - 1], ArrowDown: stops[at + 1], Home: stops[0], End: stops.at(-1) }[key];
}

function walk(root, element, key) {
  if (key === 'ArrowLeft' || key === 'ArrowRight') return beside(root, element, key === 'ArrowLeft' ? -1 : 1);
  return along(element, key);
}

/* Exactly one stop is in the tab order: where the focus is or was, else the first. */
export function keepOneStop(root, element) {
  const kept = element ?? root.querySelector('[data-stop][tabindex="0"]') ?? root.querySelector('[data-stop]');
  for (const stop of root.querySelectorAll('[data-stop][tabindex="0"]')) {
    if (stop !== kept) stop.tabIndex = -1;
  }
  if (kept) kept.tabIndex = 0;
}

/*
 *   carry   { lifted(), lift(id), by(key, { fine }), drop(), cancel() }
 */
export function onKeys(root, carry) {
  return (event) => {
    const stop = event.target.closest?.('[data-stop]');
    if (!stop || event.altKey || event.ctrlKey || event.metaKey) return;
    if (carry.lifted() ? carrying(event, carry) : walking(event, root, stop, carry)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

function carrying(event, carry) {
  const { key, shiftKey } = event;

  if (key.startsWith('Arrow') || key === 'PageUp' || key === 'PageDown') carry.by(key, { fine: shiftKey });
  else if (key === 'Enter' || key === ' ') carry.drop();
  else if (key === 'Escape' || key === 'Tab') carry.cancel();
  return key !== 'Tab';
}

function walking({ key }, root, stop, carry) {
  if (key.toLowerCase() === 'm' && stop.matches('[data-movable]')) {
    carry.lift(stop.dataset.visit);
    return true;
  }
  const next = walk(root, stop, key);
  next?.focus();
  return Boolean(next) || key.startsWith('Arrow');
}

/* Keeps the one tab stop through every drawing. */
export function useOneStop(root) {
  useEffect(() => {
    if (root.current) keepOneStop(root.current);
  });
}
