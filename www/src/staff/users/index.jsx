/*
 * users - who of the staff has an account, and what they sign in from.
 */
import { t } from '../../common/i18n.js';
import { Devices } from './devices.jsx';
import { useList } from './list.js';
import { People } from './people.jsx';

const tabs = ['', 'devices'];

export default function Users({ me, clinic, doctors, rest }) {
  const tab = tabs.includes(rest) ? rest : '';
  const devices = useList('/api/admin/devices', { every: 15 });
  const waiting = devices.items?.filter((one) => one.state === 'waiting').length;
  const label = (name) => t(`users.tab_${name || 'people'}`) + (name === 'devices' && waiting ? ` (${waiting})` : '');
  return (
    <>
      <div class="work__head"><div class="head-title"><h1>{t('staff.page_users')}</h1><p class="muted">{t(`users.about_${tab || 'people'}`)}</p></div></div>
      <div class="work__body stack stack--3">
        <nav class="tabs" aria-label={t('users.tabs')}>
          {tabs.map((name) => <a key={name} href={`/staff/users${name && `/${name}`}`} aria-current={tab === name ? 'page' : undefined}>{label(name)}</a>)}
        </nav>
        {tab === '' && <People me={me} doctors={doctors} zone={clinic.timeZone} />}
        {tab === 'devices' && <Devices list={devices} zone={clinic.timeZone} />}
      </div>
    </>
  );
}
