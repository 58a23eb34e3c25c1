/*
 * axis.js - the minutes of a day on the height of the page.
 *
 * The hours in which nobody works and nothing stands are folded into one
 * row, so the map from minute to pixel is a chain of straight pieces.  All
 * columns beside each other share one axis.
 */

export const DAY = 24 * 60;
export const FOLD = 40; /* px: what is left of a folded stretch */
const QUARTER = 28; /* px: 15 minutes, tokens.css --quarter */
const WORTH_FOLDING = 60; /* minutes: a shorter gap stays open */

/* Merge spans that touch, overlap or leave a gap shorter than `gap`. */
export function merge(spans, gap = 0) {
  const merged = [];

  for (const s of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && s.from - last.to <= gap) last.to = Math.max(last.to, s.to);
    else merged.push({ from: s.from, to: s.to });
  }
  return merged;
}

/*
 * The height of a minute.  The shortest slot of those shown keeps a target
 * of 24 pixels, down to slots of ten minutes; below that it would scroll
 * for ever.
 */
export function scale(slotMinutes) {
  return QUARTER / Math.min(15, Math.max(10, slotMinutes));
}

/*
 * The pieces of an axis.
 *
 *   spans    [{ from, to }] in minutes: what has to be seen
 *   perMinute  px, see scale()
 *   open     shows the folded stretches too: a Set of their `from`, or "all"
 *   returns  { pieces: [{ from, to, top, height, folded }], height }
 */
export function axis(spans, perMinute, open = new Set()) {
  const seen = merge(spans.map(toHalfHours), WORTH_FOLDING - 1);
  const pieces = [];
  let top = 0;

  const add = (from, to, foldable) => {
    const folded = foldable && open !== 'all' && !open.has(from);
    const height = folded ? FOLD : (to - from) * perMinute;
    pieces.push({ from, to, top, height, folded });
    top += height;
  };

  if (seen.length === 0) seen.push({ from: 9 * 60, to: 17 * 60 });
  let last = null;
  for (const s of outward(seen, open)) {
    if (last !== null && s.from > last) add(last, s.from, true);
    add(s.from, s.to, false);
    last = s.to;
  }
  return { pieces, height: top };
}

function toHalfHours({ from, to }) {
  return {
    from: Math.max(0, Math.floor(from / 30) * 30),
    to: Math.min(DAY, Math.ceil(to / 30) * 30),
  };
}

/* With everything open there are two hours more before and after. */
function outward(seen, open) {
  if (open !== 'all') return seen;
  return [
    { from: Math.max(0, seen[0].from - 120), to: seen[0].from },
    ...seen,
    { from: seen.at(-1).to, to: Math.min(DAY, seen.at(-1).to + 120) },
  ].filter((s) => s.to > s.from);
}

/* The pixel of a minute; what lies outside stands at the edge. */
export function pixel({ pieces, height }, minute) {
  const first = pieces[0];

  if (minute <= first.from) return 0;
  const piece = pieces.find((p) => minute < p.to);
  if (!piece) return height;
  return piece.top + ((minute - piece.from) * piece.height) / (piece.to - piece.from);
}

/* The minute of a pixel, and whether it lies in a folded stretch. */
export function minuteAt({ pieces }, y) {
  const last = pieces.at(-1);
  const piece = pieces.find((p) => y < p.top + p.height) ?? last;
  const part = Math.min(1, Math.max(0, (y - piece.top) / piece.height));

  return { minute: piece.from + part * (piece.to - piece.from), folded: piece.folded };
}

/* The hours to write beside the axis: every full one that is not folded. */
export function labels({ pieces }) {
  const marks = [];

  for (const p of pieces.filter((q) => !q.folded)) {
    if (p.from % 60 !== 0 && !marks.some((m) => m === p.from)) marks.push(p.from);
    for (let m = Math.ceil(p.from / 60) * 60; m < p.to; m += 60) marks.push(m);
  }
  return marks;
}
