/*
 * keys.js - single keys that do something: / n j k ?
 *
 * They rest while somebody types or a dialog is open, and can be turned off in
 * the help (WCAG 2.1.4).  The last page that bound a key has it.
 */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { local } from '../../common/storage.js';

export const keysOn = signal(local.get('keys') !== false);

export function turnKeys(on) {
  local.set('keys', on);
  keysOn.value = on;
}

const bindings = [];

const types = (node) => node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName ?? '');
/* Checkboxes and radios take no letters. */
const writes = (node) => types(node) && !/^(checkbox|radio|button|submit)$/.test(node.type ?? '');

function pressed(event) {
  if (!keysOn.peek() || event.metaKey || event.ctrlKey || event.altKey || event.isComposing)
    return;
  if (writes(event.target) || document.querySelector('dialog[open]'))
    return;
  for (const keys of bindings.toReversed?.() ?? [...bindings].reverse()) {
    const run = keys.current[event.key];
    if (run) {
      event.preventDefault();
      run(event);
      return;
    }
  }
}

export const startKeys = () => document.addEventListener('keydown', pressed);

/** useKeys({ j: next, k: previous }) for as long as the component is there. */
export function useKeys(keys) {
  const ref = useRef(keys);
  ref.current = keys;
  useEffect(() => {
    bindings.push(ref);
    return () => {
      bindings.splice(bindings.indexOf(ref), 1);
    };
  }, []);
}
