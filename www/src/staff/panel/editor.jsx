/*
 * editor.jsx - the panel of a row that is there.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../../common/i18n.js';
import { phoneProblem } from '../../common/phone.js';
import { dayOf, formatDay, formatTime } from '../../common/time.js';
import { Badge, Banner, Button, Field, statusIcon, toast } from '../../common/ui.jsx';
import { cancel, isOver, mayCancel, movesOf, save, undo } from '../changes.js';
import { present } from '../shell/clock.js';
import { useGuard } from '../shell/guard.jsx';
import { tellRefusal } from '../tell.js';
import { Cursors } from './cursors.jsx';
import { changesOf, draftOf, isDirty } from './form.js';
import { Discussion } from './discussion.jsx';
import { History } from './history.jsx';
import { isBarred, LockBanner } from './lockbanner.jsx';
import { CancelDialog, CloseButton, Refusal, Views } from './parts.jsx';
import { useLock } from './uselock.js';
import { Versus } from './versus.jsx';
import { VisitFields } from './visit.jsx';

export function Editor({ row, put, store, me, clinic, doctors, services, live = store.live, onClose }) {
  const zone = clinic.timeZone;
  const today = dayOf(new Date(present.value), zone);
  const { base, draft, set, reset, dirty, isTyped } = useDraft(row);
  const [outside, setOutside] = useState(false);
  const [state, setState] = useState({}); /* busy, error, theirs, asking */
  const [view, setView] = useState('details');
  const guard = useGuard(isTyped, () => submit(), t('panel.leaveText'));
  const box = useRef();
  const form = useRef();
  const lock = useLock(row.id, me, store);
  const id = useId();
  const { offline } = store.status.value;
  const barred = isBarred(lock.state.value);
  const readOnly = isOver(row) || barred;
  const shown = { zone, today, doctors, services };

  useEffect(() => {
    box.current?.querySelector('h2')?.focus();
  }, []);

  const type = (part) => {
    set(part);
    lock.touch();
  };

  const done = (saved) => {
    put(saved);
    reset(saved);
    lock.release();
    setOutside(false);
    setState({});
  };

  /* Saves the draft, or what a comparison made of it, with a step of the status or without. */
  async function submit(status, { from = draft, on = base } = {}) {
    const members = { ...changesOf(from, on), ...(status && { status }) };
    const bad = status ? null : problem(from, clinic);
    if (bad) {
      setState({ error: bad, errors: bad.fields });
      return false;
    }
    if (Object.keys(members).length === 0) {
      done(on);
      return true;
    }
    if (outside && members.startsAt)
      members.outsideHours = true;
    if (row.status === 'lead' && members.startsAt && !status)
      members.status = 'confirmed';
    setState({ busy: status ?? 'save' });
    try {
      const saved = await write(on, members, isDirty(from, on));
      done(saved);
      toast(status ? t(`today.did_${status}`, { name: saved.name, doctor: doctors.find((one) => one.id === saved.doctorId)?.name ?? t('today.theDoctor') }) : t('common.saved'), status ? undoable(saved) : {});
      return true;
    } catch (error) {
      return refused(error, from);
    }
  }

  /* Under the lock.  Who lost it meanwhile, and finds it free, takes it anew: then the version decides. */
  async function write(on, members, locked) {
    const put = () => save(store, on, { ...members, ...(lock.fence && { lockFence: lock.fence }) }, on.version);
    if (locked)
      await lock.ensure(); /* when it is somebody else's the server says so, with their name */
    try {
      return await put();
    } catch (error) {
      if (error.status !== 423 || !(await lock.acquire()))
        throw error;
      return put();
    }
  }

  const undoable = (saved) => ({
    for: 10_000,
    action: { label: t('today.undo'), run: () => undo(store, store.get(saved.id) ?? saved).then(put).catch((e) => tellRefusal(e, store)) },
  });

  function refused(error, from) {
    setView('details');
    if (error.code === 'VERSION_CONFLICT' && error.body.current) {
      store.apply(error.body.current);
      put(error.body.current);
      set(from);
      setState({ theirs: error.body.current });
    } else {
      setState({ error, errors: Object.fromEntries(error.details?.map(({ field, message }) => [field, message]) ?? []) });
      if (!error.code)
        console.error(error);
    }
    return false;
  }

  async function doCancel() {
    setState({ busy: 'cancel', asking: true });
    try {
      const gone = await cancel(store, row, lock.fence);
      done(gone);
      toast(t('panel.didCancel', { name: row.name }), undoable(gone));
    } catch (error) {
      refused(error, draft);
    }
  }

  const keys = (event) => {
    if (event.key === 'Escape' && !document.querySelector('dialog[open], :popover-open'))
      onClose();
    if ((event.ctrlKey || event.metaKey) && (event.key === 's' || event.key === 'Enter')) {
      event.preventDefault();
      submit();
    }
  };

  const errors = state.errors ?? {};
  const input = (name, more) => (a) => <input {...a} {...more} class="input" name={name} value={draft[name] ?? ''} readOnly={readOnly} onInput={(e) => type({ [name]: e.currentTarget.value })} />;
  const area = (name) => (a) => <textarea {...a} class="textarea" name={name} value={draft[name] ?? ''} readOnly={readOnly} onInput={(e) => type({ [name]: e.currentTarget.value })} />;
  const moved = row.version !== base.version;

  return (
    <aside class={state.theirs ? 'panel panel--versus' : 'panel'} ref={box} aria-labelledby={id} onKeyDown={keys}>
      <div class="panel__head">
        <div class="grow"><div class="row"><h2 id={id} class="as-h2" tabIndex={-1}>{row.name}</h2><Badge status={row.status} /></div><p class="muted">{subtitle(row, shown)}</p></div>
        <CloseButton onClose={onClose} />
      </div>
      <LockBanner {...{ lock, me, dirty }} onCompare={dirty && moved && !state.theirs ? () => setState({ theirs: row }) : null} />
      {state.theirs ? (
        <div class="panel__body"><Versus base={base} draft={draft} theirs={state.theirs} {...shown} busy={state.busy} onBack={() => setState({})}
          onSave={(next) => submit(null, { from: next, on: state.theirs })} /></div>
      ) : (
        <>
          <Views view={view} onView={setView} />
          {view === 'discussion' && <Discussion {...{ row, me, zone, today, offline, live }} />}
          {view === 'history' && <History row={row} {...shown} />}
          <form class="panel__body stack" ref={form} hidden={view !== 'details'} onSubmit={(e) => { e.preventDefault(); submit(); }}>
            {state.error && !(state.error.status === 423 && barred) && <Refusal error={state.error} {...shown} onSlot={({ startsAt, doctorId }) => { type({ startsAt, ...(doctorId && { doctorId }) }); setState({}); }} />}
            {dirty && moved && !barred && !state.error && <Banner kind="warning" title={t('panel.movedTitle')} action={<Button small onClick={() => setState({ theirs: row })}>{t('panel.compare')}</Button>}>{t('panel.movedText')}</Banner>}
            <div class="two">
              <Field label={t('panel.name')} error={errors.name}>{input('name', { maxLength: 200, autocomplete: 'off' })}</Field>
              <Field label={t('panel.phone')} error={errors.phone}>{input('phone', { type: 'tel', autocomplete: 'off' })}</Field>
            </div>
            <VisitFields {...{ row, draft, set: type, ...shown, errors, outside, setOutside, readOnly }} mayMoveDoctor={me.role !== 'doctor'} />
            <Field label={t('panel.email')} optional error={errors.email}>{input('email', { type: 'email', autocomplete: 'off' })}</Field>
            <Field label={t('panel.reason')} optional error={errors.reason}>{area('reason')}</Field>
            <Field label={t('panel.notes')} optional error={errors.notes} hint={t('panel.notesHint')}>{area('notes')}</Field>
            <p class="quiet">{t(`panel.source_${row.source}`)}, {formatDay(dayOf(row.createdAt, zone), { today })}, <span class="num">{formatTime(row.createdAt, zone)}</span> · {t('panel.version', { n: row.version })}</p>
            <button type="submit" hidden />
            <Cursors box={form} id={row.id} me={me} live={live} />
          </form>
          {view === 'details' && <Foot {...{ row, zone, today, dirty, offline, barred, free: lock.state.value.kind === 'lost' && !lock.state.value.lock, busy: state.busy, submit, reset: () => { reset(row); lock.release(); setState({}); } }} onCancel={() => setState({ asking: true })} />}
        </>
      )}
      {state.asking && <CancelDialog row={row} zone={zone} today={today} busy={state.busy === 'cancel'} onKeep={() => setState({})} onCancel={doCancel} />}
      {guard}
    </aside>
  );
}

