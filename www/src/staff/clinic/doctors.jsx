/*
 * doctors - who works here, in the order in which everybody sees them.
 */
import { useState } from 'preact/hooks';
import { CalendarClock, Stethoscope, UserPlus } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { hueOf } from '../../common/people.js';
import { Avatar, Button, Empty, toast } from '../../common/ui.jsx';
import { renewClinic } from '../session.js';
import { useList } from '../users/list.js';
import { bound, flag, text, useDraft } from './draft.js';
import { Check, Hidden, Line, Order, RowDialog, useMoves } from './parts.jsx';

export function Doctors({ doctors }) {
  const [asking, setAsking] = useState(null); /* { doctor }, or {} for a new one */
  const users = useList('/api/admin/users');
  const move = useMoves('doctors');
  const end = () => setAsking(null);
  /* Who can sign in already needs no invitation; while that is not known, nobody is said to need one. */
  const invited = new Set(users.items?.map((user) => user.doctorId));
  const add = <Button kind="primary" icon={UserPlus} aria-haspopup="dialog" onClick={() => setAsking({})}>{t('clinic.addDoctor')}</Button>;
  return (
    <>
      {doctors.length === 0 ? <Empty level="h2" icon={Stethoscope} title={t('clinic.noDoctors')} text={t('clinic.noDoctorsText')}>{add}</Empty> : (
        <>
          <div>{add}</div>
          <div class="table-box" tabIndex={0} role="region" aria-label={t('clinic.tab_doctors')}>
            <table class="table table--users table--clinic">
              <caption class="visually-hidden">{t('clinic.tab_doctors')}</caption>
              <thead><tr><th scope="col">{t('clinic.order')}</th><th scope="col">{t('clinic.doctor')}</th><th scope="col">{t('clinic.online')}</th><th scope="col"><span class="visually-hidden">{t('clinic.steps')}</span></th></tr></thead>
              <tbody>
                {doctors.map((doctor, i) => (
                  <tr key={doctor.id} data-doctor={doctor.name}>
                    <td><Order row={doctor} index={i} count={doctors.length} onMove={move} /></td>
                    <td><div class="row row--keep"><Avatar name={doctor.name} size="s" person={hueOf(doctor.id)} /><div class="min-0"><div class="medium breaks">{doctor.name}</div>{doctor.speciality && <div class="muted breaks">{doctor.speciality}</div>}</div></div></td>
                    <td><Online row={doctor} /></td>
                    <td><div class="row row--end">
                      <Button small aria-haspopup="dialog" aria-label={t('clinic.edit', doctor)} onClick={() => setAsking({ doctor })}>{t('common.change')}</Button>
                      <Button small icon={CalendarClock} aria-label={t('clinic.hoursOf', doctor)} href={`/staff/availability?doctor=${doctor.id}`}>{t('clinic.hours')}</Button>
                      {users.items && !invited.has(doctor.id) && <Button small aria-label={t('clinic.inviteOf', doctor)} href={`/staff/users?invite=${doctor.id}`}>{t('clinic.invite')}</Button>}
                    </div></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {asking && <DoctorDialog doctor={asking.doctor} onClose={end} />}
    </>
  );
}

export const Online = ({ row }) => (row.offered ? <span class="muted is-bookable">{t('clinic.bookable')}</span> : <Hidden />);

function DoctorDialog({ doctor, onClose }) {
  const draft = useDraft(doctor ?? {}, { name: text, speciality: text, ...(doctor && { offered: flag }) }, {
    send: (body) => (doctor ? api('PATCH', `/api/doctors/${doctor.id}`, { body }) : api('POST', '/api/doctors', { body })),
    done: async () => {
      await renewClinic().catch(() => {});
      onClose();
      toast(doctor ? t('common.saved') : t('clinic.added', { name: draft.value('name') }));
    },
  });
  return (
    <RowDialog draft={draft} title={doctor ? t('clinic.edit', doctor) : t('clinic.addDoctor')} act={t(doctor ? 'common.save' : 'clinic.add')} onClose={onClose}>
      <Line draft={draft} name="name" label={t('clinic.doctorName')} hint={doctor ? undefined : t('clinic.doctorNameHint')}>{(a) => <input {...a} {...bound(draft, 'name')} class="input" required pattern=".*\S.*" maxLength={120} autocomplete="off" />}</Line>
      <Line draft={draft} name="speciality" optional>{(a) => <input {...a} {...bound(draft, 'speciality')} class="input" maxLength={120} autocomplete="off" />}</Line>
      {doctor && <Check draft={draft} name="offered" off label={t('clinic.notOffered')} hint={t('clinic.notOfferedDoctor')} />}
    </RowDialog>
  );
}
