// Signing in: where the code shall go, then the code.  Nothing here says whether anybody is known there.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { CircleAlert, Hourglass, ShieldAlert } from 'lucide';
import { t, tx } from '../common/i18n.js';
import { safeOrigin } from '../common/origin.js';
import { callingCode, formatPhone, isInternational, phoneProblem, telHref } from '../common/phone.js';
import { countdown } from '../common/time.js';
import { Banner, Button, Field, announce } from '../common/ui.jsx';
import { askForCode, clinic, pending, sendCode } from './session.js';

export function SignIn({ ended }) {
  return (
    <div class="stack stack--3 signin">
      <div class="page-head">
        <h1 tabIndex={-1}>{t('patient.title')}</h1>
        <p class="muted">{t('patient.lead')}</p>
      </div>
      {ended && <Banner kind="plain" title={t('patient.endedTitle')}>{t('patient.endedText')}</Banner>}
      <section class="card">
        <div class="card__body card__body--3">
          {!safeOrigin() ? <NeedsHttps /> : pending.value ? <Code /> : <Address />}
        </div>
      </section>
      <Help />
    </div>
  );
}

function Help() {
  const phone = clinic.value?.phone;
  return (
    <p class="small muted">
      {tx(phone ? 'patient.helpCall' : 'patient.help', {
        book: <a href="/">{t('patient.helpBook')}</a>,
        phone: phone && (
          <a class="nowrap" href={telHref(phone)}>
            {formatPhone(phone)}
          </a>
        ),
      })}
    </p>
  );
}

function NeedsHttps() {
  return (
    <div class="stack">
      <Banner kind="warning" icon={ShieldAlert} title={t('patient.httpsTitle')}>
        {t('patient.httpsText')}
      </Banner>
      <Button kind="primary" wide href={`https://${location.host}${location.pathname}`}>
        {t('patient.httpsGo')}
      </Button>
    </div>
  );
}

/** What to say of a refusal: {kind, title, text, until} */
function refusalOf(error) {
  if (error.status === 429)
    return { kind: 'wait', title: t('patient.manyTitle'), until: Date.now() + (error.retryAfter ?? 60) * 1000 };
  if (error.code === 'OFFLINE') return { title: t('common.offlineTitle'), text: t('patient.offlineSignIn') };
  return { title: t('common.failedTitle'), text: t('common.failedText') };
}

function Refusal({ of: it, over }) {
  const left = useLeft(it.until, over);
  if (it.kind === 'wait')
    return (
      <Banner kind="warning" icon={Hourglass} alert title={it.title}>
        {t('patient.manyText')} <span class="num strong">{countdown(left)}</span>
      </Banner>
    );
  return (
    <Banner kind="danger" icon={CircleAlert} alert title={it.title}>
      {it.text}
    </Banner>
  );
}

/** Milliseconds left until an instant, each second anew; over() once there are none. */
function useLeft(until, over) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!until) return undefined;
    const timer = setInterval(() => {
      tick((n) => n + 1);
      if (Date.now() >= until) {
        clearInterval(timer);
        over?.();
      }
    }, 500);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, (until ?? 0) - Date.now());
}

function phoneWords(text) {
  const wrong = phoneProblem(text, clinic.value?.country);
  if (!text.trim()) return t('patient.phoneMissing');
  if (!wrong) return null;
  return wrong.need ? t('patient.phoneDigits', { need: wrong.need, n: wrong.have }) : t('patient.phoneWrong');
}

const emailWords = (text) => (/^\S+@\S+\.\S+$/.test(text.trim()) ? null : t('patient.emailWrong'));

