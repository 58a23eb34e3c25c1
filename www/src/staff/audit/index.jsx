/*
 * audit - who did what, newest first, by who, what, to what and when.  Nobody
 * can change it here, or anywhere.
 */
import { useEffect, useState } from 'preact/hooks';
import { FilterX, RotateCw, ScrollText } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay } from '../../common/time.js';
import { Button, Empty, Field, Skeleton } from '../../common/ui.jsx';
import { byDay } from '../panel/history.jsx';
import { usePages } from '../panel/pages.js';
import { present } from '../shell/clock.js';
import { place } from '../shell/router.js';
import { Entry } from './entry.jsx';
import { actions, isSet, link, objects, path, read } from './filter.js';
import { actionWord, objectWord, thingOf } from './words.js';

export default function Audit({ clinic, navigate }) {
  const filter = read(place.value.query);
  const { items, more, busy, failed, again, next } = usePages(path(filter));
  const zone = clinic.timeZone;
  const about = { zone, today: dayOf(new Date(present.value), zone), currency: clinic.currency };
  const set = (part) => navigate(link({ ...filter, ...part }), { replace: true });
  return (
    <>
      <div class="work__head">
        <div class="head-title"><h1>{t('staff.page_audit')}</h1><p class="muted">{t('audit.about')}</p></div>
        <Button icon={RotateCw} busy={busy && Boolean(items)} onClick={again}>{t('audit.again')}</Button>
      </div>
      <div class="work__body stack stack--2">
        <Filters {...{ filter, set, items }} />
        <Found {...{ items, failed, again, filter, about }} reset={() => navigate(link({}), { replace: true })} />
        {items && failed && <p class="field__error" role="alert">{t('record.moreFailed')}</p>}
        {more && <Button class="start" busy={busy} onClick={next}>{t('record.earlier')}</Button>}
      </div>
    </>
  );
}

function Found({ items, failed, again, filter, reset, about }) {
  if (!items)
    return failed
      ? <Empty error level="h2" title={t('record.brokenTitle')} text={t('staff.brokenText')}><Button icon={RotateCw} onClick={again}>{t('common.retry')}</Button></Empty>
      : <Skeleton lines={5} block />;
  if (items.length === 0)
    return isSet(filter)
      ? <Empty level="h2" icon={FilterX} title={t('audit.nothingFits')} text={t('audit.nothingFitsText')}><Button onClick={reset}>{t('audit.reset')}</Button></Empty>
      : <Empty level="h2" icon={ScrollText} title={t('audit.nothing')} text={t('audit.nothingText')} />;
  return byDay(items, about.zone, 'at').map(({ day, revisions }) => (
    <section key={day} aria-labelledby={`day-${day}`}>
      <h2 class="record__day as-h2" id={`day-${day}`}>{formatDay(day, { today: about.today, long: true })}</h2>
      <ol class="record card">{revisions.map((event) => <Entry key={event.id} event={event} filter={filter} about={about} />)}</ol>
    </section>
  ));
}

/* What goes by the id of its appointment. */
const AT_APPOINTMENT = ['message', 'lock'];

/* Whoever has left is not in the list, and can still be asked for by an address. */
function useStaff() {
  const [staff, setStaff] = useState([]);
  useEffect(() => {
    api('GET', '/api/admin/audit/actors').then(({ items }) => setStaff(items), () => {});
  }, []);
  return staff;
}

function Filters({ filter, set, items }) {
  const staff = useStaff();
  const one = filter.objectId && items?.find((event) => event.objectId === filter.objectId && event.name);
  const about = one && { name: one.name, object: AT_APPOINTMENT.includes(one.object) ? 'appointment' : one.object };
  const people = staff.map(({ id, name }) => [id, name]);
  return (
    <div class="audit-filters" role="group" aria-label={t('audit.filters')}>
      <Choice label={t('audit.who')} value={filter.actor} all={people} other={t('record.another')} onChoose={(actor) => set({ actor })} />
      <Choice label={t('audit.what')} value={filter.action} all={actions.map((name) => [name, actionWord(name)])} onChoose={(action) => set({ action })} />
      <Choice label={t('audit.where')} value={filter.object} all={objects.map((name) => [name, objectWord(name)])} onChoose={(object) => set({ object })} />
      <Day label={t('audit.from')} value={filter.from} max={filter.to} onChoose={(from) => set({ from })} />
      <Day label={t('audit.to')} value={filter.to} min={filter.from} onChoose={(to) => set({ to })} />
      {isSet(filter) && <div class="audit-filters__end">
        {filter.objectId && <p class="muted">{about ? t('audit.only', { thing: thingOf(about) }) : t('audit.onlyOne')}</p>}
        <Button icon={FilterX} onClick={() => set({ actor: null, action: null, object: null, objectId: null, from: null, to: null })}>{t('audit.reset')}</Button>
      </div>}
    </div>
  );
}

/* A value that is none of these is shown as what it is. */
function Choice({ label, value, all, other = value, onChoose }) {
  return (
    <Field label={label}>{(a) => (
      <select {...a} class="select" value={value ?? ''} onChange={(event) => onChoose(event.currentTarget.value || null)}>
        <option value="">{t('audit.any')}</option>
        {value && !all.some(([id]) => id === value) && <option value={value}>{other}</option>}
        {all.map(([id, name]) => <option key={id} value={id}>{name}</option>)}
      </select>
    )}</Field>
  );
}

function Day({ label, value, min, max, onChoose }) {
  return <Field label={label}>{(a) => <input {...a} class="input" type="date" value={value ?? ''} min={min ?? undefined} max={max ?? undefined} onChange={(event) => onChoose(event.currentTarget.value || null)} />}</Field>;
}
