/*
 * drag.js - carrying a visit with the pointer.
 *
 * A mouse lifts it after a few pixels, a finger after resting on it: until
 * then the finger scrolls the page.  This file knows elements and pixels and
 * nothing of times; what a place means is the caller's.
 */
import { useEffect, useRef } from 'preact/hooks';

const SLIP = 5; /* px a mouse moves before it lifts */
const REST_MS = 350; /* a finger rests so long */
const EDGE = 64; /* px from the edge where the page begins to scroll */

/*
 *   root  ref of the element that holds columns ([data-column]) and visits
 *         ([data-visit], [data-movable] when it may be moved)
 *   on    { lift(id), hover({ column, y }), drop(), cancel() }; y is where the
 *         top of the visit is in its column
 */
export function useDrag(root, on) {
  const latest = useRef(on);
  latest.current = on;

  useEffect(() => {
    const drag = dragger(root.current, latest);
    return () => drag.off();
  }, []);
}

function dragger(root, latest) {
  let grip = null; // what is pressed: { id, button, x, y, top, touch, lifted, timer }
  let swallow = false;
  let frame = 0;
  let point = null;

  function lift() {
    grip.lifted = true;
    clearTimeout(grip.timer);
    try {
      grip.button.setPointerCapture(grip.pointer);
    } catch {
      /* the finger has just left */
    }
    root.classList.add('is-dragging');
    if (grip.touch) navigator.vibrate?.(15);
    latest.current.lift(grip.id);
    scrollAtEdges();
  }

  function hover({ x, y }) {
    const columns = [...root.querySelectorAll('[data-column]')];
    const boxes = columns.map((c) => c.getBoundingClientRect());
    let at = boxes.findIndex((b) => x < b.right);
    if (at < 0) at = boxes.length - 1;
    latest.current.hover({ column: columns[at].dataset.column, y: y - grip.top - boxes[at].top });
  }

  function scrollAtEdges() {
    frame = requestAnimationFrame(() => {
      if (!grip?.lifted) return;
      const up = EDGE - point.y;
      const down = point.y - (innerHeight - EDGE);
      const by = up > 0 ? -up / 6 : Math.max(0, down) / 6;
      if (by) {
        scrollBy(0, by);
        hover(point);
      }
      scrollAtEdges();
    });
  }

  function end() {
    clearTimeout(grip?.timer);
    cancelAnimationFrame(frame);
    root.classList.remove('is-dragging');
    const was = grip;
    grip = null;
    return was;
  }

  const listeners = {
    pointerdown(event) {
      swallow = false;
      const button = event.target.closest('[data-movable]');
      if (!button || event.button !== 0 || !event.isPrimary) return;
      const touch = event.pointerType !== 'mouse';
      point = { x: event.clientX, y: event.clientY };
      grip = {
        id: button.dataset.visit,
        button,
        touch,
        pointer: event.pointerId,
        lifted: false,
        ...point,
        top: event.clientY - button.getBoundingClientRect().top,
        timer: touch ? setTimeout(lift, REST_MS) : 0,
      };
    },
    pointermove(event) {
      if (!grip) return;
      point = { x: event.clientX, y: event.clientY };
      if (!grip.lifted && Math.hypot(point.x - grip.x, point.y - grip.y) > SLIP) {
        if (grip.touch) end();
        else lift();
      }
      if (grip?.lifted) hover(point);
    },
    pointerup() {
      if (end()?.lifted) {
        swallow = true;
        latest.current.drop();
      }
    },
    pointercancel() {
      if (end()?.lifted) latest.current.cancel();
    },
    touchmove(event) {
      if (grip?.lifted) event.preventDefault();
    },
    contextmenu(event) {
      if (grip?.touch) event.preventDefault();
    },
    // The click that ends a drag opens nothing.
    click(event) {
      if (!swallow) return;
      swallow = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  const escape = (event) => {
    if (event.key !== 'Escape' || !grip?.lifted) return;
    event.stopPropagation();
    swallow = true;
    end();
    latest.current.cancel();
  };

  for (const [name, listener] of Object.entries(listeners))
    root.addEventListener(name, listener, { capture: true, passive: false });
  addEventListener('keydown', escape, true);
  return {
    off() {
      end();
      for (const [name, listener] of Object.entries(listeners))
        root.removeEventListener(name, listener, { capture: true });
      removeEventListener('keydown', escape, true);
    },
  };
}
