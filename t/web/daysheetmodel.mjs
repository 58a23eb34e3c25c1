/*
 * The day sheet's order: by doctor and time, and those who came without one.
 */
import test from 'node:test';
import assert from 'node:assert/strict';

const { sheetsOf, walkInsOf } = await import(new URL('../../www/src/staff/daysheet/sheet.js', import.meta.url));

const ZONE = 'Asia/Kolkata';
const doctors = [
  { id: 'd1', name: 'Dr. Meera Rao' },
  { id: 'd2', name: 'Dr. Arun Shah' },
];
const visit = (id, doctorId, time, status = 'confirmed') => ({
  id,
  doctorId,
  status,
  startsAt: `2026-11-20T${time}:00+05:30`,
});
const walkIn = (id, doctorId, createdAt, status = 'checked_in') => ({
  id,
  doctorId,
  status,
  createdAt,
  startsAt: null,
  walkIn: true,
});
const ids = (sheets) =>
  sheets.map((s) => [s.doctor?.id ?? null, s.visits.map((v) => v.id), s.walkIns.map((v) => v.id)]);

test('one sheet for each doctor, in order of time whatever order they came in', () => {
  const visits = [visit('c', 'd2', '09:00'), visit('b', 'd1', '10:00'), visit('a', 'd1', '09:00')];
  assert.deepEqual(ids(sheetsOf({ visits, walkIns: [], doctors })), [
    ['d1', ['a', 'b'], []],
    ['d2', ['c'], []],
  ]);
});

test('an offset other than the clinic’s does not change the order', () => {
  const visits = [visit('b', 'd1', '10:00'), { ...visit('a', 'd1', '09:00'), startsAt: '2026-11-20T03:30:00Z' }];
  assert.deepEqual(ids(sheetsOf({ visits, walkIns: [], doctors }))[0][1], ['a', 'b']);
});

test('a doctor without visits has no sheet, and enquiries are not on one', () => {
  assert.deepEqual(sheetsOf({ visits: [visit('a', 'd1', '09:00', 'lead')], walkIns: [], doctors }), []);
});

test('cancelled ones and those who did not come are left out unless asked for', () => {
  const visits = [
    visit('a', 'd1', '09:00', 'cancelled'),
    visit('b', 'd1', '09:15', 'no_show'),
    visit('c', 'd1', '09:30'),
  ];
  assert.deepEqual(ids(sheetsOf({ visits, walkIns: [], doctors }))[0][1], ['c']);
  assert.deepEqual(ids(sheetsOf({ visits, walkIns: [], doctors, gone: true }))[0][1], ['a', 'b', 'c']);
});

test('walk-ins are those who came on that day of the clinic, in order of arrival', () => {
  const rows = [
    walkIn('late', 'd1', '2026-11-20T18:00:00+05:30'),
    walkIn('early', 'd1', '2026-11-19T19:00:00Z'),
    walkIn('before', 'd1', '2026-11-19T18:00:00Z'),
    { ...visit('timed', 'd1', '09:00'), walkIn: true, createdAt: '2026-11-20T09:00:00+05:30' },
  ];
  assert.deepEqual(
    walkInsOf(rows, '2026-11-20', ZONE).map((r) => r.id),
    ['early', 'late'],
  );
  assert.deepEqual(walkInsOf(rows, '2026-11-20', ZONE, 'd2'), []);
});

test('those whom no doctor has yet come on a sheet of their own, last', () => {
  const sheets = sheetsOf({
    visits: [visit('a', 'd2', '09:00')],
    walkIns: [walkIn('w', null, '2026-11-20T09:00:00Z')],
    doctors,
  });
  assert.deepEqual(ids(sheets), [
    ['d2', ['a'], []],
    [null, [], ['w']],
  ]);
});
