// The fourth question: who comes.  The time is kept meanwhile, and every word is saved as it is typed.
import { useEffect, useState } from 'preact/hooks';
import { Check, LoaderCircle, TimerOff, Timer as TimerIcon } from 'lucide';
import { connected } from '../common/connection.js';
import { t } from '../common/i18n.js';
import { callingCode, isInternational } from '../common/phone.js';
import { countdown, dayOf, formatDay, formatTime, formatWhen, now, capital } from '../common/time.js';
import { Banner, Button, Field, Icon, announce } from '../common/ui.jsx';
import { book, failure, problems, progress } from './booking.js';
import { clinic } from './data.js';
import { details, doctorOf, hold, moving, service, setDetail, slot, zone } from './flow.js';
import { asking, keepAgain, unkept } from './holding.js';
import { saving } from './saving.js';
import { isFree, refresh } from './slots.js';
import { price, Step } from './steps.jsx';

const today = () => dayOf(now(), zone.value);
const chosenTime = () => formatWhen(slot.value.startsAt, zone.value, { today: today() });

export function Details() {
  return (
    <Step name="details" n={4} question={moving.value ? 'public.newTime' : undefined}>
      {slot.value && <Form />}
    </Step>
  );
}

function Form() {
  const failed = failure.value;
  return (
    <>
      <Kept />
      {!moving.value && <Fields />}
      {failed && (
        <Banner kind="danger" alert title={failed.title}>
          {failed.text}
        </Banner>
      )}
      <div class="stack stack--1">
        <BookButton />
        <Terms />
      </div>
    </>
  );
}

const SAY_AT = [180, 120, 60, 30];

/** Milliseconds left of the hold, each second anew; what is left at some moments is said aloud. */
function useLeft(kept) {
  const [left, setLeft] = useState(() => kept.expiresAt - now());
  useEffect(() => {
    const tick = () => {
      const ms = kept.expiresAt - now();
      const seconds = Math.ceil(ms / 1000);
      if (SAY_AT.includes(seconds))
        announce(
          seconds >= 60 ? t('public.keptMinutes', { n: seconds / 60 }) : t('public.keptSeconds', { n: seconds }),
        );
      setLeft(ms);
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [kept.id]);
  return left;
}

function Kept() {
  if (hold.value) return <Timer kept={hold.value} />;
  return (
    <div class="timer timer--plain">
      <Icon of={TimerIcon} />
      <span>
        <span class="small muted">{t(unkept.value && connected.value ? 'public.notKept' : 'public.yourTime')}</span>
        <br />
        <TimeLine />
      </span>
    </div>
  );
}

const TimeLine = () => (
  <span class="medium">
    <span class="nowrap">{capital(chosenTime())},</span>{' '}
    <span class="nowrap">{doctorOf(slot.value.doctorId)?.name}</span>
  </span>
);
function Timer({ kept }) {
  const left = useLeft(kept);
  const busy = asking.value !== null;
  const [asked, setAsked] = useState(false);
  // Whoever goes on typing wants the time: no need to ask.
  useEffect(() => {
    if (left > 0) return undefined;
    refresh({ all: false }).then(() => setAsked(true));
    const typed = (event) => event.target.matches('input, textarea') && asking.peek() === null && keepAgain();
    document.addEventListener('input', typed, { once: true });
    return () => document.removeEventListener('input', typed);
  }, [left > 0]);
  if (left <= 0)
    return (
      <Banner
        icon={TimerOff}
        title={t('public.overTitle', { time: formatTime(kept.startsAt, zone.value) })}
        action={
          <Button small busy={busy} onClick={keepAgain}>
            {t('public.keepAgain')}
          </Button>
        }
      >
        {t(asked && isFree(slot.value) ? 'public.overFree' : 'public.overText')}
      </Banner>
    );
  return (
    <div class="timer" role="timer" aria-label={`${t('public.kept')} ${countdown(left)}`}>
      <Icon of={TimerIcon} />
      <span>
        <span class="small muted">{t('public.kept')}</span>
        <br />
        <TimeLine />
      </span>
      <span class="timer__left">{countdown(left)}</span>
      <progress class="bar" max={kept.keptMs} value={left} aria-label={t('public.kept')} />
    </div>
  );
}

function Saved() {
  const words = { saving: 'common.saving', saved: 'common.saved', waiting: 'public.savedHere' };
  const word = words[saving.value];
  return (
    <p class="saved" role="status">
      {word && (
        <>
          <Icon of={saving.value === 'saving' ? LoaderCircle : Check} size="s" />
          {t(word)}
        </>
      )}
    </p>
  );
}

function Fields() {
  const { name, phone, email, reason } = details.value;
  const wrong = problems.value;
  const code = callingCode(clinic.value.country);
  const typed = (field) => (event) => {
    setDetail(field, event.target.value);
    if (problems.peek()[field]) problems.value = { ...problems.peek(), [field]: undefined };
  };
  return (
    <>
      <Field id="d-phone" label={t('public.phone')} error={wrong.phone} beside={<Saved />}>
        {(a) => (
          <div class="prefix">
            {code && !isInternational(phone) && <span class="prefix__text num">{code}</span>}
            <input
              class="input"
              {...a}
              type="tel"
              inputMode="tel"
              autocomplete={isInternational(phone) ? 'tel' : 'tel-national'}
              required
              value={phone}
              onInput={typed('phone')}
              maxLength={24}
            />
          </div>
        )}
      </Field>
      <Field id="d-name" label={t('public.name')} error={wrong.name}>
        {(a) => (
          <input
            class="input"
            {...a}
            autocomplete="name"
            required
            value={name}
            onInput={typed('name')}
            maxLength={120}
          />
        )}
      </Field>
      <Field id="d-email" label={t('public.email')} error={wrong.email} optional>
        {(a) => (
          <input
            class="input"
            {...a}
            type="email"
            autocomplete="email"
            value={email}
            onInput={typed('email')}
            maxLength={254}
          />
        )}
      </Field>
      <Field id="d-reason" label={t('public.reason')} error={wrong.reason} hint={t('public.reasonHint')} optional>
        {(a) => <textarea class="textarea" {...a} rows={2} value={reason} onInput={typed('reason')} maxLength={500} />}
      </Field>
    </>
  );
}

function BookButton() {
  const state = progress.value;
  const asks = service.value && !service.value.autoConfirm;
  const word = moving.value ? 'public.moveTo' : asks ? 'public.ask' : 'public.book';
  if (state === 'waiting')
    return (
      <Button wide busy>
        {t('public.waiting')}
      </Button>
    );
  return (
    <Button kind="primary" wide type="submit" busy={state === 'sending'} off={asking.value !== null} onClick={book}>
      {t(word, { when: chosenTime() })}
    </Button>
  );
}

/** What it costs, and until when it can be changed. */
function Terms() {
  const one = service.value;
  const until = Date.parse(slot.value.startsAt) - (one.cancelMinutes ?? 0) * 60000;
  const words = [];
  if (one.price) words.push(t('public.pay', { price: price(one) }));
  if (!one.autoConfirm) words.push(t('public.weConfirm'));
  if (one.cancelMinutes && until > now()) {
    const late = dayOf(until, zone.value);
    words.push(
      t('public.changeUntil', { time: formatTime(until, zone.value), day: formatDay(late, { today: today() }) }),
    );
  }
  return <p class="small muted">{words.join(' ')}</p>;
}
