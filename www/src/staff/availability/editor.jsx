// The editor of one doctor's hours, once they are there.
import { useEffect, useRef, useState } from 'preact/hooks';
import { CalendarPlus } from 'lucide';
import { Button } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { setGuard } from '../shell/router.js';
import { ExceptionsCard, HoursCard, NoHours, Notices, SaveBar, WeekCard, hasNone } from './cards.jsx';
import { LeaveDialog, OrphanDialog } from './dialogs.jsx';
import { redo, undo } from './draft.js';
import { ExceptionDialog } from './exceptiondialog.jsx';
import { PlanSelect, SplitDialog } from './plans.jsx';
import { Preview } from './preview.jsx';
import { useEdit } from './useedit.js';
import { isEmpty } from './week.js';

/* Asks before the page, or the doctor, is left with unsaved hours: { asked, leave(), answer(yes) }. */
function useGuard(dirty) {
  const [asked, setAsked] = useState(null);
  const leave = async () => !dirty || new Promise((done) => setAsked(() => done));

  useEffect(() => {
    setGuard(dirty ? leave : null);
    return () => setGuard(null);
  }, [dirty]);
  const answer = (yes) => {
    asked(yes);
    setAsked(null);
  };
  return { asked, leave, answer };
}

/* Ctrl+Z and Ctrl+Y, where no field wants them for itself. */
function useUndoKeys(on) {
  const latest = useRef(on);
  latest.current = on;

  useEffect(() => {
    const pressed = (event) => {
      const key = event.key.toLowerCase();
      const typing = /^(date|time|text|search)$/.test(event.target.type ?? '');
      const ours = (event.ctrlKey || event.metaKey) && (key === 'z' || key === 'y');
      if (!ours || typing || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      latest.current(key === 'y' || event.shiftKey ? redo : undo);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

/** head({ leave, children }): the head of the page, with the doctors and what the editor puts beside them. */
export function Editor({ head, ...about }) {
  const e = useEdit(about);
  const [brush, setBrush] = useState('paint');
  const [dialog, open] = useState(null);
  const guard = useGuard(e.dirty);
  useUndoKeys(e.setDraft);
  const save = () => (e.lost.length > 0 ? open({ orphans: true }) : e.saving.save());

  return (
    <>
      {head({ leave: guard.leave, children: <HeadParts e={e} open={open} /> })}
      <div class="work__body availability">
        <div class="stack">
          <Notices e={e} open={open} />
          {hasNone(e) && <NoHours e={e} />}
          <WeekCard e={e} brush={brush} setBrush={setBrush} />
          <HoursCard e={e} />
        </div>
        <div class="stack">
          <ExceptionsCard e={e} open={open} />
          <Preview {...e} draft={e.schedule} />
        </div>
      </div>
      {e.dirty && <SaveBar e={e} save={save} />}
      {dialog && <Dialogs e={e} dialog={dialog} close={() => open(null)} />}
      {guard.asked && (
        <LeaveDialog n={e.changed.length} onStay={() => guard.answer(false)} onLeave={() => guard.answer(true)} />
      )}
    </>
  );
}

function HeadParts({ e, open }) {
  return (
    <>
      {e.draft.plans.length > 1 && <PlanSelect plans={e.draft.plans} index={e.index} setIndex={e.setIndex} />}
      <Button icon={CalendarPlus} onClick={() => open({ split: true })} off={isEmpty([e.plan])}>
        {t('availability.split')}
      </Button>
    </>
  );
}

/* dialog: { split }, { exception, old }, { orphans, look } or { orphaned } */
function Dialogs({ e, dialog, close }) {
  const about = { zone: e.zone, doctors: e.doctors, services: e.services, withDoctor: e.others.length > 0 };
  const then =
    (run) =>
    (...args) => {
      close();
      run(...args);
    };
  if (dialog.split) return <SplitDialog plan={e.plan} today={e.today} onSplit={then(e.split)} onClose={close} />;
  if (dialog.exception)
    return (
      <ExceptionDialog
        {...{ begin: dialog.exception, edited: Boolean(dialog.old), zone: e.zone, today: e.today, touched: e.touched }}
        everyone={e.others.length > 0}
        onDone={then((made) => e.putException(made, dialog.old))}
        onClose={close}
      />
    );
  if (dialog.orphans)
    return (
      <OrphanDialog visits={e.lost} saving={!dialog.look} {...about} onClose={close} onSave={then(e.saving.save)} />
    );
  return <OrphanDialog visits={e.orphaned} {...about} onClose={close} />;
}
