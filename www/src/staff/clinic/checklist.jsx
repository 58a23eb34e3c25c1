/*
 * checklist - what a new clinic needs before anybody can book.
 */
import { useRef } from 'preact/hooks';
import { Circle, CircleCheck } from 'lucide';
import { t } from '../../common/i18n.js';
import { Banner, Button, Icon } from '../../common/ui.jsx';

/* The name that `opdesk setup` gives. */
const UNNAMED = 'Clinic';

export const isNamed = (clinic) => clinic.name !== UNNAMED;

function stepsOf({ clinic, doctors, services }) {
  const who = doctors.find((one) => one.offered);
  return [
    { name: 'name', done: isNamed(clinic), href: '/staff/clinic' },
    { name: 'doctor', done: Boolean(who), href: '/staff/clinic/doctors', needed: true },
    { name: 'hours', done: clinic.hours.length > 0, href: doctors.length > 0 && `/staff/availability?doctor=${(who ?? doctors[0]).id}`, needed: true },
    { name: 'service', done: services.some((one) => one.offered), href: '/staff/clinic/services', needed: true },
  ];
}

export const canBeBooked = (about) => stepsOf(about).every((step) => step.done || !step.needed);

/** Shown until the three are there; who brings the last one is told so. */
export function Checklist(about) {
  const ready = canBeBooked(about);
  const wasMissing = useRef(!ready);
  if (ready)
    return wasMissing.current && <Banner kind="success" title={t('clinic.ready')} action={<Button small href="/" target="_blank">{t('clinic.toSite')}</Button>}>{t('clinic.readyText')}</Banner>;
  return (
    <section class="card card__body card__body--3 stack stack--1" aria-labelledby="checklist-h">
      <h2 id="checklist-h">{t('clinic.before')}</h2>
      <ol class="checklist">{stepsOf(about).map((step) => <Step key={step.name} {...step} />)}</ol>
    </section>
  );
}

function Step({ name, done, href }) {
  const words = t(`clinic.need_${name}`);
  return (
    <li class="checklist__step" data-done={done ? 'yes' : undefined}>
      <Icon of={done ? CircleCheck : Circle} />
      <div>
        <p class="medium">{href && !done ? <a href={href}>{words}</a> : words}{done && <span class="visually-hidden"> {t('clinic.done')}</span>}</p>
        {!done && <p class="muted">{t(`clinic.need_${name}Text`)}</p>}
      </div>
    </li>
  );
}
