// Choosing a free time of one doctor, and what stands there when there is none or somebody was faster.
import { useEffect, useState } from 'preact/hooks';
import { CalendarX2, ChevronRight, ClockAlert } from 'lucide';
import { connected } from '../common/connection.js';
import { Days, Times, TimesLoading } from '../common/daytimes.jsx';
import { t } from '../common/i18n.js';
import { dayOf, formatTime, now, zoneName, zoneNote } from '../common/time.js';
import { Banner, Button, Empty, Icon } from '../common/ui.jsx';
import { when } from './facts.jsx';
import { useFree } from './free.js';

/** chosen: an instant (RFC 3339) or null; onChoose(slot); lost: {startsAt, alternatives} of a refusal, onBack leaves it. */
export function Pick({ doctor, service, clinic, chosen, onChoose, lost, onBack }) {
  const zone = clinic.timeZone;
  const { list, times, more, failed, refresh } = useFree(doctor.id, service, zone);
  const [day, setDay] = useState(null);
  const shown = day ?? list?.find((one) => one.free)?.day ?? null;
  useEffect(() => {
    if (lost) refresh();
  }, [lost]);
  if (lost) return <Lost lost={lost} clinic={clinic} onChoose={onChoose} onBack={onBack} />;
  if (!list)
    return failed && connected.value ? (
      <Empty error title={t('patient.timesFailed')} text={t('patient.timesFailedText')}>
        <Button kind="primary" onClick={refresh}>
          {t('common.retry')}
        </Button>
      </Empty>
    ) : (
      <TimesLoading />
    );
  if (!list.some((one) => one.free))
    return (
      <Empty icon={CalendarX2} title={t('patient.nothingFree')} text={t('patient.nothingFreeText')}>
        {more && (
          <Button kind="primary" onClick={more}>
            {t('patient.lookFurther')}
          </Button>
        )}
      </Empty>
    );
  const some = times(shown);
  const isCurrent = connected.value && !failed;
  return (
    <div class="stack stack--3">
      <Days list={list} day={shown} today={dayOf(now(), zone)} onDay={setDay} onMore={more} />
      <Times
        list={some}
        isChosen={(time) => Boolean(chosen) && Date.parse(chosen) === time.ms}
        onPick={(time) => onChoose(time.choices[0])}
      />
      {some[0] && zoneNote(some[0].ms, zone) && (
        <p class="small muted">{t('times.clinicTime', { zone: zoneName(zone, some[0].ms) })}</p>
      )}
      <p class={`live${isCurrent ? '' : ' live--off'}`}>{t(isCurrent ? 'patient.timesLive' : 'patient.timesOld')}</p>
    </div>
  );
}

/** Somebody was faster: the nearest free times are the answer. */
function Lost({ lost: { startsAt, alternatives }, clinic, onChoose, onBack }) {
  return (
    <div class="stack stack--3">
      <Banner
        kind="warning"
        icon={ClockAlert}
        alert
        title={t('patient.justTaken', { time: formatTime(startsAt, clinic.timeZone) })}
      >
        {t(alternatives.length ? 'patient.nearTimes' : 'patient.noNearTimes')}
      </Banner>
      {alternatives.length > 0 && (
        <div class="choices" role="group" aria-label={t('patient.nearTimesLabel')}>
          {alternatives.map((one) => (
            <button key={one.startsAt} class="choice" type="button" onClick={() => onChoose(one)}>
              <span class="choice__title num">{when(one.startsAt, clinic)}</span>
              <span class="choice__end">
                <Icon of={ChevronRight} />
              </span>
            </button>
          ))}
        </div>
      )}
      <button class="link-btn start" type="button" onClick={onBack}>
        {t('patient.allTimes')}
      </button>
    </div>
  );
}
