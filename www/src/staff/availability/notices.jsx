// What stands above the editor: what a change would do, what somebody else did, what did not work.
import { CalendarX2, CircleAlert, GitCompareArrows } from 'lucide';
import { Banner, Button } from '../../common/ui.jsx';
import { list, t } from '../../common/i18n.js';
import { capital, dayOf, formatDay } from '../../common/time.js';
import { exceptionDays, exceptionText } from './month.jsx';
import { daysText } from './hourstable.jsx';
import { clock } from './week.js';
import { validText } from './plans.jsx';

const MOST = 4;

/** One change in words: 'Thu 14:00–15:00 added' */
function changeText(change, zone) {
  if (change.exception)
    return t(`availability.change_${change.change}`, {
      what: `${exceptionDays(change.exception, zone)} ${exceptionText(change.exception, zone)}`,
    });
  if (change.change === 'dates') return t('availability.change_dates', { what: validText(change) });
  return t(`availability.change_${change.change}`, {
    what: `${daysText([change.weekday])} ${clock(change.from)}–${clock(change.to)}`,
  });
}

export function changesText(changes, zone) {
  const some = changes.slice(0, MOST).map((c) => changeText(c, zone));
  if (changes.length > MOST) some.push(t('availability.changesMore', { n: changes.length - MOST }));
  return list(some);
}

/** The days on which the orphans are, at most three by name. */
function daysOf(visits, zone) {
  const days = [...new Set(visits.map((v) => dayOf(v.startsAt, zone)))].map((d) => formatDay(d));
  return list(days.length > 3 ? [...days.slice(0, 3), t('availability.changesMore', { n: days.length - 3 })] : days);
}

export function OrphanBanner({ visits, zone, show, after }) {
  return (
    <Banner
      kind="warning"
      icon={CalendarX2}
      title={t(after ? 'availability.orphanNow' : 'availability.orphanBanner', { n: visits.length })}
      action={
        <Button small onClick={show}>
          {t('availability.seeThem')}
        </Button>
      }
    >
      {t('availability.orphanDays', { days: daysOf(visits, zone) })}
    </Banner>
  );
}

export function ConflictBanner({ conflict, zone, mineOnTop, takeTheirs }) {
  const changes = conflict.changes.length ? changesText(conflict.changes, zone) : null;
  return (
    <Banner
      kind="warning"
      icon={GitCompareArrows}
      alert
      title={t('availability.conflictTitle')}
      action={
        <>
          <Button kind="soft" small onClick={mineOnTop}>
            {t('availability.mineOnTop')}
          </Button>
          <Button kind="quiet" small onClick={takeTheirs}>
            {t('availability.takeTheirs')}
          </Button>
        </>
      }
    >
      {changes && <p>{capital(changes)}.</p>}
      <p>{t('availability.conflictText')}</p>
    </Banner>
  );
}

export function MissedBanner({ missed, busy, again }) {
  return (
    <Banner
      kind="danger"
      alert
      title={t('availability.missedTitle')}
      action={
        <Button small busy={busy} onClick={again}>
          {t('common.retry')}
        </Button>
      }
    >
      {t('availability.missedText', { doctors: list(missed.map((d) => d.name)) })}
    </Banner>
  );
}

export function ProblemBanner({ problem, close }) {
  return (
    <Banner
      kind="danger"
      icon={CircleAlert}
      alert
      title={t('availability.problemTitle')}
      action={
        <Button kind="quiet" small onClick={close}>
          {t('common.close')}
        </Button>
      }
    >
      {t(`availability.problem_${problem}`)}
    </Banner>
  );
}
