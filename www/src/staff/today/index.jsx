/*
 * today - the board: who is expected, who waits, who is with the doctor, who
 * is done.  One tap moves a person on; the toast takes it back.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Clock, ClockAlert, Footprints, Printer, Sun, WifiOff } from 'lucide';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay, formatTime, formatWhen } from '../../common/time.js';
import { Avatar, Banner, Button, Empty, Icon, toast } from '../../common/ui.jsx';
import { openBooking } from '../booking/open.js';
import { canBeBooked, Checklist } from '../clinic/checklist.jsx';
import { useFresh } from '../clinic/fresh.js';
import { save, undo } from '../changes.js';
import { dayFinder } from '../days.js';
import { place } from '../shell/router.js';
import { present } from '../shell/clock.js';
import { useKeys } from '../shell/keys.js';
import { LiveLine } from '../shell/live.jsx';
import { Trouble } from '../shell/trouble.jsx';
import { startOf } from '../store.js';
import { tellRefusal } from '../tell.js';
import { ToWhom } from './callin.jsx';
import { columnsOf, nextVisit, rowsOfDay, runOf } from './board.js';
import { Ticket, duration } from './ticket.jsx';

const DONE_SHOWN = 5;
const names = ['expected', 'waiting', 'inside', 'done'];

export default function Today({ me, clinic, doctors, services, store, navigate }) {
  const zone = clinic.timeZone;
  const now = present.value;
  const today = dayOf(new Date(now), zone);
  const rows = store.rows.value;
  const chosen = place.value.query.get('doctor');
  const doctorId = me.role === 'doctor' ? null : doctors.find((one) => one.id === chosen)?.id ?? null;
  const day = useMemo(() => rowsOfDay(rows, dayFinder(zone).bounds(today)), [rows, today]);
  const board = columnsOf(day, doctorId, store.since);
  const { loaded, offline } = store.status.value;
  const choose = (id) => navigate(id ? `/staff/today?doctor=${id}` : '/staff/today', { replace: true });
  const { onMove, dialog } = useMove(store, doctors);
  useTicketKeys();

  /* Who cannot be booked online and has nobody today needs no place. */
  const here = doctors.filter((one) => one.offered || one.id === doctorId || day.some((row) => row.doctorId === one.id));
  const shownDoctors = me.role === 'doctor' ? doctors.filter((one) => one.id === me.doctorId) : here;
  const begins = me.role === 'admin' && !canBeBooked({ clinic, doctors, services });
  const nobody = names.every((name) => board[name].length === 0);
  const ticket = (row) => (
    <Ticket key={row.id} row={row} now={now} zone={zone} since={store.since} arrives={store.isNew(row.id)} off={offline} onMove={onMove}
      doctor={me.role === 'doctor' ? null : doctors.find((one) => one.id === row.doctorId)} service={services.find((one) => one.id === row.serviceId)} />
  );

  return (
    <>
      <div class="work__head">
        <div class="head-title"><h1>{t('staff.page_today')}</h1><p class="muted">{formatDay(today, { long: true })}, <time class="num">{formatTime(new Date(now), zone)}</time></p></div>
        <LiveLine store={store} zone={zone} />
        {me.role !== 'doctor' && here.length > 1 && <DoctorFilter doctors={here} chosen={doctorId} choose={choose} />}
        <Button kind="icon" icon={Printer} label={t('calendar.sheet')} href={`/staff/daysheet${doctorId ? `?doctor=${doctorId}` : ''}`} />
        <Button icon={Footprints} aria-haspopup="dialog" onClick={() => openBooking({ walkIn: true, doctorId: doctorId ?? me.doctorId })}>{t('today.walkIn')}</Button>
      </div>
      <div class="work__body stack">
        {offline && <div id="offline-note"><Banner kind="warning" icon={WifiOff} title={t('staff.offlineSince', { time: formatTime(new Date(store.status.value.since), zone) })}>{t('today.offlineText', { time: lastTime(store, zone) })}</Banner></div>}
        {begins && <Begins {...{ clinic, doctors, services }} />}
        <Trouble store={store} zone={zone} what={t('today.broken')} hint={t('today.brokenHint')}>
          {!loaded && rows.length === 0 ? <Pending /> : nobody ? !begins && <Nobody {...{ rows, now, doctorId, doctors, zone, today }} /> : (
            <>
              <ul class="runs">{shownDoctors.filter((one) => !doctorId || one.id === doctorId).map((one) => <Run key={one.id} doctor={one} index={doctors.indexOf(one)} run={runOf(day, one.id, now)} />)}</ul>
              <nav class="segments jump" aria-label={t('today.columns')}>{names.map((name) => <a key={name} href={`#${name}`}>{t(`today.jump_${name}`)} {board[name].length}</a>)}</nav>
              <div class="board">{names.map((name) => <Column key={name} name={name} rows={board[name]} ticket={ticket} />)}</div>
            </>
          )}
        </Trouble>
      </div>
      {dialog}
    </>
  );
}

const lastTime = (store, zone) => (store.status.value.lastAt ? formatTime(new Date(store.status.value.lastAt), zone) : '–');

/* For administrators: what this clinic needs before anybody can book. */
function Begins(about) {
  useFresh();
  return <Checklist {...about} />;
}

