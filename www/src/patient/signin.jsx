// Signing in: where the code shall go, then the code.  Nothing here says whether anybody is known there.
import { useRef, useState } from 'preact/hooks';
import { ShieldAlert } from 'lucide';
import { t, tx } from '../common/i18n.js';
import { safeOrigin } from '../common/origin.js';
import { callingCode, formatPhone, isInternational, phoneProblem, telHref } from '../common/phone.js';
import { Banner, Button, Field } from '../common/ui.jsx';
import { CodeForm, Refusal, refusalOf } from './code.jsx';
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

/** The code that was asked for; it signs in. */
function Code() {
  const { phone, email, resendAt, endsAt } = pending.value;
  return (
    <CodeForm
      lead={tx('patient.codeLead', { to: <strong class="nowrap">{phone ? shown(phone) : email}</strong> })}
      label={t('common.signIn')}
      resendAt={resendAt}
      endsAt={endsAt}
      send={sendCode}
      again={() => askForCode(phone ? { phone } : { email })}
      other={t(phone ? 'patient.otherPhone' : 'patient.otherEmail')}
      leave={() => {
        pending.value = null;
      }}
    />
  );
}

/** As it was typed, with the country that it will get. */
function shown(phone) {
  if (isInternational(phone)) return formatPhone(phone.replace(/[^\d+]/g, ''));
  return [callingCode(clinic.value?.country), phone].filter(Boolean).join(' ');
}