function Foot({ row, zone, today, dirty, offline, barred, free, busy, submit, reset, onCancel }) {
  const shut = offline || (barred && !free);
  const why = shut ? { off: true, 'aria-describedby': offline ? 'panel-offline' : 'panel-barred' } : {};
  const moves = movesOf(row, present.value);
  const due = !row.startsAt || dayOf(row.startsAt, zone) <= today || row.status === 'requested';
  return (
    <div class="panel__foot">
      {moves.map((status, i) => (
        <Button key={status} kind={i === 0 && due && !dirty ? 'primary' : undefined} icon={statusIcon(status)} busy={busy === status} {...why} onClick={() => submit(status)}>{t(`panel.move_${status}`)}</Button>
      ))}
      {!isOver(row) && (dirty || moves.length === 0) && <Button kind={dirty ? 'primary' : undefined} busy={busy === 'save'} off={!dirty || shut} {...why} onClick={() => submit()}>{t('common.save')}</Button>}
      {dirty && <Button onClick={reset}>{t('panel.discard')}</Button>}
      {mayCancel(row) && !dirty && <Button kind="danger-quiet" class="push" {...why} aria-haspopup="dialog" onClick={onCancel}>{t('panel.cancelAsk')}</Button>}
      {offline ? <p class="quiet foot-note" id="panel-offline">{t('panel.offlineNote')}</p>
        : shut && <p class="quiet foot-note" id="panel-barred">{t('panel.barredNote')}</p>}
    </div>
  );
}

