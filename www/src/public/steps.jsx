// One question after the other: a step is open, answered (one line with "Change"), or still to come.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { batch } from '@preact/signals';
import { Check, Zap } from 'lucide';
import { money, t } from '../common/i18n.js';
import { dayOf, formatWhen, now } from '../common/time.js';
import { Avatar, Icon } from '../common/ui.jsx';
import { doctors, services } from './data.js';
import {
  day,
  doctorChoice,
  doctorOf,
  focusOn,
  goTo,
  hold,
  moving,
  open,
  service,
  serviceId,
  slot,
  zone,
} from './flow.js';
import { lost, release } from './holding.js';
import { roomy } from './room.js';
import { nextFree, refresh, shown } from './slots.js';

const order = ['service', 'doctor', 'when', 'details'];

/**
 * name is one of the four; answer is what is shown once it is past; fixed: there was nothing to choose.
 * question: the key of its heading; beside: drawn open although another step is current (the times, where there is room).
 */
export function Step({ name, n, answer, fixed, beside, question = `public.${name}Question`, children }) {
  const heading = useRef();
  const current = open.value === name;
  const past = order.indexOf(name) < order.indexOf(open.value);
  useLayoutEffect(() => {
    if (focusOn.value !== name) return;
    focusOn.value = null;
    heading.current.focus({ preventScroll: true });
    heading.current.closest('.step').scrollIntoView({ block: roomy.value ? 'nearest' : 'start' });
  });
  if (past && !beside) return <Answered name={name} answer={answer} fixed={fixed} />;
  if (!current && !beside)
    return (
      <section class="step step--later">
        <div class="step__head">
          <span class="step__mark">{n}</span>
          <h2>{t(`public.${name}`)}</h2>
        </div>
      </section>
    );
  return (
    <section class="step" aria-current={current ? 'step' : undefined}>
      <div class="step__head">
        {past ? <Mark done /> : <span class="step__mark">{n}</span>}
        <h2 ref={heading} tabIndex={-1}>
          {t(question)}
        </h2>
      </div>
      <div class="step__body stack stack--3">{children}</div>
    </section>
  );
}

const Mark = ({ done }) => (
  <span class={`step__mark${done ? ' step__mark--done' : ''}`}>
    <Icon of={Check} size="s" />
  </span>
);

function Answered({ name, answer, fixed }) {
  return (
    <section class="step step--done">
      <div class="step__head">
        <Mark />
        <div class="step__answer">
          <h2>{t(`public.${name}`)}</h2>
          <p>{answer}</p>
        </div>
        {!fixed && (
          <button class="btn btn--quiet btn--small" type="button" onClick={() => goTo(name)}>
            {t('common.change')}
            <span class="visually-hidden"> {t(`public.${name}`)}</span>
          </button>
        )}
      </div>
    </section>
  );
}

// Another service or doctor has other times: the one that was kept goes back.
function changeTo(box, value, next) {
  if (box.peek() !== value)
    batch(() => {
      box.value = value;
      slot.value = day.value = lost.value = null;
      shown.value = 1;
      if (hold.peek()) release().then(() => refresh());
    });
  goTo(next);
}

export const length = (minutes) => t('public.minutes', { n: minutes });

function Choice({ chosen, onClick, children }) {
  return (
    <button class="choice" type="button" aria-pressed={chosen ? 'true' : 'false'} onClick={onClick}>
      {children}
    </button>
  );
}

export function Services() {
  const one = service.value;
  const answer =
    one && [one.name, t('public.minutesShort', { n: one.durationMinutes }), price(one)].filter(Boolean).join(', ');
  return (
    <Step name="service" n={1} answer={answer} fixed={services.value.length === 1 || moving.value}>
      <div class="choices" role="group" aria-label={t('public.service')}>
        {services.value.map((each) => (
          <Choice
            key={each.id}
            chosen={each.id === serviceId.value}
            onClick={() => changeTo(serviceId, each.id, 'doctor')}
          >
            <span>
              <span class="choice__title">{each.name}</span>
              <br />
              <span class="choice__note">
                {[length(each.durationMinutes), each.description].filter(Boolean).join(' · ')}
              </span>
            </span>
            <span class="choice__end num">{price(each)}</span>
          </Choice>
        ))}
      </div>
    </Step>
  );
}

export const price = (each) =>
  each.price ? money(each.price, each.currency) : each.price === 0 ? t('public.free') : '';

export function Doctors() {
  const who = slot.value && doctorChoice.value === 'any' ? doctorOf(slot.value.doctorId) : null;
  const answer =
    doctorChoice.value === 'any'
      ? [t('public.anyDoctor'), who?.name].filter(Boolean).join(': ')
      : doctorOf(doctorChoice.value)?.name;
  return (
    <Step name="doctor" n={2} answer={answer} fixed={doctors.value.length === 1}>
      <div class="choices" role="group" aria-label={t('public.doctor')}>
        <Choice chosen={doctorChoice.value === 'any'} onClick={() => changeTo(doctorChoice, 'any', 'when')}>
          <Avatar icon={Zap} size="l" />
          <span>
            <span class="choice__title">{t('public.anyDoctor')}</span>
            <br />
            <span class="choice__note">
              <Next id="any" />
            </span>
          </span>
        </Choice>
        {doctors.value.map((each) => (
          <Choice
            key={each.id}
            chosen={each.id === doctorChoice.value}
            onClick={() => changeTo(doctorChoice, each.id, 'when')}
          >
            <Avatar name={each.name} size="l" />
            <span>
              <span class="choice__title">{each.name}</span>
              <br />
              <span class="choice__note">
                {each.speciality && (
                  <>
                    {each.speciality}
                    <br />
                  </>
                )}
                <Next id={each.id} />
              </span>
            </span>
          </Choice>
        ))}
      </div>
    </Step>
  );
}

/** "Next free time: today, 11:00"; keeps its line while that is not known. */
function Next({ id }) {
  const next = nextFree(id);
  if (next === undefined) return <span class="skeleton skeleton--line next__wait" />;
  if (!next) return t('public.noneSoon');
  return t('public.nextFree', { when: formatWhen(next.ms, zone.value, { today: dayOf(now(), zone.value) }) });
}
