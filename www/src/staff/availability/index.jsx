// When a doctor works: weekly hours, exceptions, and what comes of them.
import { useMemo } from 'preact/hooks';
import { Button, Empty, Skeleton } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { Editor } from './editor.jsx';
import { useSchedule } from './load.js';
import { called, firstOffered } from '../offer.js';
import { place } from '../shell/router.js';

function DoctorSelect({ doctors, doctor, choose }) {
  if (doctors.length < 2) return <p class="medium availability__who">{doctor.name}</p>;
  return (
    <>
      <label class="visually-hidden" for="availability-doctor">
        {t('availability.doctor')}
      </label>
      <select
        class="select availability__select"
        id="availability-doctor"
        value={doctor.id}
        onChange={(e) => choose(e.currentTarget.value, e.currentTarget)}
      >
        {doctors.map((d) => (
          <option key={d.id} value={d.id}>
            {called(d)}
          </option>
        ))}
      </select>
    </>
  );
}

/** A doctor's account without a doctor behind it, or a clinic without doctors. */
function Nobody({ me }) {
  return (
    <div class="work__body">
      <Empty level="h2" title={t('availability.nobodyTitle')} text={t('availability.nobodyText')}>
        {me.role === 'admin' && (
          <Button kind="primary" href="/staff/clinic/doctors">
            {t('clinic.addDoctor')}
          </Button>
        )}
      </Empty>
    </div>
  );
}

export default function Availability({ me, clinic, doctors: all, services, store, navigate }) {
  const doctors = useMemo(() => (me.role === 'doctor' ? all.filter((d) => d.id === me.doctorId) : all), [me, all]);
  const asked = place.value.query.get('doctor');
  const doctor = doctors.find((d) => d.id === asked) ?? firstOffered(doctors);
  if (!doctor)
    return (
      <>
        <Head />
        <Nobody me={me} />
      </>
    );
  const choose = (id) => navigate(`/staff/availability?doctor=${id}`, { replace: true });
  return <OneDoctor key={doctor.id} {...{ me, clinic, doctors, services, store, doctor, choose }} />;
}

function Head({ children }) {
  return (
    <div class="work__head">
      <h1>{t('availability.title')}</h1>
      {children}
    </div>
  );
}

function OneDoctor({ doctor, choose, ...rest }) {
  const { answer, error, retryIn, again } = useSchedule(doctor.id);
  if (answer) {
    const head = ({ leave, children }) => {
      const other = async (id, element) => {
        if (await leave()) choose(id);
        else element.value = doctor.id;
      };
      return (
        <Head>
          <div class="row">
            <DoctorSelect doctors={rest.doctors} doctor={doctor} choose={other} />
            {children}
          </div>
        </Head>
      );
    };
    return <Editor {...rest} doctor={doctor} answer={answer} head={head} />;
  }
  return (
    <>
      <Head>
        <div class="row">
          <DoctorSelect doctors={rest.doctors} doctor={doctor} choose={choose} />
        </div>
      </Head>
      <div class="work__body">
        <div class="card">
          {error ? (
            <Empty
              error
              level="h2"
              title={t(error.code === 'OFFLINE' ? 'common.offlineTitle' : 'availability.brokenTitle')}
              text={t('availability.brokenText', { n: retryIn })}
            >
              <Button onClick={again}>{t('availability.tryNow')}</Button>
            </Empty>
          ) : (
            <div class="card__body">
              <Skeleton lines={8} block label={t('availability.loading')} />
            </div>
          )}
        </div>
      </div>
    </>
  );
}