function Address() {
  const [byEmail, setByEmail] = useState(false);
  const [text, setText] = useState('');
  const [refusedText, setRefusedText] = useState(null);
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const input = useRef();
  /* How many digits a number has is known with the clinic, which may come after the refusal. */
  const problem = byEmail ? emailWords(text) : phoneWords(text);
  const wrong = refusedText === text ? problem ?? t(byEmail ? 'patient.emailWrong' : 'patient.phoneWrong') : null;
  const complain = () => {
    setRefusedText(text);
    requestAnimationFrame(() => input.current?.focus());
  };
  const submit = async (event) => {
    event.preventDefault();
    if (busy || refused?.kind === 'wait') return;
    if (problem) {
      complain();
      return;
    }
    setBusy(true);
    try {
      await askForCode(byEmail ? { email: text.trim() } : { phone: text.trim() });
    } catch (error) {
      setBusy(false);
      if (error.status === 400) complain();
      else setRefused(refusalOf(error));
    }
  };
  const typed = (event) => {
    setText(event.target.value);
    setRefusedText(null);
  };
  const swap = () => {
    setByEmail(!byEmail);
    setText('');
    setRefusedText(null);
    requestAnimationFrame(() => input.current?.focus());
  };
  const code = callingCode(clinic.value?.country);
  return (
    <form class="stack stack--3" noValidate onSubmit={submit} aria-label={t('common.signIn')}>
      {refused && <Refusal of={refused} over={() => setRefused(null)} />}
      {byEmail ? (
        <Field id="s-email" key="email" label={t('patient.email')} error={wrong} hint={t('patient.emailHint')}>
          {(a) => (
            <input class="input" {...a} ref={input} type="email" autocomplete="email" required value={text} onInput={typed} maxLength={254} />
          )}
        </Field>
      ) : (
        <Field id="s-phone" key="phone" label={t('patient.phone')} error={wrong} hint={t('patient.phoneHint')}>
          {(a) => (
            <div class="prefix">
              {code && !isInternational(text) && <span class="prefix__text num">{code}</span>}
              <input
                class="input"
                {...a}
                ref={input}
                type="tel"
                inputMode="tel"
                autocomplete={isInternational(text) ? 'tel' : 'tel-national'}
                required
                value={text}
                onInput={typed}
                maxLength={24}
              />
            </div>
          )}
        </Field>
      )}
      <Button kind="primary" wide type="submit" busy={busy} off={refused?.kind === 'wait'}>
        {t('patient.sendCode')}
      </Button>
      <button class="link-btn start" type="button" onClick={swap}>
        {t(byEmail ? 'patient.usePhone' : 'patient.useEmail')}
      </button>
    </form>
  );
}

const DIGITS = 6;

function Code() {
  const { phone, email, resendAt, endsAt } = pending.value;
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(null);
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const input = useRef();
  const toResend = useLeft(resendAt);
  const left = useLeft(endsAt);
  useLayoutEffect(() => input.current?.focus(), []);

  const complain = (words) => {
    setWrong(words);
    setBusy(false);
    requestAnimationFrame(() => input.current?.select());
  };
  const submit = async (digits = code) => {
    if (busy || refused?.kind === 'wait') return;
    if (digits.length < DIGITS) {
      complain(t('patient.codeShort'));
      return;
    }
    setBusy(true);
    try {
      await sendCode(digits);
    } catch (error) {
      if (error.code === 'INVALID_CREDENTIALS') complain(t(Date.now() > endsAt ? 'patient.codeOver' : 'patient.codeWrong'));
      else {
        setBusy(false);
        setRefused(refusalOf(error));
      }
    }
  };
  const typed = (event) => {
    const digits = event.target.value.replace(/\D/g, '').slice(0, DIGITS);
    event.target.value = digits;
    setCode(digits);
    setWrong(null);
    if (digits.length === DIGITS) submit(digits);
  };
  const again = async () => {
    setRefused(null);
    setWrong(null);
    setCode('');
    try {
      await askForCode(phone ? { phone } : { email });
      announce(t('patient.sentAgain'));
      input.current?.focus();
    } catch (error) {
      setRefused(refusalOf(error));
    }
  };
  return (
    <form
      class="stack stack--3"
      noValidate
      aria-label={t('patient.code')}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p>
        {tx('patient.codeLead', { to: <strong class="nowrap">{phone ? shown(phone) : email}</strong> })}
      </p>
      {refused && <Refusal of={refused} over={() => setRefused(null)} />}
      <Field id="s-code" label={t('patient.code')} error={wrong ?? (left === 0 && !busy ? t('patient.codeOver') : null)} hint={t('patient.codeHint')}>
        {(a) => (
          <input
            class="input code"
            {...a}
            ref={input}
            inputMode="numeric"
            autocomplete="one-time-code"
            required
            value={code}
            readOnly={busy}
            onInput={typed}
          />
        )}
      </Field>
      <Button kind="primary" wide type="submit" busy={busy} off={refused?.kind === 'wait'}>
        {t('common.signIn')}
      </Button>
      <div class="row row--apart">
        {toResend > 0 ? (
          <span class="small muted num">{t('patient.resendIn', { time: countdown(toResend) })}</span>
        ) : (
          <button class="link-btn" type="button" onClick={again}>
            {t('patient.resend')}
          </button>
        )}
        <button
          class="link-btn"
          type="button"
          onClick={() => {
            pending.value = null;
          }}
        >
          {t(phone ? 'patient.otherPhone' : 'patient.otherEmail')}
        </button>
      </div>
    </form>
  );
}

/** As it was typed, with the country that it will get. */
function shown(phone) {
  if (isInternational(phone)) return formatPhone(phone.replace(/[^\d+]/g, ''));
  return [callingCode(clinic.value?.country), phone].filter(Boolean).join(' ');
}
