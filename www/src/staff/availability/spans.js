/*
 * spans.js - stretches of minutes with a value, the stuff that weekly hours
 * are made of.
 *
 * A line is a list of { from, to, value } in order, without overlap; what no
 * span covers has the value null.  A rule of a weekday is one span whose
 * value says how long its slots are, so cutting and joining rules is set
 * arithmetic here and nowhere else.
 *
 * Two spans of the same value may stand side by side: 09-11 and 11-13 are
 * not 09-13, since no visit may run across the seam.  So nothing joins them
 * unless it is asked to.
 */

/* The value at a minute. */
export function at(line, minute) {
  return line.find((s) => s.from <= minute && minute < s.to)?.value ?? null;
}

/* The line with [from, to) set to a value; null erases. */
export function set(line, from, to, value) {
  const rest = line
    .flatMap((s) => [
      { ...s, to: Math.min(s.to, from) },
      { ...s, from: Math.max(s.from, to) },
    ])
    .filter((s) => s.from < s.to);

  return inOrder(value === null ? rest : [...rest, { from, to, value }]);
}

/* The line with the gaps of [from, to) filled, as one stretch. */
export function fill(line, from, to, value) {
  const filled = combine((now, wanted) => now ?? wanted, line, [{ from, to, value }]);
  return join(filled, (seam) => from <= seam && seam <= to);
}

function inOrder(line) {
  return [...line].sort((a, b) => a.from - b.from);
}

/* With neighbours of the same value made one where `may` says so. */
function join(line, may) {
  const joined = [];

  for (const s of inOrder(line)) {
    const last = joined.at(-1);
    if (last && last.to === s.from && last.value === s.value && may(s.from)) last.to = s.to;
    else joined.push({ ...s });
  }
  return joined;
}

/* Where two spans of the same value meet. */
function seams(line) {
  return line.filter((s, i) => i > 0 && line[i - 1].to === s.from && line[i - 1].value === s.value).map((s) => s.from);
}

/* Every minute at which one of the lines changes, in order. */
function edges(lines) {
  const all = lines.flat().flatMap((s) => [s.from, s.to]);
  return [...new Set(all)].sort((a, b) => a - b);
}

/* The line that `choose` makes of the values of several, piece by piece. */
export function combine(choose, ...lines) {
  const marks = edges(lines);
  const kept = new Set(lines.flatMap(seams));
  const line = [];

  for (let i = 0; i + 1 < marks.length; i++) {
    const value = choose(...lines.map((l) => at(l, marks[i])));
    if (value !== null) line.push({ from: marks[i], to: marks[i + 1], value });
  }
  return join(line, (seam) => !kept.has(seam));
}

/* Mine where I changed something, theirs everywhere else. */
export function merge3(base, mine, theirs) {
  return combine((b, m, t) => (m === b ? t : m), base, mine, theirs);
}

/* What b has and a has not, whatever the value. */
export function gained(a, b) {
  return combine((x, y) => (x === null && y !== null ? true : null), a, b);
}
