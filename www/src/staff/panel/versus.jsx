/*
 * versus.jsx - two versions of an appointment side by side, and what was there
 * before; field by field, mine or theirs.  What agrees is not asked about.
 */
import { useRef, useState } from 'preact/hooks';
import { Check, GitCompareArrows } from 'lucide';
import { t } from '../../common/i18n.js';
import { formatTime, formatWhen } from '../../common/time.js';
import { Banner, Button, Icon } from '../../common/ui.jsx';
import { compare, differing, settle, written } from './form.js';

export function Versus({ base, draft, theirs, zone, today, doctors, services, busy, onSave, onBack }) {
  const { asks, same } = compare(base, draft, theirs);
  const [picks, setPicks] = useState(() => Object.fromEntries(asks.map(({ name, pick }) => [name, pick])));
  const table = useRef();
  const all = (side) => setPicks(Object.fromEntries(asks.map(({ name }) => [name, side])));
  const words = (row, name) => (name === 'visit' ? visitWords(row, { zone, today, doctors, services }) : written(name, row[name]) ?? '');
  const save = () => onSave(settle(asks, picks, draft, theirs));

  return (
    <div class="versus-view stack">
      <Banner kind="warning" alert icon={GitCompareArrows} title={t('panel.conflictTitle')}>{t('panel.conflictText', { n: asks.length })}</Banner>
      <table class="versus" ref={table}>
        <caption class="visually-hidden">{t('panel.conflictCaption')}</caption>
        <thead><tr><th scope="col">{t('panel.field')}</th><th scope="col">{t('panel.before')} <span class="quiet">{t('panel.savedVersion', { version: base.version })}</span></th><th scope="col">{t('panel.mine')} <span class="quiet">{t('panel.notSaved')}</span></th><th scope="col">{t('panel.theirs')} <span class="quiet">{t('panel.savedAt', { time: formatTime(theirs.updatedAt, zone), version: theirs.version })}</span></th></tr></thead>
        <tbody>
          {asks.map(({ name }) => (
            <tr key={name}>
              <th scope="row" id={`v-${name}`}>{t(`panel.${name}`)}</th>
              <td class="versus__before"><p><span class="versus__label">{t('panel.before')}: </span>{words(base, name) || <span class="quiet">{t('panel.empty')}</span>}</p></td>
              {['mine', 'theirs'].map((side) => (
                <td key={side}>
                  <label class="pick">
                    <input type="radio" name={`v-${name}`} checked={picks[name] === side} onChange={() => setPicks({ ...picks, [name]: side })} />
                    <span><span class="visually-hidden">{t(`panel.${side}`)}: </span><Marked text={words(side === 'mine' ? draft : theirs, name)} other={words(side === 'mine' ? theirs : draft, name)} /></span>
                  </label>
                </td>
              ))}
            </tr>
          ))}
          {same.map((name) => (
            <tr key={name}><th scope="row">{t(`panel.${name}`)}</th><td colSpan={3}><p class="same"><Icon of={Check} size="s" /> {t('panel.same', { value: words(theirs, name) || t('panel.empty') })}</p></td></tr>
          ))}
        </tbody>
      </table>
      <div class="row row--end">
        <Button kind="quiet" onClick={() => all('mine')}>{t('panel.allMine')}</Button>
        <Button kind="quiet" onClick={() => all('theirs')}>{t('panel.allTheirs')}</Button>
        <Button onClick={onBack}>{t('panel.goOn')}</Button>
        <Button kind="primary" busy={busy} onClick={save}>{t('panel.saveChoice')}</Button>
      </div>
    </div>
  );
}

function Marked({ text, other }) {
  if (!text)
    return <span class="quiet">{t('panel.empty')}</span>;
  const { before, part, after } = differing(text, other);
  return <>{before}{part && <ins>{part}</ins>}{after}</>;
}

function visitWords(row, { zone, today, doctors, services }) {
  const name = (list, id) => list.find((one) => one.id === id)?.name;
  return [row.startsAt ? formatWhen(row.startsAt, zone, { today }) : t('appointments.noTime'), name(doctors, row.doctorId), name(services, row.serviceId)].filter(Boolean).join(', ');
}
