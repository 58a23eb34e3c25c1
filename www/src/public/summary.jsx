// Beside the steps, where there is room: what has been chosen so far, and the phone for who would rather talk.
import { t, tx } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { capital, dayOf, formatWhen, now } from '../common/time.js';
import { clinic } from './data.js';
import { booked, doctor, moving, service, slot, zone } from './flow.js';
import { openUntil } from './site.jsx';
import { length, price } from './steps.jsx';

export function Facts({ visit }) {
  const rows = [
    ['doctor', visit.doctor?.name],
    ['service', visit.service?.name],
    ['length', visit.service && length(visit.service.durationMinutes)],
    ['price', visit.service && price(visit.service)],
    ['where', clinic.value.address],
  ].filter(([, value]) => value);
  return <dl class="facts">{rows.flatMap(([name, value]) => [<dt>{t(`public.${name}`)}</dt>, <dd>{value}</dd>])}</dl>;
}

const when = (instant) => capital(formatWhen(instant, zone.value, { today: dayOf(now(), zone.value) }));

export function Summary() {
  const phone = clinic.value.phone;
  const until = openUntil();
  return (
    <aside class="page__aside only-wide" aria-labelledby="summary">
      <div class="card">
        <div class="card__body card__body--3 stack">
          <div>
            <h2 id="summary" class="label-h">
              {t(moving.value ? 'public.newTime' : 'public.yourVisit')}
            </h2>
            <p class="as-h2 num">
              {slot.value ? when(slot.value.startsAt) : <span class="muted">{t('public.noTimeYet')}</span>}
            </p>
            {moving.value && <p class="small muted">{t('public.until', { when: when(booked.value.startsAt) })}</p>}
          </div>
          <Facts visit={{ doctor: doctor.value, service: service.value }} />
        </div>
      </div>
      {phone && (
        <p class="small muted aside-note">
          {tx(until ? 'public.callUntil' : 'public.call', {
            phone: (
              <a class="nowrap" href={telHref(phone)}>
                {formatPhone(phone)}
              </a>
            ),
            time: until,
          })}
        </p>
      )}
    </aside>
  );
}
