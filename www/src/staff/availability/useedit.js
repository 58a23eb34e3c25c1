/*
 * useedit.js - everything the editor's parts read and do, in one object, so
 * that each part is only what it looks like.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { addDays, dayOf, now, weekdayOf } from '../../common/time.js';
import { present } from '../shell/clock.js';
import { begin, changeList, clash, edit, scheduleOf } from './draft.js';
import { exceptionKey, inOrder, toForm } from './exceptions.js';
import { rulesLike } from './load.js';
import { comingVisits, orphans } from './orphans.js';
import { useSaving } from './saving.js';
import { dayRange, emptyPlan, originOf, paint, planFor, plansOf, splitPlan } from './week.js';

const MORNINGS = { first: 1, last: 6, from: 9 * 60, to: 13 * 60 };

const touches = (closings, visit) =>
  closings.some((e) => Date.parse(e.from) < visit.to && visit.from < Date.parse(e.to));

/* Visits that a draft would leave without their time, of this doctor and of those whom a holiday closes. */
function useOrphans({ draft, store, doctor, others, zone }) {
  const rows = store.rows.value;
  const hour = Math.floor(present.value / 3_600_000);
  const visits = useMemo(() => comingVisits(rows, doctor.id, now()), [rows, doctor, hour]);

  return useMemo(() => {
    const own = orphans(scheduleOf(draft.saved), scheduleOf(draft), visits, zone);
    const closings = draft.exceptions.filter((e) => e.everyone);
    const theirs = closings.length === 0 ? [] : touchedBy(closings, others, rows);
    return [...own, ...theirs].sort((a, b) => a.from - b.from);
  }, [draft, visits, rows, others, zone]);
}

/* The visits of some doctors that some closings touch. */
function touchedBy(closings, doctors, rows) {
  return doctors.flatMap((d) => comingVisits(rows, d.id, now())).filter((v) => touches(closings, v));
}

/* A newer answer than the one that is edited: taken over while nothing is painted. */
function useTheirs({ answer, dirty, draft, setDraft }) {
  useEffect(() => {
    if (!dirty && answer.version > draft.saved.version) setDraft(begin(answer));
  }, [answer, dirty]);
}

/* The first day from today on that a painted weekday is, within the plan. */
function nextDay(weekday, plan, today) {
  const from = plan.validFrom && plan.validFrom > today ? plan.validFrom : today;
  return addDays(from, (weekday - weekdayOf(from) + 7) % 7);
}

/* Those of the visits that lost their time which still stand there. */
function stillLost(ids, store) {
  return ids
    .map((id) => store.row(id))
    .filter((row) => row?.startsAt && ['requested', 'confirmed'].includes(row.status));
}

/* What is painted on: one of the plans, and what changes it. */
function usePlan({ draft, setDraft, today, setDay }) {
  const [at, setAt] = useState(() => planFor(draft.plans, today));
  const index = Math.min(at, draft.plans.length - 1);
  const plan = draft.plans[index];
  const change = (what) => setDraft((d) => edit(d, what));
  const setPlan = (next) => change({ plans: draft.plans.map((p, i) => (i === index ? next : p)) });

  return {
    plan,
    index,
    setIndex: setAt,
    setPlan,
    base: useMemo(() => originOf(draft.saved.plans, plan) ?? emptyPlan(), [draft.saved, plan]),
    stroke(area, on) {
      setPlan(paint(plan, area, on));
      setDay(nextDay(area.first, plan, today));
    },
    split(from) {
      const plans = splitPlan(draft.plans, index, from, addDays(from, -1));
      change({ plans });
      setAt(plans.findIndex((p) => p.validFrom === from));
      setDay(from);
    },
    removePlan() {
      change({ plans: draft.plans.filter((_, i) => i !== index) });
      setAt(Math.max(0, index - 1));
    },
    start: () => change({ plans: [paint(emptyPlan(), MORNINGS, true)] }),
    async like(other) {
      const rules = await rulesLike(other.id).catch(() => null);
      if (rules) change({ plans: plansOf(rules) });
    },
  };
}

/* Closed days and extra sessions, and which of them are not saved yet. */
function useExceptions({ draft, setDraft, zone, setDay }) {
  const saved = useMemo(() => new Set(draft.saved.exceptions.map(exceptionKey)), [draft.saved]);
  const set = (next) => setDraft((d) => edit(d, { exceptions: inOrder(next) }));

  return {
    added: new Set(draft.exceptions.map(exceptionKey).filter((key) => !saved.has(key))),
    removeException: (e) => set(draft.exceptions.filter((one) => one !== e)),
    putException(made, old) {
      const rest = draft.exceptions.filter((e) => e !== old && exceptionKey(e) !== exceptionKey(made));
      set([...rest, made]);
      setDay(toForm(made, zone).first);
    },
  };
}

export function useEdit({ doctor, answer, me, clinic, doctors, services, store }) {
  const zone = clinic.timeZone;
  const today = dayOf(new Date(present.value), zone);
  const [draft, setDraft] = useState(() => begin(answer));
  const [day, setDay] = useState(today);
  const others = useMemo(
    () => (me.role === 'doctor' ? [] : doctors.filter((d) => d.id !== doctor.id)),
    [doctors, doctor, me],
  );
  const saving = useSaving({ doctorId: doctor.id, others, draft, setDraft });
  const changed = useMemo(() => changeList(draft), [draft]);
  const dirty = changed.length > 0;
  const [saved, schedule] = useMemo(() => [scheduleOf(draft.saved), scheduleOf(draft)], [draft]);
  const overlap = useMemo(() => clash(draft.plans), [draft.plans]);
  const wrongDates = draft.plans.some((p) => p.validFrom && p.validTo && p.validTo < p.validFrom);
  useTheirs({ answer, dirty, draft, setDraft });

  return {
    ...{
      doctor,
      doctors,
      others,
      services,
      zone,
      today,
      day,
      setDay,
      draft,
      setDraft,
      changed,
      dirty,
      saved,
      schedule,
    },
    ...usePlan({ draft, setDraft, today, setDay }),
    ...useExceptions({ draft, setDraft, zone, setDay }),
    range: useMemo(() => dayRange([...draft.plans, ...draft.saved.plans]), [draft]),
    saving,
    overlap,
    savable: !overlap && !wrongDates && !saving.conflict,
    lost: useOrphans({ draft, store, doctor, others, zone }),
    orphaned: stillLost(saving.orphaned ?? [], store),
    touched: (closing, everyone) => touchedBy([closing], everyone ? [doctor, ...others] : [doctor], store.rows.value),
  };
}
