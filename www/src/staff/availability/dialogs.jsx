// What is asked before hours are saved or left.
import { ExternalLink } from 'lucide';
import { Button, Dialog, Icon } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { formatWhen } from '../../common/time.js';

/*
 * Each opens beside this page, where it can be moved or cancelled; when that
 * is done it leaves the list by itself.
 */
export function VisitList({ visits, zone, doctors, services, withDoctor }) {
  const name = (list, id) => list.find((one) => one.id === id)?.name;
  return (
    <ul class="stack stack--1 orphans">
      {visits.map((v) => (
        <li key={v.id} class="orphan">
          <div class="grow">
            <p class="strong">{v.name}</p>
            <p class="muted num">
              {[formatWhen(v.startsAt, zone), name(services, v.serviceId), withDoctor && name(doctors, v.doctorId)]
                .filter(Boolean)
                .join(', ')}
            </p>
          </div>
          <a class="btn btn--small" href={`/staff/appointments/${v.id}`} target="_blank" rel="noopener">
            {t('availability.openOne')}
            <span class="visually-hidden"> {v.name}</span>
            <Icon of={ExternalLink} size="s" />
          </a>
        </li>
      ))}
    </ul>
  );
}

export function OrphanDialog({ visits, saving, onSave, onClose, ...about }) {
  const n = visits.length;
  return (
    <Dialog
      class="dialog--wide"
      title={t(saving ? 'availability.orphanTitle' : 'availability.orphanNow', { n })}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t(saving ? 'availability.back' : 'common.close')}</Button>
          {saving && (
            <Button kind="primary" onClick={onSave}>
              {n > 0 ? t('availability.keepAndSave', { n }) : t('common.save')}
            </Button>
          )}
        </>
      }
    >
      <div class="stack">
        <p class="muted">{n > 0 ? t('availability.orphanText') : t('availability.orphanNone')}</p>
        <VisitList visits={visits} {...about} />
      </div>
    </Dialog>
  );
}

export function LeaveDialog({ n, onStay, onLeave }) {
  return (
    <Dialog
      title={t('availability.leaveTitle')}
      onClose={onStay}
      foot={
        <>
          <Button kind="danger-quiet" onClick={onLeave}>
            {t('availability.leave')}
          </Button>
          <Button kind="primary" onClick={onStay}>
            {t('availability.stay')}
          </Button>
        </>
      }
    >
      <p>{t('availability.leaveText', { n })}</p>
    </Dialog>
  );
}
