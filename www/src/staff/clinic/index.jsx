/*
 * clinic - who we are, who works here, and what can be booked.
 */
import { RotateCw } from 'lucide';
import { t } from '../../common/i18n.js';
import { Banner, Button } from '../../common/ui.jsx';
import { Checklist } from './checklist.jsx';
import { ClinicForm } from './form.jsx';
import { useFresh } from './fresh.js';
import { Doctors } from './doctors.jsx';
import { Services } from './services.jsx';

const tabs = { '': ClinicForm, doctors: Doctors, services: Services };

export default function Clinic({ clinic, doctors, services, rest }) {
  const tab = rest in tabs ? rest : '';
  const Part = tabs[tab];
  const [failed, again] = useFresh();
  return (
    <>
      <div class="work__head"><div class="head-title"><h1>{t('staff.page_clinic')}</h1><p class="muted">{t(`clinic.about_${tab || 'form'}`)}</p></div></div>
      <div class="work__body stack stack--3">
        <nav class="tabs" aria-label={t('clinic.tabs')}>
          {Object.keys(tabs).map((name) => <a key={name} href={`/staff/clinic${name && `/${name}`}`} aria-current={tab === name ? 'page' : undefined}>{t(`clinic.tab_${name || 'form'}`)}</a>)}
        </nav>
        {failed && <Banner kind="warning" title={t('clinic.stale')} action={<Button small icon={RotateCw} onClick={again}>{t('common.retry')}</Button>} />}
        <Checklist {...{ clinic, doctors, services }} />
        <Part {...{ clinic, doctors, services }} />
      </div>
    </>
  );
}
