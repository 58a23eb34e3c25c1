// The small pieces that every page is made of.  They carry their state in attributes that assistive technology knows as
// well (see styles/components.css), so a page cannot look right and be wrong.
import { useId } from 'preact/hooks';
import {
  Armchair,
  CalendarCheck,
  Check,
  CircleAlert,
  CircleCheck,
  CloudOff,
  Hourglass,
  Inbox,
  Info,
  LoaderCircle,
  Stethoscope,
  TriangleAlert,
  UserX,
  X,
} from 'lucide';
import { t } from './i18n.js';
import { initials } from './names.js';

export { initials };
export { Dialog, toast, ToastHost, announce } from './overlay.jsx';

/** An icon of lucide, inlined: <Icon of={Check}/>.  size: 's' 16, 'l' 32, else 20 pixels.  Decoration unless labelled. */
export function Icon({ of, size, label, class: more }) {
  const name = ['icon', size && `icon--${size}`, more].filter(Boolean).join(' ');
  const voice = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  return (
    <svg class={name} viewBox="0 0 24 24" {...voice}>
      {of.map(([Tag, attrs], i) => (
        <Tag key={i} {...attrs} />
      ))}
    </svg>
  );
}

/**
 * kind: primary, soft, quiet, danger, danger-quiet, icon (then label names it).  With href it is a link.
 * busy: works on it, cannot be pressed.  off: cannot be pressed now but can be found, for its reason stands beside it.
 */
export function Button({
  kind,
  small,
  wide,
  icon,
  busy,
  off,
  label,
  href,
  type = 'button',
  class: more,
  children,
  onClick,
  ...rest
}) {
  const name = ['btn', kind && `btn--${kind}`, small && 'btn--small', wide && 'btn--wide', more]
    .filter(Boolean)
    .join(' ');
  const shown = busy ? LoaderCircle : icon;
  const inside = (
    <>
      {shown && <Icon of={shown} />}
      {children}
    </>
  );
  const dead = busy || off;
  const state = {
    'aria-label': label,
    'aria-busy': busy ? 'true' : undefined,
    'aria-disabled': dead ? 'true' : undefined,
  };
  if (href)
    return (
      <a class={name} href={href} onClick={onClick} {...state} {...rest}>
        {inside}
      </a>
    );
  const press = (event) => {
    if (dead) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button class={name} type={type} onClick={press} {...state} {...rest}>
      {inside}
    </button>
  );
}

/** A label (with `beside` at its other end), a control, a hint, an error: <Field label=…>{(a) => <input class="input" {...a}/>}</Field> */
export function Field({ label, hint, error, optional, id: given, class: more, children, beside }) {
  const made = useId();
  const id = given ?? made;
  const about = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  return (
    <div class={['field', more].filter(Boolean).join(' ')}>
      <div class="field__head">
        <label for={id}>
          {label}
          {optional && (
            <>
              {' '}
              <span class="optional">{t('common.optional')}</span>
            </>
          )}
        </label>
        {beside}
      </div>
      {children({ id, 'aria-describedby': about, 'aria-invalid': error ? 'true' : undefined })}
      {error && (
        <p class="field__error" id={`${id}-error`}>
          <Icon of={CircleAlert} size="s" />
          {error}
        </p>
      )}
      {hint && (
        <p class="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

const bannerIcons = {
  info: Info,
  warning: TriangleAlert,
  danger: CircleAlert,
  success: CircleCheck,
  mine: Info,
  plain: Info,
};

/** kind: info, warning, danger, success, mine, plain.  alert: read out at once, for refusals only. */
export function Banner({ kind = 'info', icon = bannerIcons[kind], title, alert, children, action, ...rest }) {
  return (
    <div class={`banner${kind === 'info' ? '' : ` banner--${kind}`}`} role={alert ? 'alert' : 'status'} {...rest}>
      <Icon of={icon} />
      <div class="banner__text">
        {title && <p class="banner__title">{title}</p>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** Nothing there, or nothing to be had (error); children are what to do next. */
export function Empty({ icon, title, text, error, level: Heading = 'h3', children }) {
  return (
    <div class={`empty${error ? ' empty--error' : ''}`}>
      <span class="empty__art">
        <Icon of={icon ?? (error ? CloudOff : Inbox)} size="l" />
      </span>
      <Heading>{title}</Heading>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

/** Grey lines while something loads; says so once to who cannot see them. */
export function Skeleton({ lines = 3, block, label = t('common.loading'), class: more }) {
  const widths = ['w-80', 'w-60', 'w-40'];
  return (
    <div class={['stack stack--1', more].filter(Boolean).join(' ')} aria-busy="true">
      <p class="visually-hidden" role="status">
        {label}
      </p>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class={block ? 'skeleton skeleton--block' : `skeleton skeleton--line ${widths[i % 3]}`} />
      ))}
    </div>
  );
}

const statusIcons = {
  lead: Inbox,
  requested: Hourglass,
  confirmed: CalendarCheck,
  checked_in: Armchair,
  in_progress: Stethoscope,
  completed: Check,
  cancelled: X,
  no_show: UserX,
};

export const statusIcon = (status) => statusIcons[status];
export const statusWord = (status) => t(`common.status_${status}`);

/** A status is a colour, an icon and a word; word: another than the staff's. */
export function Badge({ status, word = statusWord(status) }) {
  return (
    <span class="badge" data-status={status}>
      <Icon of={statusIcons[status]} size="s" />
      {word}
    </span>
  );
}

/** Who it is stands beside it in words. size: 's' 24, 'l' 48, else 32 pixels. person: 1 to 4 gives a hue. */
export function Avatar({ name, icon, size, person }) {
  const names = ['avatar', size && `avatar--${size}`, person && `person-${person}`].filter(Boolean).join(' ');
  return (
    <span class={names} aria-hidden="true">
      {icon ? <Icon of={icon} /> : initials(name)}
    </span>
  );
}
