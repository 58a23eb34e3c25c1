// The parts of the editor that stand on the page; each gets what useEdit() gives.
import { CalendarPlus, Redo2, Undo2 } from 'lucide';
import { Banner, Button, Empty } from '../../common/ui.jsx';
import { list, t } from '../../common/i18n.js';
import { discard, redo, undo } from './draft.js';
import { toForm } from './exceptions.js';
import { HoursTable } from './hourstable.jsx';
import { ExceptionList, Month } from './month.jsx';
import { ConflictBanner, MissedBanner, OrphanBanner, ProblemBanner } from './notices.jsx';
import { Brush, Painter, PainterLegend } from './painter.jsx';
import { Validity, validText } from './plans.jsx';
import { isEmpty } from './week.js';

export function Notices({ e, open }) {
  const { saving, lost, orphaned, overlap, zone } = e;
  return (
    <>
      {saving.conflict && <ConflictBanner {...saving} zone={zone} />}
      {saving.problem && <ProblemBanner problem={saving.problem} close={saving.clear} />}
      {saving.missed?.length > 0 && <MissedBanner {...saving} />}
      {lost.length > 0 && <OrphanBanner visits={lost} zone={zone} show={() => open({ orphans: true, look: true })} />}
      {lost.length === 0 && orphaned.length > 0 && (
        <OrphanBanner visits={orphaned} zone={zone} after show={() => open({ orphaned: true })} />
      )}
      {overlap && (
        <Banner kind="danger" alert title={t('availability.clashTitle')}>
          {t('availability.clashText', { plans: list(overlap.map(validText)) })}
        </Banner>
      )}
    </>
  );
}

/** A new doctor: two common weeks to start from. */
export function NoHours({ e }) {
  return (
    <div class="card">
      <Empty
        icon={CalendarPlus}
        level="h2"
        title={t('availability.emptyTitle', { doctor: e.doctor.name })}
        text={t('availability.emptyText')}
      >
        <div class="row">
          <Button kind="primary" onClick={e.start}>
            {t('availability.starterDays')}
          </Button>
          {e.others.slice(0, 2).map((d) => (
            <Button key={d.id} onClick={() => e.like(d)}>
              {t('availability.like', { doctor: d.name })}
            </Button>
          ))}
        </div>
      </Empty>
    </div>
  );
}

export function WeekCard({ e, brush, setBrush }) {
  return (
    <section class="card" aria-labelledby="week-h">
      <div class="card__body">
        <div class="row row--apart">
          <h2 id="week-h">{t('availability.week')}</h2>
          <Brush brush={brush} setBrush={setBrush} />
        </div>
        <p class="muted availability__hint">{t('availability.hint')}</p>
        <Painter
          {...{ plan: e.plan, base: e.base, range: e.range, brush }}
          paint={e.stroke}
          label={t('availability.weekCaption', { doctor: e.doctor.name })}
        />
        <PainterLegend />
      </div>
    </section>
  );
}

export function HoursCard({ e }) {
  const { plan, setPlan, draft } = e;
  return (
    <section class="card" aria-labelledby="hours-h">
      <div class="card__body stack">
        <h2 id="hours-h">{t('availability.hours')}</h2>
        <HoursTable plan={plan} edit={setPlan} />
        <Validity
          plan={plan}
          change={(dates) => setPlan({ ...plan, ...dates })}
          remove={draft.plans.length > 1 ? e.removePlan : null}
        />
      </div>
    </section>
  );
}

/** What the form for a new exception begins with: the chosen day, closed as a whole. */
function fresh({ day, today }) {
  const first = day < today ? today : day;
  return { kind: 'closed', whole: true, first, last: first, start: 9 * 60, end: 13 * 60, slotMinutes: 15 };
}

export function ExceptionsCard({ e, open }) {
  const { schedule, zone, today, day, setDay, draft } = e;
  return (
    <section class="card" aria-labelledby="exceptions-h">
      <div class="card__body stack">
        <Month {...{ schedule, zone, today, day }} choose={setDay} />
        <ExceptionList
          exceptions={draft.exceptions}
          zone={zone}
          added={e.added}
          add={() => open({ exception: fresh(e) })}
          edit={(one) => open({ exception: { ...toForm(one, zone), everyone: one.everyone }, old: one })}
          remove={e.removeException}
        />
      </div>
    </section>
  );
}

export function SaveBar({ e, save }) {
  const { draft, setDraft, changed, saving } = e;
  const step = (icon, label, run, list_) => (
    <Button kind="icon" small icon={icon} label={label} onClick={() => setDraft(run)} off={list_.length === 0} />
  );
  return (
    <div class="savebar" role="region" aria-label={t('availability.barLabel')}>
      <span class="medium" role="status">
        {t('availability.unsaved', { n: changed.length })}
      </span>
      {step(Undo2, t('availability.undo'), undo, draft.past)}
      {step(Redo2, t('availability.redo'), redo, draft.future)}
      <Button small onClick={() => setDraft(discard)}>
        {t('availability.discard')}
      </Button>
      <Button small kind="primary" busy={saving.busy} off={!e.savable} onClick={save}>
        {t('availability.save')}
      </Button>
    </div>
  );
}

export const hasNone = ({ draft, dirty }) => isEmpty(draft.plans) && !dirty;
