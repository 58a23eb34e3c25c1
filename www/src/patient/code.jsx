// A code that was sent: where it is typed, how long it works, and when there may be another.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { CircleAlert, Hourglass } from 'lucide';
import { t } from '../common/i18n.js';
import { countdown } from '../common/time.js';
import { Banner, Button, Field, announce } from '../common/ui.jsx';

/** What to say of a refusal: {kind, title, text, until} */
export function refusalOf(error) {
  if (error.status === 429)
    return { kind: 'wait', title: t('patient.manyTitle'), until: Date.now() + (error.retryAfter ?? 60) * 1000 };
  if (error.code === 'OFFLINE') return { title: t('common.offlineTitle'), text: t('patient.offlineSignIn') };
  return { title: t('common.failedTitle'), text: t('common.failedText') };
}

export function Refusal({ of: it, over }) {
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

const DIGITS = 6;

/**
 * The form for a code that was sent.  lead says where to; resendAt and endsAt are in milliseconds; send(digits) and
 * again() throw what the API says; other is what leave() is called by.  explain(error) may know better words for a
 * refusal, {title, text}.
 */
export function CodeForm({ id = 's-code', lead, label, resendAt, endsAt, send, again: askAgain, other, leave, explain }) {
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
      await send(digits);
    } catch (error) {
      if (error.code === 'INVALID_CREDENTIALS') complain(t(Date.now() > endsAt ? 'patient.codeOver' : 'patient.codeWrong'));
      else {
        setBusy(false);
        setRefused(explain?.(error) ?? refusalOf(error));
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
      await askAgain();
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
      <p>{lead}</p>
      {refused && <Refusal of={refused} over={() => setRefused(null)} />}
      <Field id={id} label={t('patient.code')} error={wrong ?? (left === 0 && !busy ? t('patient.codeOver') : null)} hint={t('patient.codeHint')}>
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
        {label}
      </Button>
      <div class="row row--apart">
        {toResend > 0 ? (
          <span class="small muted num">{t('patient.resendIn', { time: countdown(toResend) })}</span>
        ) : (
          <button class="link-btn" type="button" onClick={again}>
            {t('patient.resend')}
          </button>
        )}
        <button class="link-btn" type="button" onClick={leave}>
          {other}
        </button>
      </div>
    </form>
  );
}
