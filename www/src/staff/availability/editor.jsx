// The editor of one doctor's hours, once they are there.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CalendarPlus, Redo2, Undo2 } from 'lucide';
import { Banner, Button, Empty } from '../../common/ui.jsx';
import { list, t } from '../../common/i18n.js';
import { addDays, dayOf, now, weekdayOf } from '../../common/time.js';
import { present } from '../shell/clock.js';
import { setGuard } from '../shell/router.js';
import { LeaveDialog, OrphanDialog } from './dialogs.jsx';
import { begin, changeList, clash, discard, edit, redo, scheduleOf, undo } from './draft.js';
import { ExceptionDialog } from './exceptiondialog.jsx';
import { exceptionKey, inOrder, toForm } from './exceptions.js';
import { HoursTable } from './hourstable.jsx';
import { rulesLike } from './load.js';
import { ExceptionList, Month } from './month.jsx';
import { ConflictBanner, MissedBanner, OrphanBanner, ProblemBanner } from './notices.jsx';
import { comingVisits, orphans } from './orphans.js';
import { Brush, Painter, PainterLegend } from './painter.jsx';
import { PlanSelect, SplitDialog, Validity, validText } from './plans.jsx';
import { Preview } from './preview.jsx';
import { useSaving } from './saving.js';
import { dayRange, emptyPlan, isEmpty, originOf, paint, planFor, plansOf, splitPlan } from './week.js';

/* Visits that a draft would leave without their time, of this doctor and of those whom a holiday closes. */
function useOrphans({ draft, store, doctorId, others, zone }) {
  const rows = store.rows.value;
  const hour = Math.floor(present.value / 3_600_000);
  const visits = useMemo(() => comingVisits(rows, doctorId, now()), [rows, doctorId, hour]);
  return useMemo(() => {
    const saved = scheduleOf(draft.saved);
    const own = orphans(saved, scheduleOf(draft), visits, zone);
    const closings = draft.exceptions.filter((e) => e.everyone);
    const theirs = closings.length === 0 ? [] : others.flatMap((d) => comingVisits(rows, d.id, now()).filter((v) => touches(closings, v)));
    return [...own, ...theirs].sort((a, b) => a.from - b.from);
  }, [draft, visits, rows, others, zone]);
}

const touches = (closings, v) => closings.some((e) => Date.parse(e.from) < v.to && v.from < Date.parse(e.to));

/* Asks before the page, or the doctor, is left with unsaved hours: { asked, leave(), answer(yes) }. */
function useGuard(dirty) {
  const [asked, setAsked] = useState(null);
  const leave = async () => !dirty || new Promise((done) => setAsked(() => done));

  useEffect(() => {
    setGuard(dirty ? leave : null);
    return () => setGuard(null);
  }, [dirty]);
  const answer = (yes) => {
    asked(yes);
    setAsked(null);
  };
  return { asked, leave, answer };
}

