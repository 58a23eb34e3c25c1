/*
 * appointments - the live list, and beside it the panel of the one that is
 * open.  /staff/appointments/ID opens it; the filters stand in the query.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ArrowDown, ArrowUp, ListChecks, SearchX } from 'lucide';
import { t } from '../../common/i18n.js';
import { dayOf, formatWhen } from '../../common/time.js';
import { Button, Empty, Icon, Skeleton } from '../../common/ui.jsx';
import { dayFinder } from '../days.js';
import { useMarks } from '../held.js';
import { Panel } from '../panel/index.jsx';
import { present } from '../shell/clock.js';
import { useKeys } from '../shell/keys.js';
import { LiveLine } from '../shell/live.jsx';
import { place } from '../shell/router.js';
import { Trouble } from '../shell/trouble.jsx';
import { startOf, useRows } from '../store.js';
import { useArchive } from './archive.js';
import { link, nearest, readFilter, select, withHeads } from './filter.js';
import { PickAll, PickBar, usePicks } from './picks.jsx';
import { DayHead, Row } from './row.jsx';
import { Filters, Views } from './tools.jsx';
import { VirtualTable } from './virtual.jsx';
import { standing } from './views.js';

export default function Appointments(props) {
  const { clinic, doctors, services, store, navigate, rest: openId, me } = props;
  const zone = clinic.timeZone;
  const today = dayOf(new Date(present.value), zone);
  const filter = readFilter(place.value.query);
  const key = JSON.stringify(filter);
  const { items, found, busy } = useItems(store, filter, key, zone, today);
  const counts = useCounts(store, zone, today);
  const table = useRef();
  const rows = useMemo(() => items.flatMap(({ row }) => row ?? []), [items]);
  const picks = usePicks(rows, key);
  const cursor = useListKeys(items, table, openId, (row) => navigate(link(filter, row.id)), picks);
  const list = useRef();
  const [picking, setPicking] = useState(false);
  const { columns, wide } = useColumns(list, me, doctors, picking || picks.rows.length > 0);
  const { loaded, offline } = store.status.value;
  const marks = useMarks(store, me);

  const draw = (item, index) => {
    const { row } = item;
    if (!row)
      return <DayHead key={item.key} {...{ item, index, today, columns }} />;
    return (
      <Row key={item.key} {...{ row, index, zone, columns }} doctor={doctors.find((one) => one.id === row.doctorId)} service={services.find((one) => one.id === row.serviceId)}
        isNew={store.isNew(row.id)} lock={marks.get(row.id)} open={row.id === openId} href={link(filter, row.id)} picked={picks.has(row.id)} toggle={picks.toggle} />
    );
  };
  const head = <Head {...{ filter, columns, picks }} count={rows.length} />;
  const close = () => {
    cursor.current = openId;
    return navigate(link(filter));
  };

  return (
    <>
      <div class={openId ? 'work__head work__head--behind' : 'work__head'}><h1>{t('staff.page_appointments')}</h1><LiveLine store={store} zone={zone} /></div>
      <div class={openId ? 'split split--open' : 'split'}>
        <section class="list" ref={list} aria-label={t('appointments.list')}>
          <Views me={me} filter={filter} counts={counts} />
          <div class="list__tools">
            <Filters filter={filter} doctors={me.role === 'doctor' ? [] : doctors} services={services} today={today} onChange={(next) => navigate(link(next, openId), { replace: true })} />
            {!wide && <Button small kind="quiet" icon={ListChecks} aria-pressed={picking ? 'true' : 'false'} onClick={() => { setPicking(!picking); picks.clear(); }}>{t('bulk.choose')}</Button>}
            <p class="muted num" role="status">{loaded ? t('appointments.nFound', { n: found.length }) : ''}</p>
          </div>
          <PickBar {...{ picks, offline, me, doctors, zone, today, store }} count={rows.length} />
          <Trouble store={store} zone={zone} what={t('appointments.broken')}>
            {!loaded && found.length === 0 ? <Pending />
              : items.length === 0 ? <Nothing {...{ store, filter, zone, today, busy, navigate, offline }} />
                : <VirtualTable {...{ items, columns, head, draw }} handle={table} caption={t('appointments.caption')} />}
          </Trouble>
        </section>
        {openId && <Panel key={openId} id={openId} {...{ me, clinic, doctors, services, store, navigate }} onClose={close} />}
      </div>
    </>
  );
}

/* The rows of the filter with their heads, and what only the server has. */
function useItems(store, filter, key, zone, today) {
  const finder = dayFinder(zone);
  const archive = useArchive(filter, store);
  const found = useRows(store, (rows) => select(rows, filter, { today, bounds: finder.bounds }), [key, today]);
  const items = useMemo(() => {
    const list = withHeads(found, finder.of);
    const here = new Set(found.map((row) => row.id));
    const more = archive.rows.filter((row) => !here.has(row.id) && !store.get(row.id));
    if (more.length > 0)
      list.push({ key: 'archive', words: t('appointments.archive') }, ...more.map((row) => ({ key: row.id, row })));
    return list;
  }, [found, archive.rows]);
  return { items, found, busy: archive.busy };
}

