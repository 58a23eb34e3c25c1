// The third question: days and times, and what stands there when there are none.
import { CalendarX2, ChevronRight, ClockAlert } from 'lucide';
import { connected } from '../common/connection.js';
import { TimesLoading } from '../common/daytimes.jsx';
import { t } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { capital, dayOf, formatTime, formatWhen, now, zoneName, zoneNote } from '../common/time.js';
import { Banner, Button, Empty, Icon } from '../common/ui.jsx';
import { clinic, doctors } from './data.js';
import { day, doctorChoice, doctorOf, goTo, open, slot, zone } from './flow.js';
import { asking, choose, lost, release } from './holding.js';
import { roomy } from './room.js';
import { anyFree, failed, moreDays, nextFree, refresh, showMore, shown, strip, times, way } from './slots.js';
import { Step } from './steps.jsx';
import { Days, Times } from './times.jsx';

const today = () => dayOf(now(), zone.value);

export function When() {
  const chosen = slot.value && capital(formatWhen(slot.value.startsAt, zone.value, { today: today() }));
  return (
    <Step name="when" n={3} answer={chosen} beside={roomy.value && open.value === 'details'}>
      {lost.value ? <Lost /> : <Offer />}
    </Step>
  );
}

function Offer() {
  if (!strip.value) return failed.value && connected.value ? <Broken /> : <TimesLoading />;
  if (!anyFree.value) return <NothingFree />;
  return (
    <>
      <Days />
      <Times />
      <ZoneLine />
      <p class={`live${connected.value && !failed.value ? '' : ' live--off'}`} data-way={way.value}>
        {t(connected.value && !failed.value ? 'public.live' : 'public.notLive')}
      </p>
    </>
  );
}

function Broken() {
  return (
    <Empty error title={t('public.timesFailed')} text={t('public.timesFailedText')}>
      <Button kind="primary" onClick={() => refresh()}>
        {t('common.retry')}
      </Button>
    </Empty>
  );
}

function NothingFree() {
  const other = doctors.value.find((one) => one.id !== doctorChoice.value && nextFree(one.id));
  const askFor = (id) => {
    release();
    doctorChoice.value = id;
    day.value = null;
    goTo('when');
  };
  const weeks = shown.value * 2;
  return (
    <Empty
      icon={CalendarX2}
      title={weeks === 2 ? t('public.nothingFree') : t('public.nothingFreeWeeks', { n: weeks })}
      text={t('public.nothingFreeText')}
    >
      {moreDays.value && (
        <Button kind="primary" onClick={showMore}>
          {t('public.lookFurther')}
        </Button>
      )}
      {other && doctorChoice.value !== 'any' && (
        <Button kind={moreDays.value ? 'quiet' : 'primary'} onClick={() => askFor(other.id)}>
          {t('public.askFor', { doctor: other.name })}
        </Button>
      )}
      {clinic.value.phone && (
        <Button kind="quiet" href={telHref(clinic.value.phone)}>
          {t('public.callNumber', { phone: formatPhone(clinic.value.phone) })}
        </Button>
      )}
    </Empty>
  );
}

function ZoneLine() {
  const note = day.value && times.value[0] && zoneNote(times.value[0].ms, zone.value);
  return note && <p class="small muted">{t('times.clinicTime', { zone: zoneName(zone.value, times.value[0].ms) })}</p>;
}

/** Someone was faster: the nearest free times are the answer. */
function Lost() {
  const { startsAt, alternatives } = lost.value;
  const back = () => {
    lost.value = null;
    goTo('when');
  };
  return (
    <>
      <Banner
        kind="warning"
        icon={ClockAlert}
        alert
        title={t('public.justTaken', { time: formatTime(startsAt, zone.value) })}
      >
        {alternatives.length ? t('public.nearTimes') : t('public.noNearTimes')}
      </Banner>
      {alternatives.length > 0 && (
        <div class="choices" role="group" aria-label={t('public.nearTimesLabel')}>
          {alternatives.map((one) => (
            <button
              key={one.doctorId + one.startsAt}
              class="choice"
              type="button"
              aria-busy={asking.value === Date.parse(one.startsAt) ? 'true' : undefined}
              onClick={() => choose([one])}
            >
              <span>
                <span class="choice__title num">
                  {capital(formatWhen(one.startsAt, zone.value, { today: today() }))}
                </span>
                <br />
                <span class="choice__note">{doctorOf(one.doctorId)?.name}</span>
              </span>
              <span class="choice__end">
                <Icon of={ChevronRight} />
              </span>
            </button>
          ))}
        </div>
      )}
      <button class="link-btn start" type="button" onClick={back}>
        {t('public.allTimes')}
      </button>
    </>
  );
}
