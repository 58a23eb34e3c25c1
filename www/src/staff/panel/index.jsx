/*
 * panel - one appointment: its fields, the steps that its status has, and what
 * to do when somebody else was faster.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { CalendarX, SearchX } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { Button, Empty, Skeleton } from '../../common/ui.jsx';
import { Editor } from './editor.jsx';
import { CloseButton } from './parts.jsx';

/** props as a page's, and id, onClose. The row comes from the store, or from the server when it lies outside of that. */
export function Panel({ id, store, onClose, ...props }) {
  const near = store.row(id);
  const { row: far, failed, again, put } = useFar(id, !near);
  const row = near ?? far;
  const title = row ? undefined : t('panel.title');
  if (row)
    return <Editor row={row} put={near ? () => {} : put} store={store} onClose={onClose} {...props} />;
  return (
    <aside class="panel" aria-label={title}>
      <div class="panel__head"><span class="grow" /><CloseButton onClose={onClose} /></div>
      {!failed ? <div class="panel__body"><Skeleton lines={5} block /></div>
        : failed.status === 404 || failed.status === 400
          ? <Empty level="h2" icon={SearchX} title={t('panel.goneTitle')} text={t('panel.goneText')}><Button onClick={onClose}>{t('panel.toList')}</Button></Empty>
          : <Empty level="h2" error icon={CalendarX} title={t('panel.brokenTitle')} text={t('staff.brokenText')}><Button onClick={again}>{t('common.retry')}</Button></Empty>}
    </aside>
  );
}

/* A row that is not in the store: asked for once, and after each try again. */
function useFar(id, wanted) {
  const [state, setState] = useState({});
  const tries = useRef(0);
  const ask = async () => {
    const mine = ++tries.current;
    setState({});
    try {
      const { appointment } = await api('GET', `/api/appointments/${encodeURIComponent(id)}`);
      if (mine === tries.current)
        setState({ row: appointment });
    } catch (failed) {
      if (mine === tries.current)
        setState({ failed });
    }
  };
  useEffect(() => {
    if (wanted)
      ask();
    return () => { tries.current++; };
  }, [id, wanted]);
  return { ...state, again: ask, put: (row) => setState({ row }) };
}
