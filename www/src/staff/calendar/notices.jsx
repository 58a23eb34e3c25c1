// What the calendar says and asks when a move does not simply work.
import { CircleAlert, ClockAlert, GitCompareArrows } from 'lucide';
import { Banner, Button, Dialog } from '../../common/ui.jsx';
import { list, t } from '../../common/i18n.js';
import { clock, dayOf, formatDay, formatTime } from '../../common/time.js';

/* The day is named unless it is the one that is being spoken of. */
const when = (ms, zone, spoken) => {
  const day = dayOf(new Date(ms), zone);
  const time = formatTime(new Date(ms), zone);
  return day === spoken ? time : `${formatDay(day)}, ${time}`;
};

function Taken({ problem, zone, choose, close }) {
  const { visit, to, alternatives } = problem;
  const day = dayOf(new Date(to.ms), zone);
  return (
    <Banner
      kind="warning"
      icon={ClockAlert}
      alert
      title={t(to.known ? 'calendar.takenAlready' : 'calendar.takenTitle', { time: formatTime(new Date(to.ms), zone) })}
      action={
        <Button kind="quiet" small onClick={close}>
          {t('common.close')}
        </Button>
      }
    >
      <p>
        {t(alternatives.length ? 'calendar.takenText' : 'calendar.takenNone', {
          name: visit.name,
          time: when(visit.startMs, zone, day),
        })}
      </p>
      {alternatives.length > 0 && (
        <div class="row calendar__near">
          {alternatives.map((a) => (
            <Button
              key={a.startsAt}
              small
              class="num"
              onClick={() => choose(visit, { ...to, ms: Date.parse(a.startsAt), known: false, outsideHours: false })}
            >
              {when(Date.parse(a.startsAt), zone, day)}
            </Button>
          ))}
        </div>
      )}
    </Banner>
  );
}

/**
 * Why a visit did not move.  It floats, so that nothing moves away under the pointer, and stays until it is closed or
 * the next move begins.
 */
export function Problem(props) {
  if (!props.problem) return null;
  return (
    <div class="calendar__problem">
      {props.problem.kind === 'taken' ? <Taken {...props} /> : <Refused {...props} />}
    </div>
  );
}

function Refused({ problem, zone, today, close }) {
  const { kind, visit, current } = problem;
  const at = current?.startsAt ? when(Date.parse(current.startsAt), zone, today) : when(visit.startMs, zone, today);
  return (
    <Banner
      kind="warning"
      icon={kind === 'changed' ? GitCompareArrows : CircleAlert}
      alert
      title={t(kind === 'changed' ? 'calendar.changedTitle' : 'calendar.notMoved', { name: visit.name })}
      action={
        <Button kind="quiet" small onClick={close}>
          {t('common.close')}
        </Button>
      }
    >
      {t(`calendar.why_${kind}`, { name: visit.name, time: at })}
    </Banner>
  );
}

/** Outside the hours is possible, when somebody means it. */
export function OutsideDialog({ ask, zone, today, onMove, onStay }) {
  const { visit, column, place } = ask;
  const spoken = visit.day === column.day ? column.day : today;
  const hours = column.spans.map((s) => `${clock(s.from)}–${clock(s.to)}`);
  return (
    <Dialog
      title={t('calendar.outsideTitle', { time: when(place.ms, zone, spoken) })}
      onClose={onStay}
      foot={
        <>
          <Button onClick={onStay}>{t('calendar.outsideStay', { time: when(visit.startMs, zone, spoken) })}</Button>
          <Button kind="primary" onClick={onMove}>
            {t('calendar.outsideMove', { time: when(place.ms, zone, spoken) })}
          </Button>
        </>
      }
    >
      <p>
        {hours.length
          ? t('calendar.outsideText', { doctor: column.doctor.name, hours: list(hours) })
          : t('calendar.outsideDay', { doctor: column.doctor.name, day: formatDay(column.day, { long: true }) })}
      </p>
    </Dialog>
  );
}
