#!/usr/bin/env node
// Every pair of colours that meets on a page can be read, light and dark (WCAG 2.2 AA).
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const css = readFileSync(join(process.env.OPDESK_SRCDIR ?? join(__dirname, '../..'), 'www/src/styles/tokens.css'), 'utf8');
const split = css.indexOf('@media (prefers-color-scheme: dark)');
const tokens = (text) => Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((m) => [m[1], m[2]]));
const light = tokens(css.slice(0, split));
const schemes = { light, dark: { ...light, ...tokens(css.slice(split)) } };

const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const luminance = (hex) => [1, 3, 5].map((i) => linear(parseInt(hex.slice(i, i + 2), 16) / 255))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);

function ratio(a, b) {
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright + 0.05) / (dim + 0.05);
}

// [colours, grounds, least]
const grounds = ['surface', 'bg', 'sunken', 'hover'];
const statuses = ['lead', 'requested', 'confirmed', 'checked-in', 'in-progress', 'completed', 'cancelled', 'no-show'];
const rules = [
  [['ink', 'ink-2', 'ink-3', 'accent'], [...grounds, 'accent-soft'], 4.5],
  [['accent-ink'], ['accent-soft', 'accent-soft-hover', 'surface', 'bg'], 4.5],
  [['on-accent'], ['accent', 'accent-hover'], 4.5],
  [['on-danger'], ['danger', 'danger-hover'], 4.5],
  [['danger'], ['surface', 'bg'], 4.5],
  ...['danger', 'warning', 'success', 'info'].flatMap((k) => [[[`${k}-ink`], [`${k}-soft`, 'surface'], 4.5], [['ink'], [`${k}-soft`], 4.5]]),
  ...statuses.flatMap((s) => [[[`${s}-ink`], [`${s}-soft`], 4.5], [[`${s}-edge`], ['surface'], 3]]),
  ...[1, 2, 3, 4].flatMap((n) => [[['on-person'], [`person-${n}`], 4.5], [[`person-${n}`], [`person-${n}-soft`, 'surface'], 4.5]]),
  [['line-strong', 'focus'], grounds, 3],
];

let n = 0;
for (const [scheme, colour] of Object.entries(schemes)) {
  const wrong = rules.flatMap(([inks, under, least]) => inks.flatMap((ink) => under.map((ground) => [ink, ground, least])))
    .filter(([ink, ground, least]) => !(ratio(colour[ink], colour[ground]) >= least));
  n += 1;
  console.log(`${wrong.length ? 'not ok' : 'ok'} ${n} - ${scheme} can be read`);
  for (const [ink, ground, least] of wrong)
    console.log(`# ${ink} on ${ground} is ${ratio(colour[ink], colour[ground]).toFixed(2)}, not ${least}`);
  process.exitCode ||= wrong.length ? 1 : 0;
}
console.log(`1..${n}`);
