/*
 * help.jsx - the keys, and the switch that turns them off.
 */
import { signal } from '@preact/signals';
import { t } from '../../common/i18n.js';
import { Button, Dialog } from '../../common/ui.jsx';
import { keysOn, turnKeys } from './keys.js';

const open = signal(false);

export function openHelp() {
  open.value = true;
}

const close = () => {
  open.value = false;
};

const keys = [
  [['/'], 'keySearch'],
  [['n'], 'keyNew'],
  [['j', 'k'], 'keyRows'],
  [['x'], 'keyPick'],
  [['Shift', 'x'], 'keyPickTo'],
  [['Enter'], 'keyOpen'],
  [['Esc'], 'keyClose'],
  [['?'], 'keyHelp'],
];

export function Help() {
  if (!open.value)
    return null;
  return (
    <Dialog title={t('staff.helpTitle')} onClose={close} foot={<Button kind="primary" onClick={close}>{t('common.close')}</Button>}>
      <div class="stack">
        <dl class="facts keys">
          {keys.map(([names, what]) => (
            <div class="keys__row" key={what}>
              <dt>{names.map((name) => <kbd key={name}>{name}</kbd>)}</dt>
              <dd>{t(`staff.${what}`)}</dd>
            </div>
          ))}
        </dl>
        <label class="check"><input type="checkbox" checked={keysOn.value} onChange={(e) => turnKeys(e.currentTarget.checked)} />{t('staff.keysOn')}</label>
      </div>
    </Dialog>
  );
}
