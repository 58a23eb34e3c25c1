// What floats above a page: dialogs, toasts, and the voice for screen readers.
import { useEffect, useId, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { CircleCheck, X } from 'lucide';
import { Button, Icon } from './ui.jsx';
import { t } from './i18n.js';

/**
 * A native modal dialog, there as long as it is rendered.  onClose is called for Escape too; foot holds the buttons.
 * The element gives focus back to where it was.
 */
export function Dialog({ title, onClose, children, foot, class: more }) {
  const box = useRef();
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose?.();
  };
  return (
    <dialog ref={box} class={['dialog', more].filter(Boolean).join(' ')} aria-labelledby={id} onCancel={cancel}>
      <div class="dialog__head">
        <h2 id={id}>{title}</h2>
      </div>
      <div class="dialog__body">{children}</div>
      {foot && <div class="dialog__foot">{foot}</div>}
    </dialog>
  );
}

const toasts = signal([]);
let last = 0;

/** A short line that goes away by itself. action: {label, run}, e.g. Undo; for: milliseconds, 0 = until closed. */
export function toast(text, { icon = CircleCheck, action, for: ms = 6000 } = {}) {
  const id = ++last;
  const close = () => {
    toasts.value = toasts.value.filter((one) => one.id !== id);
  };
  toasts.value = [...toasts.value.slice(-2), { id, text, icon, action, close }];
  if (ms) setTimeout(close, ms);
  return close;
}

/** Once on a page, near the end of the body. */
export function ToastHost() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map((one) => (
        <div class="toast arrives" key={one.id}>
          <Icon of={one.icon} />
          <span>{one.text}</span>
          {one.action && (
            <Button
              kind="quiet"
              small
              onClick={() => {
                one.close();
                one.action.run();
              }}
            >
              {one.action.label}
            </Button>
          )}
          <Button kind="icon" small icon={X} label={t('common.close')} onClick={one.close} />
        </div>
      ))}
    </div>
  );
}

const voices = {};

/** Say something to screen readers without showing it.  urgent interrupts; use it for refusals only. */
export function announce(text, { urgent = false } = {}) {
  const how = urgent ? 'assertive' : 'polite';
  if (!voices[how]) {
    voices[how] = document.createElement('div');
    voices[how].className = 'visually-hidden';
    voices[how].setAttribute('aria-live', how);
    document.body.append(voices[how]);
  }
  // The same text twice is no change to a live region: empty it first.
  voices[how].textContent = '';
  setTimeout(() => {
    voices[how].textContent = text;
  }, 50);
}
