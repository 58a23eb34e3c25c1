// Another time for a visit, of the same doctor and for the same service.
import { useState } from 'preact/hooks';
import { t } from '../common/i18n.js';
import { navigate } from '../common/router.js';
import { Banner, Button, Empty, Skeleton, toast } from '../common/ui.jsx';
import { save } from './changes.js';
import { doctorOf, mayMove, serviceOf, when } from './facts.jsx';
import { Pick } from './pick.jsx';
import { errorWords, learn, tellRefusal } from './tell.js';
import { Back } from './visit.jsx';
import { upcoming, visitOf } from './visits.js';

/** Where a visit was is free again, so going back is one more move. */
async function moveBack(id, startsAt) {
  try {
    await save(visitOf(id), { startsAt });
    toast(t('patient.movedBack'));
  } catch (error) {
    tellRefusal(error);
  }
}

export function Move({ id, clinic, doctors, services }) {
  const visit = visitOf(id);
  const [slot, setSlot] = useState(null);
  const [lost, setLost] = useState(null);
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  if (!visit && !upcoming.value) return <Skeleton lines={4} block />;
  const doctor = visit && doctorOf(visit, { doctors });
  const service = visit && serviceOf(visit, { services });
  const home = `/patient/visits/${id}`;
  if (!visit || (!busy && !mayMove(visit, service, doctor)))
    return (
      <Empty level="h1" title={t('patient.cannotMove')} text={t('patient.tooLate')}>
        <Button kind="primary" href={visit ? home : '/patient/'}>
          {t('patient.backToVisit')}
        </Button>
      </Empty>
    );
  const choose = (one) => {
    setSlot(one);
    setLost(null);
    setRefused(null);
  };
  const go = async () => {
    const before = visit.startsAt;
    setBusy(true);
    try {
      await save(visit, { startsAt: slot.startsAt });
      toast(t('patient.moved', { when: when(slot.startsAt, clinic) }), {
        action: before && { label: t('patient.undo'), run: () => moveBack(id, before) },
        for: 10000,
      });
      navigate(home, { replace: true });
    } catch (error) {
      setBusy(false);
      learn(error);
      if (error.code === 'SLOT_TAKEN') {
        setSlot(null);
        setLost({ startsAt: slot.startsAt, alternatives: (error.body.alternatives ?? []).slice(0, 4) });
      } else setRefused(errorWords(error));
    }
  };
  return (
    <div class="stack stack--3">
      <Back to={home} words="patient.backToVisit" />
      <div class="page-head">
        <h1 tabIndex={-1}>{t(visit.startsAt ? 'patient.changeTime' : 'patient.pickTime')}</h1>
        <p class="muted">
          {visit.startsAt && t('patient.untilNow', { when: when(visit.startsAt, clinic) })}{' '}
          {[service.name, doctor.name].join(', ')}
        </p>
      </div>
      <Pick
        doctor={doctor}
        service={service}
        clinic={clinic}
        chosen={slot?.startsAt}
        onChoose={choose}
        lost={lost}
        onBack={() => setLost(null)}
      />
      {refused && <Banner kind="danger" alert title={refused} />}
      {slot && (
        <div class="deed">
          <Button kind="primary" wide busy={busy} onClick={go}>
            {t('patient.moveTo', { when: when(slot.startsAt, clinic) })}
          </Button>
        </div>
      )}
    </div>
  );
}