function useCounts(store, zone, today) {
  const bounds = dayFinder(zone).bounds;
  return useRows(store, (rows) => {
    const of = (name) => select(rows, standing.find((view) => view.name === name).filter, { today, bounds }).length;
    return { coming: of('coming'), toConfirm: of('toConfirm') };
  }, [today]);
}

const WIDE = 600;

/* The doctor has a column where the list is wide enough for it; boxes are there, or asked for. */
function useColumns(box, me, doctors, picking) {
  const [wide, setWide] = useState(false);
  useLayoutEffect(() => {
    const look = () => setWide(box.current.clientWidth >= WIDE);
    const seen = new ResizeObserver(look);
    seen.observe(box.current);
    look();
    return () => seen.disconnect();
  }, []);
  const withDoctor = wide && me.role !== 'doctor' && doctors.length > 1;
  const withPick = wide || picking;
  const columns = useMemo(() => [...(withPick ? ['pick'] : []), 'time', 'patient', ...(withDoctor ? ['doctor'] : []), 'status'], [withDoctor, withPick]);
  return { columns, wide };
}

/* j and k go through the rows, also those that are not drawn yet; x chooses, with shift up to there. */
function useListKeys(items, table, openId, open, picks) {
  const cursor = useRef(openId || null);
  const step = (by) => {
    let at = items.findIndex((item) => item.row && item.row.id === cursor.current);
    do
      at += at < 0 ? 1 : by;
    while (items[at] && !items[at].row);
    if (items[at])
      focusRow(at);
  };
  const focusRow = (at) => {
    cursor.current = items[at].row.id;
    table.current?.show(at);
    requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`[data-row="${cursor.current}"] a`)?.focus({ preventScroll: true })));
    if (openId && openId !== cursor.current)
      open(items[at].row);
  };
  useKeys({
    j: () => step(1), k: () => step(-1),
    x: () => picks.toggle(cursor.current), X: () => picks.toggle(cursor.current, true),
    ...(picks.rows.length > 0 && !openId && { Escape: picks.clear }),
  });
  useEffect(() => {
    const come = (event) => {
      cursor.current = event.target.closest?.('[data-row]')?.dataset.row ?? cursor.current;
    };
    document.addEventListener('focusin', come);
    return () => document.removeEventListener('focusin', come);
  }, []);

  /* The panel has closed: back to its row. */
  const was = useRef(openId);
  useEffect(() => {
    if (was.current && !openId)
      document.querySelector(`[data-row="${was.current}"] a`)?.focus();
    was.current = openId;
  }, [openId]);
  return cursor;
}

function Head({ filter, columns, picks, count }) {
  return (
    <tr>
      {columns.includes('pick') && <th scope="col" class="pick-cell"><PickAll picks={picks} count={count} /></th>}
      <th scope="col" aria-sort={filter.down ? 'descending' : 'ascending'}><a class="sort" href={link({ ...filter, down: !filter.down })}>{t('appointments.time')}<Icon of={filter.down ? ArrowDown : ArrowUp} size="s" /></a></th>
      <th scope="col">{t('appointments.patient')}</th>
      {columns.includes('doctor') && <th scope="col">{t('appointments.doctor')}</th>}
      <th scope="col">{t('appointments.status')}</th>
    </tr>
  );
}

const Pending = () => <div class="list__pending"><Skeleton lines={6} block /></div>;

function Nothing({ store, filter, zone, today, busy, navigate, offline }) {
  if (busy)
    return <Pending />;
  const near = filter.q ? nearest(store.rows.peek(), filter.q, present.value) : null;
  const clear = { ...filter, status: [], doctor: [], service: [], from: 'today', q: '' };
  return (
    <Empty level="h2" icon={SearchX} title={filter.q ? t('appointments.nothingFor', { q: filter.q }) : t('appointments.nothing')}
      text={near
        ? <>{t('appointments.closeTo')} <a href={link(filter, near.id)}>{near.name}</a>, {formatWhen(new Date(startOf(near)), zone, { today })}.</>
        : offline && filter.q ? t('appointments.archiveOffline') : t('appointments.nothingText')}>
      <Button onClick={() => navigate(link(clear))}>{t('appointments.clear')}</Button>
    </Empty>
  );
}
