/*
 * draft.js - a schedule while it is being edited: what is saved, what is
 * meant, and the way back.
 *
 * A draft never changes; every edit answers a new one.
 */
import { exceptionChanges, inOrder, mergeExceptions } from './exceptions.js';
import { changes, holds, mergePlans, plansOf, rulesOf, samePlans } from './week.js';

const STEPS = 100;

/* From an answer of GET or PUT /api/availability. */
export function begin({ version, rules, exceptions }) {
  const saved = { version, plans: plansOf(rules), exceptions: inOrder(exceptions) };
  return { saved, plans: saved.plans, exceptions: saved.exceptions, past: [], future: [] };
}

const meant = ({ plans, exceptions }) => ({ plans, exceptions });

export function edit(draft, change) {
  return { ...draft, ...change, past: [...draft.past, meant(draft)].slice(-STEPS), future: [] };
}

export function undo(draft) {
  if (draft.past.length === 0) return draft;
  return { ...draft, ...draft.past.at(-1), past: draft.past.slice(0, -1), future: [meant(draft), ...draft.future] };
}

export function redo(draft) {
  const [next, ...rest] = draft.future;
  return next ? { ...draft, ...next, past: [...draft.past, meant(draft)], future: rest } : draft;
}

/* Nothing of it is meant any more. */
export function discard(draft) {
  return edit(draft, { plans: draft.saved.plans, exceptions: draft.saved.exceptions });
}

/* Every stretch, exception and validity that differs; empty: nothing to save. */
export function changeList({ saved, plans, exceptions }) {
  if (samePlans(saved.plans, plans) && saved.exceptions === exceptions) return [];
  return [...changes(saved.plans, plans), ...exceptionChanges(saved.exceptions, exceptions)];
}

/* As the server takes it. */
export function bodyOf({ saved, plans, exceptions }) {
  return {
    version: saved.version,
    rules: rulesOf(plans),
    exceptions: exceptions.map(({ kind, from, to, slotMinutes }) =>
      kind === 'extra' ? { kind, from, to, slotMinutes } : { kind, from, to },
    ),
  };
}

export const scheduleOf = ({ plans, exceptions }) => ({ rules: rulesOf(plans), exceptions });

/* Mine on top of what somebody else has saved: undo goes back to mine. */
export function putOnTop(draft, answer) {
  const theirs = begin(answer).saved;
  const next = edit(draft, {
    plans: mergePlans(draft.saved.plans, draft.plans, theirs.plans),
    exceptions: mergeExceptions(draft.saved.exceptions, draft.exceptions, theirs.exceptions),
  });
  return { ...next, saved: theirs };
}

/* What somebody else changed between two saved states. */
export function theirChanges(draft, answer) {
  const theirs = begin(answer).saved;
  return changeList({ saved: draft.saved, plans: theirs.plans, exceptions: theirs.exceptions });
}

/*
 * Hours of one weekday in two plans that hold on the same days may not
 * overlap: the database refuses them.  The first such pair, or null.
 */
export function clash(plans) {
  for (const [i, a] of plans.entries()) {
    for (const b of plans.slice(i + 1)) {
      if (
        together(a, b) &&
        a.lines.some((line, d) => line.some((s) => b.lines[d].some((t) => s.from < t.to && t.from < s.to)))
      )
        return [a, b];
    }
  }
  return null;
}

function together(a, b) {
  const starts = [a.validFrom ?? '', b.validFrom ?? ''].sort().at(-1);
  return holds(a, starts || '0000-01-01') && holds(b, starts || '0000-01-01') && ordered(a) && ordered(b);
}

const ordered = ({ validFrom, validTo }) => validFrom === null || validTo === null || validFrom <= validTo;
