/*
 * tools.jsx - the saved views and the filters above the list.
 */
import { useId, useRef, useState } from 'preact/hooks';
import { Calendar, Plus, Trash2, X } from 'lucide';
import { t } from '../../common/i18n.js';
import { formatDay } from '../../common/time.js';
import { Button, Dialog, Field, Icon, statusWord } from '../../common/ui.jsx';
import { link, statuses } from './filter.js';
import { dropView, ownViews, same, saveView, standing } from './views.js';

export function Views({ me, filter, counts }) {
  const [naming, setNaming] = useState(false);
  const own = ownViews(me.id);
  const tab = (title, view, count) => (
    <a key={title} href={link({ ...view.filter, q: filter.q })} aria-current={same(view.filter, filter) ? 'true' : undefined}>
      {title}{count !== undefined && <> <span class="count">{count}</span></>}
    </a>
  );
  const mine = own.find((view) => same(view.filter, filter));
  const known = mine || standing.some((view) => same(view.filter, filter));
  return (
    <div class="tabs" role="group" aria-label={t('appointments.views')}>
      {standing.map((view) => tab(t(`appointments.view_${view.name}`), view, counts[view.name]))}
      {own.map((view) => tab(view.title, view))}
      {!known && <button type="button" aria-haspopup="dialog" onClick={() => setNaming(true)}><Icon of={Plus} size="s" />{t('appointments.saveView')}</button>}
      {mine && <button type="button" onClick={() => dropView(mine.title)}><Icon of={Trash2} size="s" />{t('appointments.dropView')}</button>}
      {naming && <NameView filter={filter} onClose={() => setNaming(false)} />}
    </div>
  );
}

function NameView({ filter, onClose }) {
  const form = useRef();
  const submit = (event) => {
    event.preventDefault();
    const title = new FormData(form.current).get('title').trim();
    if (!title)
      return;
    saveView(title, filter);
    onClose();
  };
  return (
    <Dialog title={t('appointments.nameView')} onClose={onClose}
      foot={<><Button onClick={onClose}>{t('common.cancel')}</Button><Button kind="primary" onClick={() => form.current.requestSubmit()}>{t('appointments.saveView')}</Button></>}>
      <form ref={form} onSubmit={submit}>
        <Field label={t('appointments.viewName')} hint={t('appointments.viewHint')}>{(a) => <input {...a} class="input" name="title" maxLength={40} required autoComplete="off" />}</Field>
      </form>
    </Dialog>
  );
}

export function Filters({ filter, doctors, services, today, onChange }) {
  const set = (part) => onChange({ ...filter, ...part });
  const names = (list, of) => list.map((id) => of.find((one) => one.id === id)?.name ?? '?').join(', ');
  const from = filter.from && (filter.from === 'today' ? t('common.today') : formatDay(filter.from, { today }));
  const toggled = (list, id) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
  return (
    <div class="row filters" role="group" aria-label={t('appointments.filters')}>
      <Chip name={t('appointments.from')} value={from} icon={Calendar} onClear={() => set({ from: null })}>
        <Field label={t('appointments.fromDay')}>{(a) => <input {...a} class="input" type="date" value={filter.from === 'today' ? today : filter.from ?? ''} onChange={(e) => set({ from: e.currentTarget.value || null })} />}</Field>
        <Button small onClick={() => set({ from: 'today' })}>{t('appointments.fromToday')}</Button>
      </Chip>
      <Chip name={t('appointments.status')} value={filter.status.map(statusWord).join(', ')} onClear={() => set({ status: [] })}>
        <Choices legend={t('appointments.status')} all={statuses.map((id) => ({ id, name: statusWord(id) }))} chosen={filter.status} onToggle={(id) => set({ status: toggled(filter.status, id) })} />
      </Chip>
      {doctors.length > 1 && <Chip name={t('appointments.doctor')} value={names(filter.doctor, doctors)} onClear={() => set({ doctor: [] })}>
        <Choices legend={t('appointments.doctor')} all={doctors} chosen={filter.doctor} onToggle={(id) => set({ doctor: toggled(filter.doctor, id) })} />
      </Chip>}
      <Chip name={t('appointments.service')} value={names(filter.service, services)} onClear={() => set({ service: [] })}>
        <Choices legend={t('appointments.service')} all={services} chosen={filter.service} onToggle={(id) => set({ service: toggled(filter.service, id) })} />
      </Chip>
    </div>
  );
}

function Choices({ legend, all, chosen, onToggle }) {
  return (
    <fieldset class="stack stack--1"><legend class="label">{legend}</legend>
      {all.map(({ id, name }) => <label class="check" key={id}><input type="checkbox" checked={chosen.includes(id)} onChange={() => onToggle(id)} />{name}</label>)}
    </fieldset>
  );
}

/* A chip opens what it filters by below itself; set, it says what and can be taken off. */
function Chip({ name, value, icon = Plus, onClear, children }) {
  const id = useId();
  const button = useRef();
  const place = (event) => {
    if (event.newState !== 'open')
      return;
    const { left, bottom } = button.current.getBoundingClientRect();
    const menu = event.currentTarget;
    menu.style.top = `${bottom + 4}px`;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
  };
  const open = { ref: button, type: 'button', popovertarget: id };
  return (
    <>
      {value
        ? <span class="chip chip--set"><button class="chip__value" {...open}>{icon !== Plus && <Icon of={icon} size="s" />}<span class="truncate">{name}: {value}</span></button>
            <button type="button" aria-label={t('appointments.remove', { what: `${name}: ${value}` })} onClick={onClear}><Icon of={X} size="s" /></button></span>
        : <button class="chip" {...open}><Icon of={Plus} size="s" />{name}</button>}
      <div class="menu menu--chip" id={id} popover="auto" onToggle={place}><div class="stack stack--1">{children}</div></div>
    </>
  );
}
