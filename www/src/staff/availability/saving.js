/*
 * saving.js - the draft's way to the server: conflict, refusal, and the
 * closings that are meant for every doctor.
 */
import { useState } from 'preact/hooks';
import { toast } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { begin, bodyOf, putOnTop, theirChanges } from './draft.js';
import { closeFor, put } from './load.js';

const REASONS = { OFFLINE: 'offline', FORBIDDEN: 'forbidden', VALIDATION_ERROR: 'invalid', NOT_FOUND: 'gone' };

/*
 * others: the doctors beside this one.  setDraft(change) gets the draft as it
 * is by then: somebody may paint on while it is being saved.
 *
 * returns { busy, problem, conflict, orphaned, missed, save(draft), … }
 */
export function useSaving({ doctorId, others, draft, setDraft, saved: told }) {
  const [state, set] = useState({});
  const but = (change) => set((was) => ({ ...was, ...change }));

  async function save() {
    const everyone = draft.exceptions.filter((e) => e.everyone);
    set({ busy: true });
    try {
      const answer = await put(doctorId, bodyOf(draft));
      setDraft((now) => (now === draft ? begin(answer) : { ...now, saved: begin(answer).saved }));
      const { missed, orphaned } = await closeForOthers(others, everyone);
      set({ orphaned: [...(answer.orphaned ?? []), ...orphaned], missed, closings: everyone });
      if (missed.length === 0) toast(t('availability.savedText'));
      told?.(answer);
    } catch (error) {
      const current = error.code === 'VERSION_CONFLICT' ? error.body.current : null;
      set(
        current
          ? { conflict: { current, changes: theirChanges(draft, current) } }
          : { problem: REASONS[error.code] ?? 'failed' },
      );
    }
  }

  /* Once more for those whose days could not be closed. */
  async function again() {
    but({ busy: true });
    const { missed, orphaned } = await closeForOthers(state.missed, state.closings);
    but({ busy: false, missed, orphaned: [...(state.orphaned ?? []), ...orphaned] });
  }

  return {
    ...state,
    save,
    again,
    mineOnTop() {
      setDraft((now) => putOnTop(now, state.conflict.current));
      set({});
    },
    takeTheirs() {
      setDraft(() => begin(state.conflict.current));
      set({});
    },
    clear: () => set({}),
  };
}

async function closeForOthers(others, closings) {
  const missed = [];
  const orphaned = [];

  if (closings.length === 0) return { missed, orphaned };
  const plain = closings.map(({ kind, from, to }) => ({ kind, from, to }));
  for (const doctor of others) {
    try {
      orphaned.push(...(await closeFor(doctor.id, plain)));
    } catch {
      missed.push(doctor);
    }
  }
  return { missed, orphaned };
}
