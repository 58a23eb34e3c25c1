/*
 * draft.js - a row of the server's while somebody changes it.
 *
 * Only what differs is sent.  When somebody else was faster, what was typed
 * stays, beside what they made of it, and the next save counts from there.
 */
import { useRef, useState } from 'preact/hooks';
import { renewClinic } from '../session.js';

/* Between a row and a control: what stands there, and what is meant by it. */
export const text = { show: (value) => value ?? '', read: (typed) => typed.trim() };
export const number = { show: (value) => String(value ?? ''), read: Number };
export const flag = { show: Boolean, read: Boolean };
export const choice = { show: (value) => String(value ?? ''), read: (typed) => typed };

/* Minor units (paise) are typed as the money that people know. */
export function money(currency) {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  return {
    digits,
    show: (minor) => (minor / 10 ** digits).toFixed(minor % 10 ** digits ? digits : 0),
    read: (typed) => Math.round(Number(typed.replace(',', '.')) * 10 ** digits),
  };
}

/**
 * row: as it was when it was opened, without a version for a new one.
 * fields: { name: text | number | … }.  send(members) saves, done(answer) hears of it.
 */
export function useDraft(row, fields, { send, done }) {
  const form = useRef();
  const [{ base, before }, setBase] = useState({ base: row });
  const [typed, setTyped] = useState({});
  const [state, setState] = useState({ wrong: [] });

  const shown = (of, name) => fields[name].show(of[name]);
  const value = (name) => typed[name] ?? shown(base, name);
  const differs = (name) => fields[name].read(value(name)) !== fields[name].read(shown(base, name));
  const set = (name, next) => setTyped((was) => ({ ...was, [name]: next }));

  function membersOf() {
    const names = Object.keys(fields).filter((name) => !base.version || differs(name));
    return Object.fromEntries(names.map((name) => [name, fields[name].read(value(name))]));
  }

  function refuse(wrong, more) {
    setState({ wrong, ...more });
    requestAnimationFrame(() => form.current?.querySelector('[aria-invalid="true"]')?.focus());
  }

  /* Resolves to whether it has been saved. */
  async function submit(event) {
    event?.preventDefault();
    if (state.busy)
      return false;
    const wrong = [...form.current.elements].filter((one) => one.name && !one.validity.valid).map((one) => one.name);
    if (wrong.length > 0) {
      refuse(wrong);
      return false;
    }
    const members = membersOf();
    setState({ wrong: [], busy: true });
    try {
      const answer = base.version && Object.keys(members).length === 0 ? null : await send({ ...(base.version && { version: base.version }), ...members });
      setState({ wrong: [] });
      await done(answer);
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  function failed(error) {
    const { current } = error.body ?? {};
    if (error.code === 'VERSION_CONFLICT' && current) {
      setBase({ base: current, before: base });
      setState({ wrong: [], stale: true });
      renewClinic().catch(() => {}); /* for what stands behind the dialog */
      return;
    }
    const wrong = (error.details ?? []).map(({ field }) => field).filter((name) => name in fields);
    refuse(wrong, wrong.length > 0 ? {} : { error });
    if (!error.code)
      console.error(error);
  }

  /** What somebody else has made of it meanwhile, where that is not what stands here; else null. */
  const theirs = (name) => (state.stale && shown(base, name) !== shown(before, name) && differs(name) ? shown(base, name) : null);
  /** After a save the form goes on from what the server has now. */
  const reset = (next) => {
    setBase({ base: next });
    setTyped({});
    setState({ wrong: [] });
  };
  return { form, value, set, submit, theirs, reset, isClean: !Object.keys(fields).some(differs), isWrong: (name) => state.wrong.includes(name), ...state };
}

/** Attributes of an input, select or textarea for one of its fields. */
export const bound = (draft, name) => ({ name, value: draft.value(name), onInput: (event) => draft.set(name, event.currentTarget.value) });
