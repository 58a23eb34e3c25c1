// The times of a day are one stop for the Tab key; inside, the arrows move as the eye does.

/** The button nearest to `from` in the next row of that direction. */
function inNextRow(buttons, from, down) {
  const at = from.getBoundingClientRect();
  const middle = at.left + at.width / 2;
  const rows = buttons
    .map((button) => ({ button, box: button.getBoundingClientRect() }))
    .filter(({ box }) => (down ? box.top > at.top + 1 : box.top < at.top - 1));
  if (!rows.length) return null;
  const tops = rows.map(({ box }) => box.top);
  const top = down ? Math.min(...tops) : Math.max(...tops);
  const row = rows.filter(({ box }) => Math.abs(box.top - top) < 2);
  const away = ({ box }) => Math.abs(box.left + box.width / 2 - middle);
  return row.reduce((best, one) => (away(one) < away(best) ? one : best)).button;
}

/** A keydown inside `box`: moves the focus between its buttons. */
export function arrows(event, box) {
  const buttons = [...box.querySelectorAll('button')];
  const i = buttons.indexOf(document.activeElement);
  if (i < 0) return;
  const to = {
    ArrowRight: () => buttons[i + 1],
    ArrowLeft: () => buttons[i - 1],
    ArrowDown: () => inNextRow(buttons, buttons[i], true),
    ArrowUp: () => inNextRow(buttons, buttons[i], false),
    Home: () => buttons[0],
    End: () => buttons.at(-1),
  }[event.key]?.();
  if (to) {
    event.preventDefault();
    to.focus();
  }
}
