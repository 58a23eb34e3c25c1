/*
 * pick - one of a long list, found by typing: a combobox as the ARIA guide
 * describes it.  Arrows choose, Enter takes, Escape leaves it as it was.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../../common/i18n.js';

const MOST = 60;

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/* By name and code first; the note of a zone is long to make, so only what is not found otherwise is looked for there. */
function found(options, typed) {
  const wanted = plain(typed.trim());
  const fits = options.filter((one) => plain(`${one.name} ${one.value}`).includes(wanted));
  return (fits.length > 0 || wanted.length < 3 ? fits : options.filter((one) => plain(one.note).includes(wanted))).slice(0, MOST);
}

/* Before anything is typed: the neighbours of what is chosen. */
function around(options, own) {
  const from = Math.max(0, Math.min(options.indexOf(own) - 2, options.length - MOST));
  return options.slice(from, from + MOST);
}

/** options: [{ value, name, note }]; other attributes go to the input. */
export function Pick({ label, options, value, onChange, ...rest }) {
  const [typed, setTyped] = useState(null); /* null: closed */
  const [at, setAt] = useState(0);
  const list = useId();
  const box = useRef();
  const own = options.find((one) => one.value === value);
  const shown = typed === null ? [] : typed === '' ? around(options, own) : found(options, typed);

  useEffect(() => box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [at, typed]);

  const open = (text) => {
    setTyped(text);
    setAt(text === '' ? Math.max(0, around(options, own).indexOf(own)) : 0);
  };
  const take = (one) => {
    setTyped(null);
    if (one && one.value !== value)
      onChange(one.value);
  };
  const keys = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      if (typed === null)
        open('');
      else
        setAt((at + by + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter' && typed !== null) {
      event.preventDefault();
      take(shown[at]);
    } else if (event.key === 'Escape' && typed !== null) {
      event.preventDefault();
      setTyped(null);
    }
  };
  return (
    <div class="combo">
      <input {...rest} class="input" type="text" role="combobox" autocomplete="off" spellcheck={false} aria-expanded={shown.length > 0 ? 'true' : 'false'} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={shown[at] ? `${list}-${at}` : undefined} value={typed ?? own?.name ?? value} placeholder={own?.name}
        onKeyDown={keys} onFocus={(event) => event.currentTarget.select()} onClick={() => typed === null && open('')} onBlur={() => setTyped(null)} onInput={(event) => open(event.currentTarget.value)} />
      <ul class="combo__list menu" id={list} ref={box} role="listbox" aria-label={label} hidden={typed === null}>
        {shown.map((one, i) => (
          <li key={one.value} id={`${list}-${i}`} role="option" aria-selected={i === at ? 'true' : 'false'} onPointerDown={(event) => { event.preventDefault(); take(one); }}>
            <span class="medium">{one.name}</span><span class="muted num">{one.note}</span>
          </li>
        ))}
        {typed !== null && shown.length === 0 && <li class="muted" role="option" aria-selected="false" aria-disabled="true">{t('clinic.nothingFound')}</li>}
      </ul>
    </div>
  );
}
