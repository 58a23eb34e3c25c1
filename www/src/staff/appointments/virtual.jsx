/*
 * virtual.jsx - a table of thousands of rows of which only those in sight are
 * drawn.  Heights are fixed and known (staff.css has the same), so where each
 * row stands is a sum and not a measurement.
 *
 * The head of the day that is cut off at the top is drawn as well: it sticks.
 */
import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

export const ROW = 57;
export const HEAD = 36;
const MORE = 6; /* rows drawn beyond what is seen */

const heightOf = (item) => (item.row ? ROW : HEAD);

function tops(items) {
  const at = new Float64Array(items.length + 1);
  for (let i = 0; i < items.length; i++)
    at[i + 1] = at[i] + heightOf(items[i]);
  return at;
}

/* The item that covers a height. */
function itemAt(at, y) {
  let low = 0;
  let high = at.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/* The last head at or before an item. */
function headBefore(items, index) {
  for (let i = index; i >= 0; i--)
    if (!items[i].row)
      return i;
  return -1;
}

/** draw(item, index): a <tr>. handle.current: { show(index) } brings an item into sight. */
export function VirtualTable({ items, columns, head, caption, draw, handle }) {
  const box = useRef();
  const [view, setView] = useState({ top: 0, height: 800 });
  const at = useMemo(() => tops(items), [items]);

  const look = () => {
    if (!box.current)
      return;
    const { scrollTop, clientHeight } = box.current;
    setView((old) => (Math.abs(old.top - scrollTop) < HEAD / 2 && old.height === clientHeight ? old : { top: scrollTop, height: clientHeight }));
  };
  useLayoutEffect(look, [items]);
  useEffect(() => {
    const seen = new ResizeObserver(look);
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  useImperativeHandle(handle, () => ({
    show(index) {
      const { scrollTop, clientHeight } = box.current;
      const top = at[index] - HEAD * 2; /* the table's head and the day's stick */
      if (top < scrollTop)
        box.current.scrollTop = Math.max(0, top);
      else if (at[index + 1] + HEAD > scrollTop + clientHeight)
        box.current.scrollTop = at[index + 1] + HEAD - clientHeight;
      look();
    },
  }), [at]);

  const first = Math.max(0, itemAt(at, view.top) - MORE);
  const last = Math.min(items.length - 1, itemAt(at, view.top + view.height) + MORE);
  const pinned = items.length > 0 ? headBefore(items, itemAt(at, view.top)) : -1;
  const gap = (from, to, key) => (to > from ? <tr class="gap" key={key} aria-hidden="true"><td colSpan={columns.length} style={{ height: `${to - from}px` }} /></tr> : null);

  const body = [];
  if (pinned >= 0 && pinned < first) {
    body.push(gap(0, at[pinned], 'gap-0'), draw(items[pinned], pinned), gap(at[pinned + 1], at[first], 'gap-1'));
  } else if (items.length > 0) {
    body.push(gap(0, at[first], 'gap-0'));
  }
  for (let i = first; i <= last; i++)
    body.push(draw(items[i], i));
  if (items.length > 0)
    body.push(gap(at[last + 1], at[items.length], 'gap-2'));

  return (
    <div class="list__scroll" ref={box} onScroll={look}>
      <table class="table table--rows" aria-rowcount={items.length + 1}>
        <caption class="visually-hidden">{caption}</caption>
        <colgroup>{columns.map((name) => <col key={name} class={`col-${name}`} />)}</colgroup>
        <thead>{head}</thead>
        <tbody>{body}</tbody>
      </table>
    </div>
  );
}
