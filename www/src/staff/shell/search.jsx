/*
 * search.jsx - the search in the top bar.  On the list it filters while one
 * types; elsewhere Enter goes there.
 */
import { useEffect, useRef } from 'preact/hooks';
import { Search as Glass } from 'lucide';
import { t } from '../../common/i18n.js';
import { Icon } from '../../common/ui.jsx';
import { navigate, place } from './router.js';

const LIST = '/staff/appointments';
const box = { current: null };

export function focusSearch() {
  box.current?.focus();
  box.current?.select();
}

function go(text, options) {
  const { path, query } = place.peek();
  const onList = path === LIST || path.startsWith(`${LIST}/`);
  const next = new URLSearchParams(onList ? query : {});
  if (text.trim())
    next.set('q', text.trim());
  else
    next.delete('q');
  const rest = next.toString();
  return navigate(LIST + (rest && `?${rest}`), options);
}

export function Search() {
  const input = useRef();
  const q = place.value.query.get('q') ?? '';
  box.current = input.current;
  useEffect(() => {
    box.current = input.current;
    if (document.activeElement !== input.current)
      input.current.value = q;
  }, [q]);
  const onList = place.value.path.startsWith(LIST);
  const clear = (event) => {
    if (event.key !== 'Escape')
      return;
    event.currentTarget.value = '';
    if (onList)
      go('', { replace: true });
    event.currentTarget.blur();
  };
  return (
    <form class="field--icon" role="search" onSubmit={(e) => { e.preventDefault(); go(input.current.value); }}>
      <label class="visually-hidden" for="q">{t('staff.search')}</label>
      <Icon of={Glass} />
      <input ref={input} class="input" id="q" type="search" autocomplete="off" placeholder={t('staff.search')} defaultValue={q}
        onInput={(e) => onList && go(e.currentTarget.value, { replace: true })} onKeyDown={clear} />
      <kbd class="only-wide" aria-hidden="true">/</kbd>
    </form>
  );
}
