/*
 * parts - what the three tabs have in common: a line of a form, what went
 * wrong above it, the switch that takes somebody off the site, the order.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { ArrowDown, ArrowUp, CircleAlert, EyeOff } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { announce, Banner, Button, Dialog, Field, Icon } from '../../common/ui.jsx';
import { renewClinic, session } from '../session.js';
import { errorWords, tellRefusal } from '../tell.js';

/** children(attributes) is the control; words: how a value of somebody else's is written. */
export function Line({ draft, name, label = t(`clinic.${name}`), hint, optional, words = (value) => value, children }) {
  const theirs = draft.theirs(name);
  return (
    <Field label={label} optional={optional} error={draft.isWrong(name) ? t(`clinic.wrong_${name}`) : undefined}
      hint={theirs === null ? hint : t('clinic.theirs', { value: words(theirs) || '–' })}>{children}</Field>
  );
}

export function Refused({ draft }) {
  if (draft.stale)
    return <Banner kind="warning" alert title={t('clinic.changed')}>{t('clinic.changedText')}</Banner>;
  return draft.error ? <Banner kind="danger" icon={CircleAlert} alert title={errorWords(draft.error)} /> : null;
}

export function RowDialog({ draft, title, act, class: more, onClose, children }) {
  return (
    <Dialog class={more} title={title} onClose={onClose}
      foot={<><Button onClick={onClose}>{t('common.cancel')}</Button><Button kind="primary" busy={draft.busy} onClick={draft.submit}>{act}</Button></>}>
      <form class="stack stack--2" ref={draft.form} onSubmit={draft.submit} noValidate>
        <Refused draft={draft} />
        {children}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

export function Check({ draft, name, off, label, hint }) {
  const value = draft.value(name);
  return (
    <div class="stack stack--half">
      <label class="check"><input type="checkbox" name={name} checked={off ? !value : value} aria-describedby={`${name}-about`} onChange={(event) => draft.set(name, event.currentTarget.checked !== Boolean(off))} />{label}</label>
      <p class="field__hint check__hint" id={`${name}-about`}>{hint}</p>
    </div>
  );
}

export const Hidden = () => <span class="badge" data-status="cancelled"><Icon of={EyeOff} size="s" />{t('clinic.hidden')}</span>;

/* Moving rows one at a time: a second press waits for the answer to the first. */
export function useMoves(kind) {
  const queue = useRef(Promise.resolve());
  const step = async (id, by) => {
    const list = session.peek()[kind];
    const at = list.findIndex((one) => one.id === id);
    const to = at + by;
    if (at < 0 || to < 0 || to >= list.length)
      return;
    try {
      await api('PATCH', `/api/${kind}/${id}`, { body: { version: list[at].version, position: to + 1 } });
      announce(t('clinic.moved', { name: list[at].name, n: to + 1, of: list.length }));
    } catch (error) {
      tellRefusal(error);
    }
    await renewClinic().catch(() => {});
  };
  return (id, by) => {
    queue.current = queue.current.then(() => step(id, by));
  };
}

/** Two buttons; whoever pressed one still has it under their hands when the row is in its new place. */
export function Order({ row, index, count, onMove }) {
  const pressed = useRef(null);
  useLayoutEffect(() => {
    if (document.activeElement === document.body)
      pressed.current?.focus();
    pressed.current = null;
  }, [index]);
  const move = (by) => (event) => {
    pressed.current = event.currentTarget;
    onMove(row.id, by);
  };
  const { name } = row;
  return (
    <div class="order">
      <Button kind="icon" small icon={ArrowUp} label={t('clinic.up', { name })} off={index === 0} onClick={move(-1)} />
      <Button kind="icon" small icon={ArrowDown} label={t('clinic.down', { name })} off={index === count - 1} onClick={move(1)} />
    </div>
  );
}
