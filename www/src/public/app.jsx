// The booking page: frame, steps, summary, and what stands there when nothing can be had.
import { useEffect } from 'preact/hooks';
import { batch } from '@preact/signals';
import { Phone, WifiOff } from 'lucide';
import { connected } from '../common/connection.js';
import { t } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { dayOf, formatWhen, now } from '../common/time.js';
import { Banner, Button, Empty, Skeleton, ToastHost } from '../common/ui.jsx';
import { clinic, doctors, knownPhone, load, services, unreachable } from './data.js';
import { Details } from './details.jsx';
import { Done } from './done.jsx';
import { booked, goTo, moving, slot, zone } from './flow.js';
import { lost, release } from './holding.js';
import { SiteFoot, SiteHead } from './site.jsx';
import { Doctors, Services, Step } from './steps.jsx';
import { Summary } from './summary.jsx';
import { When } from './when.jsx';

export function App() {
  const name = clinic.value?.name;
  const heading = t(moving.value ? 'public.titleMove' : 'public.title');
  useEffect(() => {
    document.title = name ? `${heading} – ${name}` : heading;
  }, [name, heading]);
  return (
    <>
      <a class="skip" href="#main">
        {t('common.skip')}
      </a>
      <SiteHead />
      <main id="main" class="page" tabIndex={-1}>
        {booked.value && !moving.value ? <Done /> : <Booking heading={heading} />}
      </main>
      <SiteFoot />
      <ToastHost />
    </>
  );
}

const Offline = () => (
  <Banner kind="warning" icon={WifiOff} title={t('common.offlineTitle')}>
    {t('common.offlineText')}
  </Banner>
);

function Booking({ heading }) {
  const ready = clinic.value && services.value && doctors.value;
  return (
    <>
      <div class="page-head">
        <h1>{heading}</h1>
        {moving.value ? <KeepOld /> : <p class="muted">{t('public.lead')}</p>}
      </div>
      {!connected.value && (
        <div class="page-note">
          <Offline />
        </div>
      )}
      {ready && services.value.length && doctors.value.length ? (
        <Flow />
      ) : ready ? (
        <Empty level="h2" title={t('public.noServices')} text={t('public.noServicesText')}>
          <CallButton />
        </Empty>
      ) : unreachable.value && connected.value ? (
        <Unreachable />
      ) : (
        <Waiting />
      )}
    </>
  );
}

/** The visit as it is, and the way back to it. */
function KeepOld() {
  const when = booked.value && formatWhen(booked.value.startsAt, zone.value, { today: dayOf(now(), zone.value) });
  const keep = () => {
    release();
    batch(() => {
      moving.value = false;
      slot.value = lost.value = null;
      goTo('done');
    });
  };
  return (
    <p class="muted">
      {t('public.leadMove', { when })}{' '}
      <button class="link-btn" type="button" onClick={keep}>
        {t('public.keepTime')}
      </button>
    </p>
  );
}

function Flow() {
  return (
    <div class="page--split">
      <form class="flow flow--card" aria-label={t('public.title')} noValidate onSubmit={(e) => e.preventDefault()}>
        <Services />
        <Doctors />
        <When />
        <Details />
      </form>
      <Summary />
    </div>
  );
}

/** The first question is known before its answers are: only they are pending. */
function Waiting() {
  return (
    <div class="page--split">
      <div class="flow flow--card">
        <section class="step" aria-current="step">
          <div class="step__head">
            <span class="step__mark">1</span>
            <h2>{t('public.serviceQuestion')}</h2>
          </div>
          <div class="step__body">
            <Skeleton class="skeleton-choices" block lines={3} />
          </div>
        </section>
        {['doctor', 'when', 'details'].map((name, i) => (
          <Step key={name} name={name} n={i + 2} />
        ))}
      </div>
    </div>
  );
}

function CallButton() {
  const phone = clinic.value?.phone ?? knownPhone.value;
  return (
    phone && (
      <Button kind="primary" href={telHref(phone)} icon={Phone}>
        {formatPhone(phone)}
      </Button>
    )
  );
}

function Unreachable() {
  const phone = knownPhone.value;
  return (
    <Empty
      error
      level="h2"
      title={t('public.unreachable')}
      text={t(phone ? 'public.unreachableCall' : 'public.unreachableText')}
    >
      <CallButton />
      <Button kind={phone ? 'quiet' : 'primary'} onClick={load}>
        {t('common.retry')}
      </Button>
    </Empty>
  );
}