function subtitle(row, { zone, today, doctors }) {
  const doctor = doctors.find((one) => one.id === row.doctorId)?.name;
  if (!row.startsAt)
    return [t(row.walkIn ? 'today.walkedIn' : 'appointments.noTime'), doctor].filter(Boolean).join(', ');
  const span = row.endsAt ? `${formatTime(row.startsAt, zone)}–${formatTime(row.endsAt, zone)}` : formatTime(row.startsAt, zone);
  return [formatDay(dayOf(row.startsAt, zone), { today }), span, doctor && t('panel.with', { doctor })].filter(Boolean).join(', ');
}

/* What the server would refuse anyway, said at once. */
function problem(draft, clinic) {
  const fields = {};
  if (!/\p{L}/u.test(draft.name ?? ''))
    fields.name = t('panel.nameMissing');
  if (draft.phone && phoneProblem(draft.phone, clinic.country))
    fields.phone = t('panel.phoneWrong');
  return Object.keys(fields).length > 0 ? { code: 'VALIDATION_ERROR', fields, body: {} } : null;
}

/*
 * The draft follows the row as long as nobody has typed; then base stays what
 * it was.  `live` has what was typed at once, before it is drawn.
 */
function useDraft(row) {
  const [state, setState] = useState(() => ({ base: row, draft: draftOf(row) }));
  const live = useRef(state);
  const put = (next) => {
    live.current = next;
    setState(next);
  };
  const reset = (to) => put({ base: to, draft: draftOf(to) });
  const isTyped = () => isDirty(live.current.draft, live.current.base);
  useEffect(() => {
    if (!isTyped() && row !== live.current.base)
      reset(row);
  }, [row]);
  return {
    ...state,
    dirty: isDirty(state.draft, state.base),
    isTyped,
    reset,
    set: (part) => put({ ...live.current, draft: { ...live.current.draft, ...part } }),
  };
}
