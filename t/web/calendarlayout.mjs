/*
 * The calendar's geometry: columns for what overlaps, and an axis that folds
 * the closed hours.
 */
import test from 'node:test';
import assert from 'node:assert/strict';

const from = (path) => import(new URL(`../../www/src/staff/calendar/${path}`, import.meta.url));
const { columns } = await from('layout.js');
const { DAY, FOLD, axis, labels, merge, minuteAt, pixel, scale } = await from('axis.js');

const event = (id, a, b) => ({ id, from: a, to: b });
const place = (places, id) => {
  const { column, columns: of, span } = places.get(id);
  return `${column}+${span}/${of}`;
};

test('visits one after the other each have the whole width', () => {
  const places = columns([event('a', 0, 15), event('b', 15, 30)]);
  assert.equal(place(places, 'a'), '0+1/1');
  assert.equal(place(places, 'b'), '0+1/1');
});

test('two at one time share the width', () => {
  const places = columns([event('b', 0, 15), event('a', 0, 15)]);
  assert.equal(place(places, 'a'), '0+1/2');
  assert.equal(place(places, 'b'), '1+1/2');
});

test('the longest of a cluster stands leftmost', () => {
  const places = columns([event('a', 0, 15), event('z', 0, 45), event('b', 15, 30)]);
  assert.equal(place(places, 'z'), '0+1/2');
  assert.equal(place(places, 'a'), '1+1/2');
  assert.equal(place(places, 'b'), '1+1/2');
});

test('a chain of overlaps is one cluster, and a free column is used again', () => {
  const places = columns([event('a', 0, 30), event('b', 20, 60), event('c', 30, 50)]);
  assert.equal(place(places, 'a'), '0+1/2');
  assert.equal(place(places, 'b'), '1+1/2');
  assert.equal(place(places, 'c'), '0+1/2');
});

test('an event is widened over columns that are free beside it', () => {
  const places = columns([event('a', 0, 90), event('b', 0, 30), event('c', 0, 30), event('d', 30, 60)]);
  assert.equal(place(places, 'd'), '1+2/3');
});

test('four hundred events are laid out in a few milliseconds', () => {
  const many = Array.from({ length: 400 }, (_, i) => event(`e${i}`, i * 5, i * 5 + 15));
  const began = performance.now();
  assert.equal(columns(many).size, 400);
  assert.ok(performance.now() - began < 1000);
});

const DEMO = [
  { from: 540, to: 780 },
  { from: 960, to: 1140 },
];

test('spans that touch or nearly touch are one', () => {
  assert.deepEqual(
    merge([
      { from: 60, to: 90 },
      { from: 0, to: 60 },
    ]),
    [{ from: 0, to: 90 }],
  );
  assert.deepEqual(
    merge(
      [
        { from: 0, to: 60 },
        { from: 90, to: 120 },
      ],
      59,
    ),
    [{ from: 0, to: 120 }],
  );
});

test('the hours between two sessions are folded into one row', () => {
  const day = axis(DEMO, scale(15));
  assert.equal(day.pieces.length, 3);
  assert.equal(day.pieces[1].folded, true);
  assert.equal(day.pieces[1].height, FOLD);
  assert.equal(day.height, 28 * 28 + FOLD);
});

test('a short pause is not worth folding', () => {
  assert.equal(
    axis(
      [
        { from: 540, to: 720 },
        { from: 750, to: 1020 },
      ],
      1,
    ).pieces.length,
    1,
  );
});

test('unfolding one gap shows it in full', () => {
  const day = axis(DEMO, scale(15), new Set([780]));
  assert.ok(day.pieces.every((p) => !p.folded));
  assert.ok(Math.abs(day.height - 40 * 28) < 1e-6);
});

test('everything open adds two hours before and after', () => {
  const day = axis(DEMO, 1, 'all');
  assert.equal(day.pieces[0].from, 420);
  assert.equal(day.pieces.at(-1).to, 1260);
  assert.equal(day.height, 840);
});

test('a visit at 23:50 neither runs out of the day nor breaks the axis', () => {
  const day = axis([{ from: 1430, to: 1450 }], 1, 'all');
  assert.equal(day.pieces.at(-1).to, DAY);
});

test('a day without hours still has an axis', () => {
  assert.equal(axis([], 1).pieces[0].from, 540);
});

test('pixel and minute are each other’s inverse, through the fold', () => {
  const day = axis(DEMO, scale(15));
  for (const minute of [540, 547, 600, 779, 780, 900, 960, 1000, 1139])
    assert.ok(Math.abs(minuteAt(day, pixel(day, minute)).minute - minute) < 1e-6, `minute ${minute}`);
  assert.equal(minuteAt(day, pixel(day, 900)).folded, true);
  assert.equal(pixel(day, 0), 0);
  assert.equal(pixel(day, 1400), day.height);
});

test('the axis names full hours, and none inside a fold', () => {
  assert.deepEqual(labels(axis(DEMO, 1)), [540, 600, 660, 720, 960, 1020, 1080]);
  assert.deepEqual(labels(axis([{ from: 570, to: 660 }], 1)), [570, 600]);
});

test('slots shorter than a quarter stretch the hour, down to ten minutes', () => {
  assert.equal(scale(15) * 15, 28);
  assert.equal(scale(10) * 10, 28);
  assert.equal(scale(5), scale(10));
  assert.equal(scale(60), scale(15));
});
