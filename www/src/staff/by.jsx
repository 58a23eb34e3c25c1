/*
 * by.jsx - the mark of somebody who is editing what it stands on.
 */
import { Lock } from 'lucide';
import { t } from '../common/i18n.js';
import { shortName } from '../common/names.js';
import { hueOf } from '../common/people.js';
import { Icon } from '../common/ui.jsx';

/** lock: as the API has it. */
export function By({ lock, class: name = 'by' }) {
  return (
    <span class={`${name} person-${hueOf(lock.userId)}`} title={t('panel.lockOtherTitle', { name: lock.userInfo.name })}>
      <Icon of={Lock} size="s" />
      <span aria-hidden="true">{shortName(lock.userInfo.name ?? '')}</span>
      <span class="visually-hidden">{t('panel.lockOtherTitle', { name: lock.userInfo.name })}</span>
    </span>
  );
}
