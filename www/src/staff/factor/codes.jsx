/*
 * codes - recovery codes, which are shown this once: to be copied or printed.
 * On paper there is nothing else (styles/account.css).
 */
import { useEffect, useRef } from 'preact/hooks';
import { CircleAlert, Copy, KeyRound, Printer } from 'lucide';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay, now } from '../../common/time.js';
import { Banner, Button, toast } from '../../common/ui.jsx';

/** zone: the clinic's, where it is known.  onDone when they are kept. */
export function Codes({ codes, zone, onDone }) {
  const heading = useRef();
  useEffect(() => heading.current.focus(), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      toast(t('factor.copied'));
    } catch {
      toast(t('factor.notCopied'), { icon: CircleAlert });
    }
  };
  return (
    <div class="stack paper">
      <h3 tabIndex={-1} ref={heading}>{t('factor.codesTitle')}</h3>
      <p>{t('factor.codesText')}</p>
      <Banner kind="warning" icon={KeyRound} title={t('factor.codesOnce')} />
      <ul class="codes" aria-label={t('factor.codesTitle')}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
      {/* With the year, which no present day leaves out: paper lasts. */}
      <p class="paper__foot">{t('factor.codesOf', { host: location.host, day: formatDay(dayOf(new Date(now()), zone), { long: true, today: '' }) })}</p>
      <div class="row row--apart paper__acts">
        <div class="row"><Button icon={Copy} onClick={copy}>{t('factor.copy')}</Button><Button icon={Printer} onClick={() => print()}>{t('factor.print')}</Button></div>
        <Button kind="primary" onClick={onDone}>{t('factor.kept')}</Button>
      </div>
    </div>
  );
}
