/*
 * ticket.jsx - one person on the board: time, name, what for, since when, and
 * the one tap that moves them on.
 */
import { Clock, ClockAlert, Phone } from 'lucide';
import { t } from '../../common/i18n.js';
import { telHref } from '../../common/phone.js';
import { formatTime } from '../../common/time.js';
import { Badge, Button, Icon } from '../../common/ui.jsx';
import { LONG_WAIT_MS, NO_SHOW_MS, cameAt, inMinutes } from './board.js';

const moves = {
  requested: ['confirmed', 'confirm'],
  confirmed: ['checked_in', 'arrived'],
  checked_in: ['in_progress', 'callIn'],
  in_progress: ['completed', 'finish'],
};

export function duration(ms) {
  const { h, n } = inMinutes(ms);
  return h ? t('today.hm', { h, n }) : t('today.m', { n });
}

/* { text, long }: how long they wait, or will have to be waited for. */
function sinceWords(row, now, since, zone) {
  const at = since(row);
  if (row.status === 'completed')
    return { text: formatTime(new Date(at), zone) };
  if (row.status === 'confirmed' || row.status === 'requested') {
    const away = cameAt(row) - now;
    if (away >= 60_000)
      return { text: t('today.in', { time: duration(away) }) };
    return away > -60_000 ? { text: t('today.now') } : { text: t('today.late', { time: duration(away) }), long: -away >= NO_SHOW_MS };
  }
  const passed = now - at;
  if (row.status === 'in_progress')
    return { text: passed < 60_000 ? t('today.justIn') : duration(passed) };
  return { text: passed < 60_000 ? t('today.justArrived') : t('today.waitingFor', { time: duration(passed) }), long: passed >= LONG_WAIT_MS };
}

function Since({ text, long }) {
  return <span class={long ? 'since since--long' : 'since'}><Icon of={long ? ClockAlert : Clock} size="s" />{text}</span>;
}

const kinds = { in_progress: 'ticket--now', completed: 'ticket--done', no_show: 'ticket--done' };

export function Ticket({ row, now, zone, doctor, service, since, arrives, off, onMove }) {
  const [status, word] = moves[row.status] ?? [];
  const note = [service?.name, row.reason].filter(Boolean).join(', ');
  const overdue = row.status === 'confirmed' && now - cameAt(row) >= NO_SHOW_MS;
  return (
    <li class={['ticket', kinds[row.status], arrives && 'arrives'].filter(Boolean).join(' ')} data-ticket={row.id} data-status={row.status}>
      <span class="ticket__time"><time>{formatTime(new Date(cameAt(row)), zone)}</time></span>
      <div class="grow">
        <p><a class="ticket__name" href={`/staff/appointments/${row.id}`}>{row.name}</a>{row.walkIn && <> <span class="tag">{t('today.walkedIn')}</span></>}</p>
        {note && <p class="ticket__note">{note}</p>}
        {doctor !== null && <p class="ticket__note">{doctor?.name ?? t('today.anyDoctor')}</p>}
      </div>
      <div class={overdue ? 'ticket__foot ticket__foot--two ticket__all' : 'ticket__foot ticket__all'}>
        {row.status === 'requested' || row.status === 'no_show' ? <Badge status={row.status} /> : <Since {...sinceWords(row, now, since, zone)} />}
        {overdue && <Button kind="quiet" small off={off} aria-describedby={off ? 'offline-note' : undefined} onClick={() => onMove(row, 'no_show')}>{t('today.noShow')}<Hidden of={row} /></Button>}
        {status && <Button kind={row.status === 'checked_in' ? 'soft' : undefined} small off={off} aria-describedby={off ? 'offline-note' : undefined} onClick={() => onMove(row, status)}>{t(`today.${word}`)}<Hidden of={row} /></Button>}
        {row.status === 'no_show' && row.phone && <a class="btn btn--small" href={telHref(row.phone)}><Icon of={Phone} size="s" />{t('today.call')}<Hidden of={row} /></a>}
      </div>
    </li>
  );
}

const Hidden = ({ of }) => <span class="visually-hidden">: {of.name}</span>;