/* Ctrl+Z and Ctrl+Y, where no field wants them for itself. */
function useUndoKeys(on) {
  const latest = useRef(on);
  latest.current = on;

  useEffect(() => {
    const pressed = (event) => {
      const key = event.key.toLowerCase();
      const typing = /^(date|time|text|search)$/.test(event.target.type ?? '');
      if (!(event.ctrlKey || event.metaKey) || typing || (key !== 'z' && key !== 'y') || document.querySelector('dialog[open]'))
        return;
      event.preventDefault();
      latest.current(key === 'y' || event.shiftKey ? redo : undo);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

function NoHours({ doctor, others, like, start }) {
  const range = t('availability.starterDays');
  return (
    <div class="card">
      <Empty icon={CalendarPlus} level="h2" title={t('availability.emptyTitle', { doctor: doctor.name })} text={t('availability.emptyText')}>
        <div class="row">
          <Button kind="primary" onClick={start}>{range}</Button>
          {others.slice(0, 2).map((d) => <Button key={d.id} onClick={() => like(d)}>{t('availability.like', { doctor: d.name })}</Button>)}
        </div>
      </Empty>
    </div>
  );
}

/* The first day from today on that a painted weekday is, within the plan. */
function nextDay(weekday, plan, today) {
  const from = plan.validFrom && plan.validFrom > today ? plan.validFrom : today;
  return addDays(from, (weekday - weekdayOf(from) + 7) % 7);
}

export function Editor({ doctor, answer, me, clinic, doctors, services, store, head }) {
  const zone = clinic.timeZone;
  const today = dayOf(new Date(present.value), zone);
  const [draft, setDraft] = useState(() => begin(answer));
  const [planAt, setPlanAt] = useState(() => planFor(begin(answer).plans, today));
  const [brush, setBrush] = useState('paint');
  const [day, setDay] = useState(today);
  const [dialog, setDialog] = useState(null);
  const others = useMemo(() => (me.role === 'doctor' ? [] : doctors.filter((d) => d.id !== doctor.id)), [doctors, doctor, me]);
  const saving = useSaving({ doctorId: doctor.id, others, draft, setDraft });
  const lost = useOrphans({ draft, store, doctorId: doctor.id, others, zone });
  const changed = useMemo(() => changeList(draft), [draft]);
  const overlap = useMemo(() => clash(draft.plans), [draft.plans]);
  const [savedSchedule, schedule] = useMemo(() => [scheduleOf(draft.saved), scheduleOf(draft)], [draft]);
  const dirty = changed.length > 0;
  const guard = useGuard(dirty);
  useUndoKeys((step) => setDraft(step));
  useTheirs({ answer, dirty, draft, setDraft });

  const index = Math.min(planAt, draft.plans.length - 1);
  const plan = draft.plans[index];
  const base = useMemo(() => originOf(draft.saved.plans, plan) ?? emptyPlan(), [draft.saved, plan]);
  const range = useMemo(() => dayRange([...draft.plans, ...draft.saved.plans]), [draft]);
  const change = (what) => setDraft((d) => edit(d, what));
  const setPlan = (next) => change({ plans: draft.plans.map((p, i) => (i === index ? next : p)) });
  const setExceptions = (next) => change({ exceptions: inOrder(next) });
  const stroke = (area, on) => {
    setPlan(paint(plan, area, on));
    setDay(nextDay(area.first, plan, today));
  };
  const split = (from) => {
    const plans = splitPlan(draft.plans, index, from, addDays(from, -1));
    change({ plans });
    setPlanAt(plans.findIndex((p) => p.validFrom === from));
    setDay(from);
    setDialog(null);
  };
  const removePlan = () => {
    change({ plans: draft.plans.filter((_, i) => i !== index) });
    setPlanAt(Math.max(0, index - 1));
  };
  const like = async (other) => {
    const rules = await rulesLike(other.id).catch(() => null);
    if (rules)
      change({ plans: plansOf(rules) });
  };
  const put = (made, old) => {
    setExceptions([...draft.exceptions.filter((e) => e !== old && exceptionKey(e) !== exceptionKey(made)), made]);
    setDay(toForm(made, zone).first);
    setDialog(null);
  };
  const save = () => (lost.length > 0 ? setDialog({ orphans: true }) : saving.save());
  const inBase = useMemo(() => new Set(draft.saved.exceptions.map(exceptionKey)), [draft.saved]);
  const added = new Set(draft.exceptions.map(exceptionKey).filter((key) => !inBase.has(key)));
  const orphaned = (saving.orphaned ?? []).map((id) => store.row(id)).filter((row) => row?.startsAt && ['requested', 'confirmed'].includes(row.status));
  const about = { zone, doctors, services, withDoctor: others.length > 0 };
  const wrongDates = draft.plans.some((p) => p.validFrom && p.validTo && p.validTo < p.validFrom);

  return (
    <>
      {head({ leave: guard.leave, children: <>
        {draft.plans.length > 1 && <PlanSelect plans={draft.plans} index={index} setIndex={setPlanAt} />}
        <Button icon={CalendarPlus} onClick={() => setDialog({ split: true })} off={isEmpty([plan])}>{t('availability.split')}</Button>
      </> })}
      <div class="work__body availability">
        <div class="stack">
          {saving.conflict && <ConflictBanner conflict={saving.conflict} zone={zone} mineOnTop={saving.mineOnTop} takeTheirs={saving.takeTheirs} />}
          {saving.problem && <ProblemBanner problem={saving.problem} close={saving.clear} />}
          {saving.missed?.length > 0 && <MissedBanner missed={saving.missed} busy={saving.busy} again={saving.again} />}
          {lost.length > 0 && <OrphanBanner visits={lost} zone={zone} show={() => setDialog({ orphans: true, look: true })} />}
          {lost.length === 0 && orphaned.length > 0 && <OrphanBanner visits={orphaned} zone={zone} after show={() => setDialog({ orphaned: true })} />}
          {overlap && <Banner kind="danger" alert title={t('availability.clashTitle')}>{t('availability.clashText', { plans: list(overlap.map(validText)) })}</Banner>}
          {isEmpty(draft.plans) && !dirty && <NoHours doctor={doctor} others={others} like={like}
            start={() => change({ plans: [paint(emptyPlan(), { first: 1, last: 6, from: 540, to: 780 }, true)] })} />}
          <section class="card" aria-labelledby="week-h">
            <div class="card__body">
              <div class="row row--apart"><h2 id="week-h">{t('availability.week')}</h2><Brush brush={brush} setBrush={setBrush} /></div>
              <p class="muted availability__hint">{t('availability.hint')}</p>
              <Painter plan={plan} base={base} range={range} brush={brush} paint={stroke} label={t('availability.weekCaption', { doctor: doctor.name })} />
              <PainterLegend />
            </div>
          </section>
          <section class="card" aria-labelledby="hours-h">
            <div class="card__body stack">
              <h2 id="hours-h">{t('availability.hours')}</h2>
              <HoursTable plan={plan} edit={setPlan} />
              <Validity plan={plan} change={(dates) => setPlan({ ...plan, ...dates })} remove={draft.plans.length > 1 ? removePlan : null} />
            </div>
          </section>
        </div>
        <div class="stack">
          <section class="card" aria-labelledby="exceptions-h">
            <div class="card__body stack">
              <Month schedule={schedule} zone={zone} today={today} day={day} choose={setDay} />
              <ExceptionList exceptions={draft.exceptions} zone={zone} added={added}
                add={() => setDialog({ exception: { kind: 'closed', whole: true, first: day < today ? today : day, last: day < today ? today : day, start: 540, end: 780, slotMinutes: 15 } })}
                edit={(e) => setDialog({ exception: { ...toForm(e, zone), everyone: e.everyone }, old: e })}
                remove={(e) => setExceptions(draft.exceptions.filter((one) => one !== e))} />
            </div>
          </section>
          <Preview saved={savedSchedule} draft={schedule} day={day} today={today} zone={zone} services={services} />
        </div>
      </div>
      {dirty && <SaveBar n={changed.length} draft={draft} setDraft={setDraft} save={save} busy={saving.busy}
        off={Boolean(overlap || wrongDates || saving.conflict)} />}
      {dialog?.split && <SplitDialog plan={plan} today={today} onSplit={split} onClose={() => setDialog(null)} />}
      {dialog?.exception && <ExceptionDialog begin={dialog.exception} edited={Boolean(dialog.old)} zone={zone} today={today} everyone={others.length > 0}
        touched={(made, all) => touchedBy(made, all ? [doctor, ...others] : [doctor], store)}
        onDone={(made) => put(made, dialog.old)} onClose={() => setDialog(null)} />}
      {dialog?.orphans && <OrphanDialog visits={lost} saving={!dialog.look} {...about} onClose={() => setDialog(null)}
        onSave={() => { setDialog(null); saving.save(); }} />}
      {dialog?.orphaned && <OrphanDialog visits={orphaned} {...about} onClose={() => setDialog(null)} />}
      {guard.asked && <LeaveDialog n={changed.length} onStay={() => guard.answer(false)} onLeave={() => guard.answer(true)} />}
    </>
  );
}

function touchedBy(closing, doctors, store) {
  return doctors.flatMap((d) => comingVisits(store.rows.value, d.id, now())).filter((v) => touches([closing], v));
}

/* A newer answer than the one that is edited: taken over while nothing is painted. */
function useTheirs({ answer, dirty, draft, setDraft }) {
  useEffect(() => {
    if (!dirty && answer.version > draft.saved.version)
      setDraft(begin(answer));
  }, [answer, dirty]);
}

function SaveBar({ n, draft, setDraft, save, busy, off }) {
  return (
    <div class="savebar" role="region" aria-label={t('availability.barLabel')}>
      <span class="medium" role="status">{t('availability.unsaved', { n })}</span>
      <Button kind="icon" small icon={Undo2} label={t('availability.undo')} onClick={() => setDraft(undo)} off={draft.past.length === 0} />
      <Button kind="icon" small icon={Redo2} label={t('availability.redo')} onClick={() => setDraft(redo)} off={draft.future.length === 0} />
      <Button small onClick={() => setDraft(discard)}>{t('availability.discard')}</Button>
      <Button small kind="primary" busy={busy} off={off} onClick={save}>{t('availability.save')}</Button>
    </div>
  );
}

