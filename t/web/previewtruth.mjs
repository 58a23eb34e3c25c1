/*
 * The page works out what is not saved yet; the server says what is.  Random
 * schedules are saved, and both have to say the same, also on the days on
 * which the clocks change.
 */
import test, { before } from 'node:test';
import assert from 'node:assert/strict';

const base = process.env.OPDESK_URL;
const www = new URL('../../www/src/', import.meta.url);
const { starts } = await import(new URL('staff/availability/hours.js', www));
const { comingVisits, outsideOf } = await import(new URL('staff/availability/orphans.js', www));
const { addDays } = await import(new URL('common/time.js', www));
const ZONE = 'America/New_York';

async function request(method, path, body) {
  const answer = await fetch(base + path, {
    method,
    body: body && JSON.stringify(body),
    headers: {
      Authorization: `Bearer ${process.env.OPDESK_TOKEN}`,
      ...(body && { 'Content-Type': 'application/json' }),
    },
  });
  const json = await answer.json();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
  return json;
}

/* The same numbers every time: what fails once fails again. */
let seed = 20261121;
const random = (n) => {
  seed = (seed * 1103515245 + 12345) % 2 ** 31;
  return Math.floor((seed / 2 ** 31) * n);
};
const pick = (list) => list[random(list.length)];
const clock = (m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;

function randomRules() {
  const rules = [];
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) {
    let from = random(6) * 25;
    while (from < 1300) {
      const to = Math.min(1440, from + 30 + random(20) * 15);
      rules.push({
        weekday,
        start: clock(from),
        end: clock(to),
        slotMinutes: pick([10, 15, 20, 25, 45, 60]),
        bufferMinutes: pick([0, 0, 5, 10, 30]),
        validFrom: null,
        validTo: null,
      });
      from = to + random(8) * 20;
    }
  }
  return rules;
}

function randomExceptions(day) {
  const at = (d, m) => new Date(Date.parse(`${d}T00:00:00Z`) + m * 60_000).toISOString();
  return Array.from({ length: 4 }, () => {
    const from = random(1400);
    const span = { from: at(day, from), to: at(day, from + 30 + random(600)) };
    return random(2) ? { kind: 'closed', ...span } : { kind: 'extra', ...span, slotMinutes: pick([10, 20, 30]) };
  });
}

const [, spring] = ['2026-11-01', '2027-03-14']; // the second Sunday of March is ahead of every test run until then
const autumn = '2027-11-07';
let doctor;
let services;
let today;
before(async () => {
  doctor = (await request('GET', '/api/doctors')).items[0].id;
  services = (await request('GET', '/api/services')).items;
  today = (await request('GET', '/api/clinic')).today;
});

const path = (query = '') => `/api/availability/${doctor}${query}`;

async function save(rules, exceptions) {
  const { version } = await request('GET', path());
  return request('PUT', path(), { version, rules, exceptions });
}

/* The days to look at: those around a change of the clocks, and some others. */
const daysAround = (day) => [-1, 0, 1].map((n) => addDays(day, n));

for (let round = 0; round < 12; round++)
  test(`preview and server agree, round ${round + 1}`, async () => {
    const change = pick([spring, autumn].filter((d) => d > addDays(today, 2)).concat(addDays(today, 20)));
    const saved = await save(randomRules(), randomExceptions(change));
    for (const service of services) {
      for (const day of [...daysAround(change), addDays(today, 3 + random(60))]) {
        if (day > addDays(today, 480)) continue;
        const { slots } = await request('GET', path(`?from=${day}&to=${day}&serviceId=${service.id}`));
        const ours = starts(saved, day, ZONE, service).map((ms) => new Date(ms).toISOString());
        assert.deepEqual(
          ours,
          slots.map((s) => new Date(s.startsAt).toISOString()),
          `${day}, ${service.name}`,
        );
      }
    }
  });

test('the page and the server name the same visits when hours go', async () => {
  await save(
    [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      weekday,
      start: '00:00',
      end: '24:00',
      slotMinutes: 15,
      bufferMinutes: 0,
      validFrom: null,
      validTo: null,
    })),
    [],
  );
  const { slots } = await request('GET', path(`?from=${addDays(today, 1)}&to=${addDays(today, 20)}`));
  const booked = [];
  for (let i = 0; i < 40; i++) {
    const { startsAt } = slots[Math.floor((i * slots.length) / 40)];
    booked.push(
      (
        await request('POST', '/api/appointments', {
          name: `Visitor ${i}`,
          phone: '+12025550100',
          doctorId: doctor,
          serviceId: services[0].id,
          startsAt,
        })
      ).appointment,
    );
  }
  for (let round = 0; round < 6; round++) {
    const saved = await save(randomRules(), randomExceptions(addDays(today, 5)));
    const ours = outsideOf(saved, comingVisits(booked, doctor, Date.now()), ZONE).map((v) => v.id);
    assert.deepEqual([...ours].sort(), [...saved.orphaned].sort());
  }
});
