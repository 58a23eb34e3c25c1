/*
 * secret.jsx - a field for what nobody looks over one's shoulder at; it can be
 * looked at.
 */
import { useState } from 'preact/hooks';
import { Eye, EyeOff } from 'lucide';
import { t } from '../../common/i18n.js';
import { Button, Field } from '../../common/ui.jsx';

export function Secret({ label, name = 'secret', hint, error, autocomplete, busy, ...rest }) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(a) => (
        <div class="reveal">
          <input {...a} class="input" name={name} type={shown ? 'text' : 'password'} autocomplete={autocomplete} required readOnly={busy} spellcheck={false} autocapitalize="off" {...rest} />
          <Button kind="icon" icon={shown ? EyeOff : Eye} label={t('signin.show')} aria-pressed={shown ? 'true' : 'false'} onClick={() => setShown(!shown)} />
        </div>
      )}
    </Field>
  );
}
