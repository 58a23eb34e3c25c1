/*
 * steps.js - one step for many appointments, as the server does it: all of
 * them or none.  plan.js says what step, target and items are.
 */
import { api, newKey } from '../../common/api.js';
import { itemsOf } from './plan.js';

const bulk = (body, options) => api('POST', '/api/appointments/bulk', { body, ...options });

/**
 * What would become of each. A row that has changed since the page learnt of
 * it is looked at as it is now: nobody has seen the preview yet.
 */
export async function preview(step, target, signal) {
  const ask = (on) => bulk({ ...step, ...on, preview: true }, { signal, retry: true });
  const answer = await ask(target);
  return answer.items.some(({ outcome }) => outcome === 'VERSION_CONFLICT') ? ask({ items: itemsOf(answer.items) }) : answer;
}

/** Does what a preview has shown. key: newKey() of the intention. */
export const run = (step, items, key) => bulk({ ...step, items: itemsOf(items) }, { idempotent: key });

export const takeBack = ({ step, items }) => run(step, items, newKey());
