/*
 * callin.jsx - who walked in for no doctor in particular: to whom do they go?
 */
import { t } from '../../common/i18n.js';
import { Avatar, Button, Dialog } from '../../common/ui.jsx';
import { called } from '../offer.js';

export function ToWhom({ row, doctors, onChoose, onClose }) {
  return (
    <Dialog title={t('today.toWhom', { name: row.name })} onClose={onClose} foot={<Button onClick={onClose}>{t('common.cancel')}</Button>}>
      <ul class="choices">
        {doctors.map((doctor, i) => (
          <li key={doctor.id}><button class="choice" type="button" onClick={() => onChoose(doctor)}><Avatar name={doctor.name} person={(i % 4) + 1} /><span><span class="choice__title">{called(doctor)}</span>{doctor.speciality && <span class="choice__note block">{doctor.speciality}</span>}</span></button></li>
        ))}
      </ul>
    </Dialog>
  );
}
