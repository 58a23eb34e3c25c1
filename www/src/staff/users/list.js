/*
 * list.js - a list of the server's, asked for anew after each step.
 */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../common/api.js';

/** { items, failed, again, put }; every: seconds after which to ask again, while somebody looks. put(row) replaces one. */
export function useList(path, { every } = {}) {
  const [state, setState] = useState({});
  const again = () => api('GET', path).then(({ items }) => setState({ items }), (failed) => setState((was) => ({ ...was, failed })));
  useEffect(() => {
    again();
    if (!every)
      return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), every * 1000);
    return () => clearInterval(timer);
  }, [path]);
  const put = (row) => setState((was) => ({ ...was, items: was.items?.map((one) => (one.id === row.id ? row : one)) }));
  return { ...state, again, put };
}
