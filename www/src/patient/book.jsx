// A new visit: what for, with whom, when.  Who it is is known.
import { useState } from 'preact/hooks';
import { newKey } from '../common/api.js';
import { t } from '../common/i18n.js';
import { offered } from '../common/offered.js';
import { navigate } from '../common/router.js';
import { Avatar, Banner, Button, Field, toast } from '../common/ui.jsx';
import { book } from './changes.js';
import { length, price, when } from './facts.jsx';
import { Pick } from './pick.jsx';
import { errorWords, learn } from './tell.js';
import { Back } from './visit.jsx';

const only = (list) => (list.length === 1 ? list[0] : null);

export function Book({ clinic, doctors: everyDoctor, services: everyService }) {
  const doctors = offered(everyDoctor);
  const services = offered(everyService);
  const [service, setService] = useState(only(services));
  const [doctor, setDoctor] = useState(only(doctors));
  const [slot, setSlot] = useState(null);
  const [lost, setLost] = useState(null);
  const [reason, setReason] = useState('');
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(newKey);
  const choose = (one) => {
    setSlot(one);
    setLost(null);
    setRefused(null);
    setKey(newKey());
  };
  const restart = (set) => (value) => {
    set(value);
    choose(null);
  };
  const go = async () => {
    setBusy(true);
    const members = { doctorId: doctor.id, serviceId: service.id, startsAt: slot.startsAt };
    try {
      const made = await book({ ...members, ...(reason.trim() && { reason: reason.trim() }) }, key);
      toast(t(made.status === 'requested' ? 'patient.asked' : 'patient.booked'));
      navigate(`/patient/visits/${made.id}`, { replace: true });
    } catch (error) {
      setBusy(false);
      learn(error);
      if (error.code === 'SLOT_TAKEN') {
        choose(null);
        setLost({ startsAt: slot.startsAt, alternatives: (error.body.alternatives ?? []).slice(0, 4) });
      } else setRefused(errorWords(error));
    }
  };
  return (
    <div class="stack stack--3">
      <Back />
      <div class="page-head">
        <h1 tabIndex={-1}>{t('patient.book')}</h1>
      </div>
      <Question title={t('patient.service')} list={services} chosen={service} onChoose={restart(setService)} id="q-service">
        {(one) => (
          <>
            <span>
              <span class="choice__title">{one.name}</span>
              <br />
              <span class="choice__note">{[length(one), one.description].filter(Boolean).join(' · ')}</span>
            </span>
            <span class="choice__end num">{price(one)}</span>
          </>
        )}
      </Question>
      {service && (
        <Question title={t('patient.doctor')} list={doctors} chosen={doctor} onChoose={restart(setDoctor)} id="q-doctor">
          {(one) => (
            <>
              <Avatar name={one.name} size="l" />
              <span>
                <span class="choice__title">{one.name}</span>
                <br />
                <span class="choice__note">{one.speciality}</span>
              </span>
            </>
          )}
        </Question>
      )}
      {service && doctor && (
        <section class="stack" aria-labelledby="q-when">
          <h2 id="q-when">{t('patient.whenQuestion')}</h2>
          <Pick
            key={`${service.id} ${doctor.id}`}
            doctor={doctor}
            service={service}
            clinic={clinic}
            chosen={slot?.startsAt}
            onChoose={choose}
            lost={lost}
            onBack={() => setLost(null)}
          />
        </section>
      )}
      {slot && (
        <>
          <Field id="b-reason" label={t('patient.reason')} hint={t('patient.reasonHint')} optional>
            {(a) => (
              <textarea class="textarea" {...a} rows={2} maxLength={500} value={reason} onInput={(e) => setReason(e.target.value)} />
            )}
          </Field>
          {refused && <Banner kind="danger" alert title={refused} />}
          <div class="deed">
            <Button kind="primary" wide busy={busy} onClick={go}>
              {t(service.autoConfirm ? 'patient.bookWhen' : 'patient.askWhen', { when: when(slot.startsAt, clinic) })}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function Question({ id, title, list, chosen, onChoose, children }) {
  const [open, setOpen] = useState(!chosen);
  const shown = chosen && !open ? [chosen] : list;
  return (
    <section class="stack" aria-labelledby={id}>
      <div class="row row--apart">
        <h2 id={id}>{title}</h2>
        {chosen && !open && list.length > 1 && (
          <Button kind="quiet" small onClick={() => setOpen(true)}>
            {t('common.change')}
            <span class="visually-hidden"> {title}</span>
          </Button>
        )}
      </div>
      <div class="choices" role="group" aria-labelledby={id}>
        {shown.map((one) => (
          <button
            key={one.id}
            class="choice"
            type="button"
            aria-pressed={one.id === chosen?.id ? 'true' : 'false'}
            onClick={() => {
              setOpen(false);
              if (one.id !== chosen?.id) onChoose(one);
            }}
          >
            {children(one)}
          </button>
        ))}
      </div>
    </section>
  );
}