/* onMove(row, status), and the question which doctor a walk-in goes to. */
function useMove(store, doctors) {
  const [asking, setAsking] = useState(null);
  const nameOf = (id) => doctors.find((one) => one.id === id)?.name ?? t('today.theDoctor');

  async function go(row, members) {
    const focus = nextFocus(row.id);
    const moved = save(store, row, members);
    requestAnimationFrame(() => requestAnimationFrame(focus));
    try {
      const saved = await moved;
      toast(t(`today.did_${members.status}`, { name: row.name, doctor: nameOf(saved.doctorId) }), {
        for: 10_000,
        action: { label: t('today.undo'), run: () => undo(store, store.get(saved.id) ?? saved).catch((e) => tellRefusal(e, store)) },
      });
    } catch (error) {
      tellRefusal(error, store);
    }
  }

  const onMove = (row, status) => {
    if (status === 'in_progress' && !row.doctorId && doctors.length > 1)
      setAsking(row);
    else
      go(row, { status, ...(status === 'in_progress' && !row.doctorId && doctors.length > 0 && { doctorId: doctors[0].id }) });
  };
  const chosen = (doctor) => {
    setAsking(null);
    go(asking, { status: 'in_progress', doctorId: doctor.id });
  };
  const dialog = asking && <ToWhom row={asking} doctors={doctors} onClose={() => setAsking(null)} onChoose={chosen} />;
  return { onMove, dialog };
}

/* The card that was tapped leaves its column; the hands stay where they were. */
function nextFocus(id) {
  const card = document.querySelector(`[data-ticket="${id}"]`);
  if (!card?.contains(document.activeElement))
    return () => {};
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const heading = card.closest('section')?.querySelector('h2');
  return () => (next?.isConnected ? next.querySelector('button, a') : heading)?.focus();
}

function useTicketKeys() {
  const step = (by) => {
    const links = [...document.querySelectorAll('.ticket__name')];
    const at = links.findIndex((link) => link.closest('.ticket').contains(document.activeElement));
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.focus();
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
}

function DoctorFilter({ doctors, chosen, choose }) {
  if (doctors.length > 4)
    return (
      <select class="select sel-auto" aria-label={t('today.doctor')} value={chosen ?? ''} onChange={(e) => choose(e.currentTarget.value)}>
        <option value="">{t('today.allDoctors')}</option>
        {doctors.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
      </select>
    );
  const radio = (id, name) => <label key={id}><input type="radio" name="doctor" checked={chosen === id} onChange={() => choose(id)} />{name}</label>;
  return (
    <fieldset class="segments"><legend class="visually-hidden">{t('today.doctor')}</legend>
      {radio(null, t('today.allDoctors'))}{doctors.map((one) => radio(one.id, one.name))}
    </fieldset>
  );
}

function Run({ doctor, index, run }) {
  const { inside, waiting, lateMs } = run;
  const words = [inside ? t('today.withName', { name: inside.name }) : t('today.withNobody'), t('today.nWaiting', { n: waiting })].join(', ');
  return (
    <li class="run"><Avatar name={doctor.name} person={(index % 4) + 1} />
      <div class="grow"><p class="strong">{doctor.name}</p><p class="muted truncate">{words}</p></div>
      <span class={lateMs ? 'since since--long' : 'since'}><Icon of={lateMs ? ClockAlert : Clock} size="s" />{lateMs ? t('today.late', { time: duration(lateMs) }) : t('today.onTime')}</span>
    </li>
  );
}

function Column({ name, rows, ticket }) {
  const [all, setAll] = useState(false);
  const list = useRef();
  const few = name === 'done' && !all ? rows.slice(0, DONE_SHOWN) : rows;
  const showAll = () => {
    const at = few.length;
    setAll(true);
    requestAnimationFrame(() => list.current?.children[at]?.querySelector('a')?.focus());
  };
  return (
    <section class="board__col" id={name} aria-labelledby={`${name}-h`}>
      <div class="board__head"><h2 id={`${name}-h`} tabIndex={-1}>{t(`today.col_${name}`)}</h2><span class="count">{rows.length}</span></div>
      {rows.length === 0 && <p class="board__none">{t(`today.none_${name}`)}</p>}
      <ul class="board__list" ref={list}>{few.map(ticket)}</ul>
      {few.length < rows.length && <Button kind="quiet" small wide onClick={showAll}>{t('today.showMore', { n: rows.length - few.length })}</Button>}
    </section>
  );
}

function Pending() {
  return (
    <div class="board" aria-busy="true">
      <p class="visually-hidden" role="status">{t('common.loading')}</p>
      {names.map((name) => (
        <div class="board__col" key={name}>
          <div class="board__head"><h2>{t(`today.col_${name}`)}</h2></div>
          <div class="stack stack--1">{[0, 1, 2].map((i) => (
            <div class="ticket" key={i}><span class="skeleton w-full" /><div class="stack stack--1"><span class="skeleton w-80" /><span class="skeleton w-60" /></div></div>
          ))}</div>
        </div>
      ))}
    </div>
  );
}

function Nobody({ rows, now, doctorId, doctors, zone, today }) {
  const next = nextVisit(rows, now, doctorId);
  const text = next
    ? t('today.nextVisit', { when: formatWhen(new Date(startOf(next)), zone, { today }), name: next.name, doctor: doctors.find((one) => one.id === next.doctorId)?.name ?? t('today.theDoctor') })
    : t('today.noNext');
  return <Empty level="h2" icon={Sun} title={t('today.nobody')} text={text}><a class="btn" href="/staff/calendar">{t('today.openCalendar')}</a></Empty>;
}
