/*
 * row.jsx - one line of the list, and the head of a day.
 */
import { memo } from 'preact/compat';
import { t } from '../../common/i18n.js';
import { formatDay, formatTime } from '../../common/time.js';
import { Badge } from '../../common/ui.jsx';
import { By } from '../by.jsx';
import { PickOne } from './picks.jsx';

export const Row = memo(function Row({ row, index, zone, doctor, service, isNew, lock, open, href, columns, picked, toggle }) {
  const names = [isNew && 'is-new', picked && 'is-picked', row.status === 'cancelled' && 'is-cancelled'].filter(Boolean).join(' ') || undefined;
  const at = row.startsAt ?? (row.walkIn ? row.createdAt : null);
  return (
    <tr class={names} aria-rowindex={index + 2} aria-current={open ? 'true' : undefined} data-row={row.id}>
      {columns.includes('pick') && <td class="pick-cell"><PickOne {...{ row, picked, toggle }} /></td>}
      <td class="num"><time>{at ? formatTime(at, zone) : '–'}</time></td>
      <td>
        <div class="truncate"><a class="cell-name" href={href}>{row.name}</a>{row.walkIn && <> <span class="tag">{t('today.walkedIn')}</span></>}{lock && <> <By lock={lock} /></>}{isNew && <> <span class="tag tag--new">{t('appointments.justNow')}</span></>}</div>
        <div class="muted truncate">{row.reason || service?.name || ' '}</div>
      </td>
      {columns.includes('doctor') && <td class="truncate">{doctor?.name ?? t('appointments.any')}</td>}
      <td><Badge status={row.status} /></td>
    </tr>
  );
});

export function DayHead({ item, index, today, columns }) {
  const words = item.words ?? (item.day ? formatDay(item.day, { today, long: true }) : t('appointments.noTime'));
  const near = item.day === today && ` – ${t('common.today')}`;
  return <tr class="group" aria-rowindex={index + 2}><th colSpan={columns.length} scope="rowgroup">{words}{near}</th></tr>;
}
