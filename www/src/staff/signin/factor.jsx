/*
 * factor - the second step of a sign-in: a code of the app or a recovery code,
 * or setting the app up for whoever has to.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { CircleAlert, Hourglass } from 'lucide';
import { t } from '../../common/i18n.js';
import { countdown, now } from '../../common/time.js';
import { Banner, Button, Field } from '../../common/ui.jsx';
import { Codes } from '../factor/codes.jsx';
import { CodeField, Enrol } from '../factor/enrol.jsx';
import { arrived, finish, forgetDue, showFactor } from '../session.js';
import { errorWords } from '../tell.js';
import { useSecondsTo } from './seconds.js';

const TRIES = 5;

export function SecondFactor({ due }) {
  return due.enrols ? <MustEnrol due={due} /> : <Show due={due} />;
}

function Head({ title, text }) {
  const heading = useRef();
  useEffect(() => heading.current.focus(), [title]);
  return <div><h2 class="as-h2" id="sign-h" tabIndex={-1} ref={heading}>{title}</h2><p class="muted">{text}</p></div>;
}

const StartAgain = () => <button class="link-btn start" type="button" onClick={() => forgetDue()}>{t('factor.startAgain')}</button>;

function MustEnrol({ due }) {
  const [codes, setCodes] = useState(null);
  const kept = (made) => {
    arrived();
    setCodes(made);
  };
  if (codes)
    return <div class="sign"><h2 class="visually-hidden" id="sign-h">{t('factor.setUp')}</h2><Codes codes={codes} onDone={finish} /></div>;
  return (
    <div class="sign">
      <Head title={t('factor.setUp')} text={t('factor.mustText')} />
      <Enrol challenge={due.challenge} onCodes={kept} onRefused={() => forgetDue('factor.overText')} />
      <StartAgain />
    </div>
  );
}

/* What to say of a refusal, while the challenge is good for another try. */
function refusal(error, recovers) {
  if (error.status === 429)
    return { until: now() + (error.retryAfter ?? 60) * 1000 };
  if (error.code === 'INVALID_CREDENTIALS' || error.status === 400)
    return { title: t(recovers ? 'factor.wrongRecovery' : 'factor.wrongCode'), text: t(recovers ? 'factor.wrongRecoveryText' : 'factor.wrongCodeText') };
  return { title: t('common.failedTitle'), text: errorWords(error) };
}

function Show({ due }) {
  const [recovers, setRecovers] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(null);
  const tries = useRef(0);
  const form = useRef();
  const left = useSecondsTo(refused?.until, () => setRefused(null));
  const submit = async (event) => {
    event.preventDefault();
    if (busy || refused?.until)
      return;
    const { code } = Object.fromEntries(new FormData(form.current));
    setBusy(true);
    setRefused(null);
    try {
      await showFactor({ challenge: due.challenge, [recovers ? 'recoveryCode' : 'code']: code.trim() });
    } catch (error) {
      if (error.code === 'INVALID_CREDENTIALS' && (++tries.current === TRIES || now() > due.until))
        return forgetDue('factor.overText');
      setRefused(refusal(error, recovers));
      setBusy(false);
      form.current?.code.select();
    }
  };
  const other = () => {
    setRecovers(!recovers);
    setRefused(null);
    requestAnimationFrame(() => form.current?.code.focus());
  };
  return (
    <form class="sign" ref={form} onSubmit={submit} aria-labelledby="sign-h">
      <Head title={t('factor.second')} text={t(recovers ? 'factor.recoveryIntro' : 'factor.codeIntro')} />
      {refused?.until && <Banner kind="warning" icon={Hourglass} alert title={t('signin.manyTitle')}>{t('signin.manyText')} <span class="num strong">{countdown(left)}</span></Banner>}
      {refused?.title && <Banner kind="danger" icon={CircleAlert} alert title={refused.title}>{refused.text}</Banner>}
      {recovers
        ? <Field label={t('factor.recoveryCode')}>{(a) => <input {...a} class="input" name="code" autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={40} required readOnly={busy} />}</Field>
        : <CodeField busy={busy} />}
      <Button kind="primary" wide type="submit" busy={busy} off={Boolean(refused?.until)}>{t(busy ? 'signin.busy' : 'common.signIn')}</Button>
      <button class="link-btn start" type="button" onClick={other}>{t(recovers ? 'factor.withApp' : 'factor.withRecovery')}</button>
      <StartAgain />
    </form>
  );
}
