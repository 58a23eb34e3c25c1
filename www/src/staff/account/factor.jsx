/*
 * factor - whether there is a second factor: sets it up, takes it away, and
 * makes new recovery codes.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { KeyRound, RotateCw, ShieldCheck, ShieldOff, TriangleAlert } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay } from '../../common/time.js';
import { Banner, Button, Dialog, Empty, Skeleton, toast } from '../../common/ui.jsx';
import { Codes } from '../factor/codes.jsx';
import { Enrol } from '../factor/enrol.jsx';
import { Secret } from '../signin/secret.jsx';
import { errorWords } from '../tell.js';

const FEW = 3;

export function Factor({ zone }) {
  const [now, setNow] = useState(null); /* what the server says; null: not yet, { none }: the clinic's key */
  const [failed, setFailed] = useState(false);
  const [step, setStep] = useState(null); /* 'enrol', 'renew', 'remove', or the codes */
  const ask = async () => {
    setFailed(false);
    try {
      setNow(await api('GET', '/api/auth/totp'));
    } catch (error) {
      if (error.code === 'NOT_FOUND')
        setNow({ none: true });
      else
        setFailed(true);
    }
  };
  useEffect(() => {
    ask();
  }, []);
  const done = () => {
    setStep(null);
    ask();
  };
  return (
    <section class="card card__body card__body--3 stack" aria-labelledby="factor-h">
      <h2 id="factor-h">{t('factor.title')}</h2>
      <p class="muted">{t('factor.about')}</p>
      {Array.isArray(step) ? <Codes codes={step} zone={zone} onDone={done} />
        : step === 'enrol' ? <><Enrol onCodes={setStep} onRefused={done} /><div><Button kind="quiet" onClick={done}>{t('common.cancel')}</Button></div></>
          : failed ? <Empty error title={t('common.failedTitle')} text={t('common.failedText')}><Button icon={RotateCw} onClick={ask}>{t('staff.tryNow')}</Button></Empty>
            : !now ? <Skeleton lines={2} />
              : <State now={now} zone={zone} onStep={setStep} />}
      {step === 'renew' && <Renew onCodes={setStep} onEnd={done} />}
      {step === 'remove' && <Remove required={now.required} onEnd={done} />}
    </section>
  );
}

function State({ now, zone, onStep }) {
  if (now.none)
    return <p>{t('factor.keyHasNone')}</p>;
  if (!now.enrolled)
    return (
      <>
        <Banner kind={now.required ? 'warning' : 'plain'} icon={ShieldOff} title={t('factor.off')}>{now.required && t('factor.required')}</Banner>
        <div><Button kind="primary" onClick={() => onStep('enrol')}>{t('factor.setUp')}</Button></div>
      </>
    );
  const left = now.recoveryCodesLeft;
  const few = left <= FEW;
  return (
    <>
      <Banner kind="success" icon={ShieldCheck} title={t('factor.on')}>{t('factor.since', { day: formatDay(dayOf(now.confirmedAt, zone), { long: true }) })} {t('factor.left', { n: left })}</Banner>
      {few && <Banner kind="warning" icon={TriangleAlert} title={t(left ? 'factor.few' : 'factor.noneLeft')}>{t('factor.fewText')}</Banner>}
      <div class="row">
        <Button kind={few ? 'primary' : undefined} icon={KeyRound} aria-haspopup="dialog" onClick={() => onStep('renew')}>{t('factor.renew')}</Button>
        <Button kind="danger-quiet" aria-haspopup="dialog" onClick={() => onStep('remove')}>{t('factor.remove')}</Button>
      </div>
    </>
  );
}

function Renew({ onCodes, onEnd }) {
  const send = async (body) => onCodes((await api('POST', '/api/auth/totp/recovery-codes', { body })).recoveryCodes);
  return <Proved title={t('factor.renewTitle')} text={t('factor.renewText')} act={t('factor.renewAct')} send={send} onEnd={onEnd} />;
}

function Remove({ required, onEnd }) {
  const send = async (body) => {
    await api('DELETE', '/api/auth/totp', { body });
    toast(t('factor.removed'));
    onEnd();
  };
  return <Proved danger title={t('factor.removeTitle')} text={t(required ? 'factor.removeRequired' : 'factor.removeText')} act={t('factor.remove')} send={send} onEnd={onEnd} />;
}

/* What is done for the password alone: send({ password }), or onEnd. */
function Proved({ title, text, act, danger, send, onEnd }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const form = useRef();
  const submit = async (event) => {
    event.preventDefault();
    if (busy)
      return;
    setBusy(true);
    setError(null);
    try {
      await send({ password: form.current.password.value });
    } catch (refused) {
      if (refused.code === 'NOT_FOUND') /* taken away meanwhile, elsewhere */
        return onEnd();
      setBusy(false);
      setError(refused.code === 'INVALID_CREDENTIALS' ? t('account.wrongPresent') : errorWords(refused));
      form.current?.password.select();
    }
  };
  return (
    <Dialog title={title} onClose={onEnd} foot={<><Button onClick={onEnd}>{t('common.cancel')}</Button><Button kind={danger ? 'danger' : 'primary'} type="submit" form="proved" busy={busy}>{act}</Button></>}>
      <form class="stack" id="proved" ref={form} onSubmit={submit}>
        <p>{text}</p>
        <Secret label={t('account.present')} name="password" autocomplete="current-password" error={error} busy={busy} />
      </form>
    </Dialog>
  );
}
