/*
 * waiting - the password was right, and this device waits for an
 * administrator.  The page tries again by itself, so that nobody has to type
 * anew; what was typed stays in its memory and nowhere else.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { MonitorSmartphone } from 'lucide';
import { t } from '../../common/i18n.js';
import { countdown, now } from '../../common/time.js';
import { Banner, Button } from '../../common/ui.jsx';
import { useSecondsTo } from './seconds.js';

/* Four a minute leaves room for a person's own tries (15 of an account). */
const EVERY_S = 15;

/* An answer that says nothing of the password: wait and ask again. */
const again = (error) => error.code === 'DEVICE_NOT_APPROVED' || error.code === 'OFFLINE' || error.status === 429 || error.status >= 500;

/** again() signs in; onBack(error) is for a refusal that waiting does not help, onBack() for somebody else. */
export function Waiting({ email, again: signIn, onBack }) {
  const [busy, setBusy] = useState(false);
  const [until, setUntil] = useState(() => now() + EVERY_S * 1000);
  const heading = useRef();
  const there = useRef(true);
  useEffect(() => {
    heading.current.focus();
    return () => {
      there.current = false;
    };
  }, []);
  const run = async () => {
    setUntil(null);
    setBusy(true);
    try {
      await signIn();
    } catch (error) {
      if (!there.current)
        return;
      setBusy(false);
      if (again(error))
        setUntil(now() + Math.max(EVERY_S, error.retryAfter ?? 0) * 1000);
      else
        onBack(error);
    }
  };
  const left = useSecondsTo(until, run);
  return (
    <div class="sign" data-waiting>
      <div><h2 class="as-h2" id="sign-h" tabIndex={-1} ref={heading}>{t('signin.deviceTitle')}</h2>
        <p class="muted breaks">{email}</p></div>
      <Banner kind="mine" icon={MonitorSmartphone} title={t('signin.deviceWait')}>{t('signin.deviceText')}</Banner>
      <p class="muted">{t('signin.deviceAgain')} {until && <span class="num strong" role="timer">{countdown(left)}</span>}</p>
      <Button kind="primary" wide busy={busy} onClick={run}>{t(busy ? 'signin.busy' : 'signin.deviceTry')}</Button>
      <button class="link-btn start" type="button" onClick={() => onBack()}>{t('signin.deviceOther')}</button>
    </div>
  );
}
