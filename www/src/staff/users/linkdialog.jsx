/*
 * linkdialog - a link by which somebody sets their password, shown once.
 */
import { useRef } from 'preact/hooks';
import { Copy } from 'lucide';
import { t } from '../../common/i18n.js';
import { formatWhen, dayOf } from '../../common/time.js';
import { Button, Dialog, Field, toast } from '../../common/ui.jsx';
import { present } from '../shell/clock.js';

/* The clipboard is there over HTTPS and on localhost only; what is selected can be copied anywhere. */
async function copy(input) {
  input.select();
  await navigator.clipboard?.writeText(input.value).then(() => toast(t('users.copied')), () => {});
}

export function LinkDialog({ name, link, expiresAt, zone, onClose }) {
  const input = useRef();
  const today = dayOf(new Date(present.value), zone);
  return (
    <Dialog title={t('users.linkTitle', { name })} onClose={onClose}
      foot={<><Button onClick={onClose}>{t('common.close')}</Button><Button kind="primary" icon={Copy} onClick={() => copy(input.current)}>{t('users.copy')}</Button></>}>
      <div class="stack stack--2">
        <p>{t('users.linkText')}</p>
        <Field label={t('users.link')} hint={t('users.linkUntil', { when: formatWhen(expiresAt, zone, { today }) })}>{(a) => <input {...a} class="input" ref={input} readOnly value={new URL(link, location.href).href} onFocus={(event) => event.currentTarget.select()} />}</Field>
      </div>
    </Dialog>
  );
}
