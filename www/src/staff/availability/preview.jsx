// What one day would look like: its starting times, with what the draft adds and removes.
import { useMemo, useState } from 'preact/hooks';
import { Clock } from 'lucide';
import { Banner } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { clock, formatDay, minutesOf } from '../../common/time.js';
import { clockChange, starts } from './hours.js';
import { firstOffered } from '../offer.js';

const PARTS = [
  ['morning', 0, 12 * 60],
  ['afternoon', 12 * 60, 17 * 60],
  ['evening', 17 * 60, 24 * 60],
];

const ANY_SERVICE = { durationMinutes: 15 };

/* Both lists as one, in order: [{ ms, minute, state }]. */
function compared(before, after, zone) {
  const [was, is] = [new Set(before), new Set(after)];
  return [...new Set([...before, ...after])]
    .sort((a, b) => a - b)
    .map((ms) => ({
      ms,
      minute: minutesOf(new Date(ms), zone),
      state: was.has(ms) ? (is.has(ms) ? 'kept' : 'removed') : 'added',
    }));
}

function Slot({ slot }) {
  const time = clock(slot.minute);
  if (slot.state === 'removed')
    return (
      <li class="slot slot--mini slot--removed">
        <s>{time}</s>
        <span class="visually-hidden">, {t('availability.slotRemoved')}</span>
      </li>
    );
  return (
    <li class={`slot slot--mini${slot.state === 'added' ? ' slot--added' : ''}`}>
      {time}
      {slot.state === 'added' && <span class="visually-hidden">, {t('availability.slotAdded')}</span>}
    </li>
  );
}

function count(after, before) {
  const words = t('availability.slots', { n: after });
  const more = after - before;
  if (more === 0) return words;
  return `${words}, ${t(more > 0 ? 'availability.more' : 'availability.fewer', { n: Math.abs(more) })}`;
}

export function Preview({ saved, draft, day, today, zone, services }) {
  const [serviceId, setService] = useState(firstOffered(services)?.id);
  const service = services.find((s) => s.id === serviceId) ?? services[0] ?? ANY_SERVICE;
  const [before, after] = useMemo(
    () => [saved, draft].map((schedule) => starts(schedule, day, zone, service)),
    [saved, draft, day, zone, service],
  );
  const slots = useMemo(() => compared(before, after, zone), [before, after, zone]);
  const jump = clockChange(day, zone);
  return (
    <section class="card" aria-labelledby="preview-h">
      <div class="card__body stack">
        <div class="row row--apart">
          <h2 id="preview-h">{t('availability.preview', { day: formatDay(day, { today: undefined }) })}</h2>
          <span class="muted num" role="status">
            {count(after.length, before.length)}
          </span>
        </div>
        {services.length > 1 && (
          <div class="field">
            <label for="preview-service">{t('availability.previewFor')}</label>
            <select
              class="select"
              id="preview-service"
              value={serviceId}
              onChange={(e) => setService(e.currentTarget.value)}
            >
              {services.map((s) => (
                <option key={s.id} value={s.id}>
                  {s.name}, {t('availability.minutes', { n: s.durationMinutes })}
                </option>
              ))}
            </select>
          </div>
        )}
        {jump !== 0 && (
          <Banner kind="plain" icon={Clock}>
            {t(jump > 0 ? 'availability.clockBack' : 'availability.clockForward', { n: Math.abs(jump) })}
          </Banner>
        )}
        {slots.length === 0 && (
          <p class="muted">{t(day < today ? 'availability.nothingThen' : 'availability.nothing')}</p>
        )}
        {PARTS.map(([part, from, to]) => {
          const here = slots.filter((s) => s.minute >= from && s.minute < to);
          return (
            here.length > 0 && (
              <div key={part}>
                <h3 class="preview__part">{t(`availability.${part}`)}</h3>
                <ul class="slots__grid slots__grid--mini">
                  {here.map((s) => (
                    <Slot key={s.ms} slot={s} />
                  ))}
                </ul>
              </div>
            )
          );
        })}
      </div>
    </section>
  );
}
