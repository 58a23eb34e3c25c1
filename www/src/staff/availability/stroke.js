/*
 * stroke.js - painting cells with the pointer.
 *
 * A mouse paints from where it is pressed to where it is let go.  A finger
 * taps one cell, or rests on it and then paints; until then it scrolls.
 */
import { useEffect, useRef } from 'preact/hooks';

const REST_MS = 300;
const SLIP = 8;

const cellOf = (x, y) => {
  const { day, row } = document.elementFromPoint(x, y)?.closest('[data-day]')?.dataset ?? {};
  return day ? { day: +day, row: +row } : null;
};

/* The rectangle between two cells. */
const between = (a, b) => ({
  first: Math.min(a.day, b.day),
  last: Math.max(a.day, b.day),
  top: Math.min(a.row, b.row),
  bottom: Math.max(a.row, b.row),
});

/*
 *   root  ref of the table whose cells carry data-day and data-row
 *   on    { show(area | null), paint(area), tap(cell) }
 */
export function useStroke(root, on) {
  const latest = useRef(on);
  latest.current = on;

  useEffect(() => {
    const table = root.current;
    let stroke = null;

    const begin = () => {
      stroke.on = true;
      latest.current.show(between(stroke.from, stroke.from));
    };
    const end = () => {
      clearTimeout(stroke?.timer);
      stroke = null;
      latest.current.show(null);
    };
    const listeners = {
      pointerdown(event) {
        const from = event.button === 0 && event.isPrimary ? cellOf(event.clientX, event.clientY) : null;
        if (!from) return;
        const touch = event.pointerType !== 'mouse';
        stroke = { from, to: from, touch, x: event.clientX, y: event.clientY, on: false };
        if (touch) stroke.timer = setTimeout(begin, REST_MS);
        else begin();
      },
      touchmove(event) {
        if (stroke?.on) event.preventDefault();
      },
      contextmenu(event) {
        if (stroke?.touch) event.preventDefault();
      },
      // What the pointer did is done; a click without one (a screen reader's) toggles.
      click(event) {
        if (event.detail > 0 && event.target.closest('[data-day]')) event.preventDefault();
      },
    };
    const move = (event) => {
      if (!stroke) return;
      if (!stroke.on && Math.hypot(event.clientX - stroke.x, event.clientY - stroke.y) > SLIP) {
        end();
        return;
      }
      stroke.to = cellOf(event.clientX, event.clientY) ?? stroke.to;
      if (stroke.on) latest.current.show(between(stroke.from, stroke.to));
    };
    const up = () => {
      if (!stroke) return;
      const { on: painting, from, to } = stroke;
      end();
      if (painting) latest.current.paint(between(from, to));
      else latest.current.tap(from);
    };
    const escape = (event) => {
      if (event.key === 'Escape' && stroke) end();
    };
    const outside = { pointermove: move, pointerup: up, pointercancel: end, keydown: escape };

    for (const [name, listener] of Object.entries(listeners))
      table.addEventListener(name, listener, { passive: false });
    for (const [name, listener] of Object.entries(outside)) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) table.removeEventListener(name, listener);
      for (const [name, listener] of Object.entries(outside)) removeEventListener(name, listener);
    };
  }, []);
}
