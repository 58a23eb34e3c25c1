/*
 * moves.js - moving a visit: shown at once, asked of the server, taken back
 * when it says no.
 */
import { useMemo, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { Undo2 } from 'lucide';
import { api } from '../../common/api.js';
import { announce, toast } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay, formatTime } from '../../common/time.js';

const iso = (ms) => new Date(ms).toISOString();

/* What a refusal means to the person; the rest is "that did not work". */
const REASONS = {
  PATIENT_BUSY: 'busy',
  LOCKED: 'locked',
  BAD_TRANSITION: 'fixed',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'gone',
  OFFLINE: 'offline',
};

/*
 * The mover of one calendar: { shown, problem, move(visit, to),
 * refuse(kind, visit, to), clear() }.
 *
 *   shown    signal: Map of id to { startsAt, endsAt, doctorId } under way
 *   problem  signal: null or what was refused, for the banner
 *   context  { zone, today, doctors, patch(row), refresh(), learnt(row) }
 *   to       { ms, doctorId, outsideHours }
 */
export function useMover(context) {
  const latest = useRef(context);
  latest.current = context;
  return useMemo(() => mover(latest), []);
}

function mover(latest) {
  const shown = signal(new Map());
  const problem = signal(null);

  function show(id, place) {
    const next = new Map(shown.value);
    if (place) next.set(id, place);
    else next.delete(id);
    shown.value = next;
  }

  async function send(visit, to) {
    const length = visit.endMs - visit.startMs;
    const members = { version: visit.version, startsAt: iso(to.ms) };
    if (to.doctorId !== visit.doctorId) members.doctorId = to.doctorId;
    if (to.outsideHours) members.outsideHours = true;

    problem.value = null;
    show(visit.id, { startsAt: iso(to.ms), endsAt: iso(to.ms + length), doctorId: to.doctorId });
    try {
      const { appointment } = await api('PUT', `/api/appointments/${visit.id}`, { body: members });
      latest.current.learnt(appointment);
      latest.current.patch(appointment);
      return appointment;
    } catch (error) {
      refused(error, visit, to);
      return null;
    } finally {
      show(visit.id, null);
      latest.current.refresh();
    }
  }

  function refused(error, visit, to) {
    if (error.code === 'VERSION_CONFLICT' && error.body.current) latest.current.patch(error.body.current);
    const kind = { SLOT_TAKEN: 'taken', VERSION_CONFLICT: 'changed' }[error.code] ?? REASONS[error.code] ?? 'failed';
    problem.value = { kind, visit, to, alternatives: error.body?.alternatives ?? [], current: error.body?.current };
  }

  /* The day is named when it is another one than before. */
  function place(row, before) {
    const { zone, today, doctors } = latest.current;
    const words = [formatTime(row.startsAt, zone)];
    const day = dayOf(row.startsAt, zone);
    if (day !== before) words.unshift(formatDay(day, { today }));
    return { when: words.join(', '), doctor: doctors.find((d) => d.id === row.doctorId)?.name ?? '' };
  }

  function told(visit, row) {
    const { when, doctor } = place(row, visit.day);
    return row.doctorId === visit.doctorId
      ? t('calendar.moved', { name: visit.name, when })
      : t('calendar.movedTo', { name: visit.name, when, doctor });
  }

  async function move(visit, to) {
    const row = await send(visit, to);
    if (!row) return false;
    const undo = () => back(visit, row, to);
    toast(told(visit, row), { action: { label: t('calendar.undo'), run: undo }, for: 10_000 });
    return true;
  }

  /* Undo is a move too, by the version that the first one made. */
  async function back(visit, row, { wasOutside }) {
    const now = {
      ...visit,
      version: row.version,
      doctorId: row.doctorId,
      startMs: Date.parse(row.startsAt),
      endMs: Date.parse(row.endsAt),
    };
    const again = await send(now, { ms: visit.startMs, doctorId: visit.doctorId, outsideHours: wasOutside });
    if (again)
      toast(t('calendar.movedBack', { name: visit.name, when: place(again, visit.day).when }), { icon: Undo2 });
    else announce(t('calendar.undoFailed'), { urgent: true });
  }

  const refuse = (kind, visit, to) => {
    problem.value = { kind, visit, to, alternatives: [] };
  };

  return {
    shown,
    problem,
    move,
    refuse,
    clear: () => {
      problem.value = null;
    },
  };
}
