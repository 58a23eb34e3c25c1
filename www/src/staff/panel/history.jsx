/*
 * history.jsx - who changed what of an appointment, and when.
 */
import { ArrowRight, CalendarX, FilePlus2, Pencil } from 'lucide';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay, formatTime } from '../../common/time.js';
import { Button, Empty, Icon, Skeleton } from '../../common/ui.jsx';
import { differing } from './form.js';
import { usePages } from './pages.js';
import { wordsOf } from './record.js';

const TEXTS = ['name', 'reason', 'notes'];

export function History({ row, ...about }) {
  const { items, more, busy, failed, again, next } = usePages(`/api/appointments/${row.id}/revisions`, row.version);
  if (!items)
    return <div class="panel__body">{failed ? <Broken again={again} /> : <Skeleton lines={5} block />}</div>;
  return (
    <div class="panel__body stack stack--1" role="region" aria-label={t('record.history')} tabIndex={0}>
      {byDay(items, about.zone).map(({ day, revisions }) => (
        <section key={day} aria-labelledby={`rec-${day}`}>
          <h3 class="record__day" id={`rec-${day}`}>{formatDay(day, { today: about.today, long: true })}</h3>
          <ol class="record">{revisions.map((one) => <Entry key={one.id} revision={one} about={about} />)}</ol>
        </section>
      ))}
      {failed && <p class="field__error" role="alert">{t('record.moreFailed')}</p>}
      {more && <Button class="start" small busy={busy} onClick={next}>{t('record.earlier')}</Button>}
    </div>
  );
}

function Entry({ revision, about }) {
  const { who, what, changes } = wordsOf(revision, about);
  return (
    <li class="record__entry">
      <Icon of={revision.version === 1 ? FilePlus2 : Pencil} size="s" />
      <div class="grow">
        <p><span class="strong">{who}</span> <time class="quiet num" dateTime={revision.changedAt}>{formatTime(revision.changedAt, about.zone)}</time></p>
        {what && <p class="muted">{what}</p>}
        {changes.length > 0 && <dl class="record__fields">{changes.map((change) => <Change key={change.name} label={t(`record.field_${change.name}`)} {...change} />)}</dl>}
      </div>
    </li>
  );
}

/** A field, what it was and what it is; null: empty. */
export function Change({ name, label, before, after }) {
  return <div><dt>{label}</dt><dd>{TEXTS.includes(name) && before && after ? <Edited {...{ before, after }} /> : <Replaced {...{ before, after }} />}</dd></div>;
}

/* Before and after are said in words as well as shown by lines through them. */
function Replaced({ before, after }) {
  const empty = <span class="quiet">{t('panel.empty')}</span>;
  if (before === null && after !== null)
    return <ins>{after}</ins>;
  return (
    <>
      <span class="visually-hidden">{t('record.before')} </span>{before === null ? empty : <del>{before}</del>}
      {' '}<Icon of={ArrowRight} size="s" /><span class="visually-hidden">{t('record.after')} </span>{' '}
      {after === null ? empty : <ins>{after}</ins>}
    </>
  );
}

/* Of a long text only what was taken out and put in. */
function Edited({ before, after }) {
  const old = differing(before, after);
  const part = differing(after, before).part;
  if (!old.before.trim() && !old.after.trim())
    return <Replaced {...{ before, after }} />;
  return (
    <>
      {old.before}
      {old.part && <><span class="visually-hidden">{t('record.removed')} </span><del>{old.part}</del>{' '}</>}
      {part && <><span class="visually-hidden">{t('record.added')} </span><ins>{part}</ins></>}
      {old.after}
    </>
  );
}

/** [{ day, revisions }]; time: which member says when. */
export function byDay(revisions, zone, time = 'changedAt') {
  const days = [];
  for (const one of revisions) {
    const day = dayOf(one[time], zone);
    if (days.at(-1)?.day !== day)
      days.push({ day, revisions: [] });
    days.at(-1).revisions.push(one);
  }
  return days;
}

export function Broken({ again }) {
  return <Empty error level="h3" icon={CalendarX} title={t('record.brokenTitle')} text={t('staff.brokenText')}><Button onClick={again}>{t('common.retry')}</Button></Empty>;
}
