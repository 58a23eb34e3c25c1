// The frame of the public pages: who the clinic is, when it is open, how to call it, and the other language.
import { Clock, MapPin, Phone, Plus } from 'lucide';
import { lang, list, setLang, t } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { dayOf, minutesFrom, minutesOf, now, weekdayOf } from '../common/time.js';
import { Icon } from '../common/ui.jsx';
import { clinic } from './data.js';

/** The hours of the clinic's today: [{start, end}] */
export function hoursToday() {
  const { hours, timeZone } = clinic.value;
  const weekday = weekdayOf(dayOf(now(), timeZone));
  return (hours ?? [])
    .filter((one) => one.weekday === weekday)
    .map(({ start, end }) => ({ start: start.slice(0, 5), end: end.slice(0, 5) }))
    .sort((a, b) => a.start.localeCompare(b.start));
}

/** '19:00' while someone is at the desk today or will be, else null. */
export function openUntil() {
  const end = hoursToday().at(-1)?.end;
  return end && minutesFrom(end) > minutesOf(now(), clinic.value.timeZone) ? end : null;
}

function hoursText() {
  const hours = hoursToday();
  if (!hours.length) return t('public.closedToday');
  return t('public.openToday', { hours: list(hours.map(({ start, end }) => `${start}–${end}`)) });
}

export function SiteHead() {
  const about = clinic.value;
  const other = lang.value === 'en' ? 'hi' : 'en';
  return (
    <header class="site-head">
      <div class="site-head__in">
        <a class="brand" href="/" aria-label={about ? undefined : t('public.title')}>
          <span class="brand__mark">
            <Icon of={Plus} />
          </span>
          {about?.name ?? <span class="skeleton brand__wait" />}
        </a>
        <button
          class="btn btn--quiet btn--small head-end system"
          type="button"
          lang={other}
          onClick={() => setLang(other)}
        >
          {t('common.otherLanguage')}
        </button>
        <div class="site-head__facts">
          {about ? (
            <>
              <span>
                <Icon of={Clock} size="s" />
                {hoursText()}
              </span>
              {about.phone && (
                <a href={telHref(about.phone)}>
                  <Icon of={Phone} size="s" />
                  {formatPhone(about.phone)}
                </a>
              )}
              {about.address && (
                <span class="only-wide-flex">
                  <Icon of={MapPin} size="s" />
                  {about.address}
                </span>
              )}
            </>
          ) : (
            <span>
              <span class="skeleton facts__wait" />
            </span>
          )}
        </div>
      </div>
    </header>
  );
}

export function SiteFoot() {
  return (
    <footer class="site-foot small muted">
      {clinic.value?.address && <p class="only-narrow">{clinic.value.address}</p>}
      <a href="/staff/">{t('public.forStaff')}</a>
    </footer>
  );
}
