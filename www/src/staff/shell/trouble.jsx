/*
 * trouble.jsx - what stands above or in place of a page whose list does not
 * come: after three failures in a row, with the next try in seconds.
 */
import { useEffect, useState } from 'preact/hooks';
import { CloudOff, RotateCw } from 'lucide';
import { t } from '../../common/i18n.js';
import { formatTime, now } from '../../common/time.js';
import { Banner, Button, Empty } from '../../common/ui.jsx';

const MANY = 3;

export function Trouble({ store, zone, what, hint, children }) {
  const { loaded, failures, offline, lastAt } = store.status.value;
  if (failures < MANY || (offline && loaded))
    return children;
  const again = <Button icon={RotateCw} small={loaded} onClick={() => store.poll()}>{t('staff.tryNow')}</Button>;
  if (!loaded)
    return <Empty error level="h2" title={what} text={<><Countdown store={store} /> {hint}</>}>{again}</Empty>;
  return (
    <>
      <Banner kind="danger" icon={CloudOff} alert title={what} action={again}>{t('staff.stateOf', { time: formatTime(new Date(lastAt), zone) })} <Countdown store={store} /></Banner>
      {children}
    </>
  );
}

/* Not read out each second: only its sentence is in the alert, the number changes silently. */
function Countdown({ store }) {
  const { nextAt } = store.status.value;
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const s = nextAt ? Math.max(0, Math.ceil((nextAt - now()) / 1000)) : 0;
  return <span aria-live="off">{t(s ? 'staff.tryingIn' : 'staff.trying', { s })}</span>;
}
