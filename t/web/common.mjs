/*
 * What all pages build on: time in the clinic's zone, words, numbers, and the
 * conversation with the server.
 */
import test, { beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto; // a browser has it, Node 18 only as a module

const from = (path) => import(new URL(`../../www/src/${path}`, import.meta.url));
const time = await from('common/time.js');
const { addStrings, lang, money, t, tx } = await from('common/i18n.js');
const phone = await from('common/phone.js');
const { calendarFile } = await from('common/ics.js');
const { api, ApiError, sessionEvents } = await from('common/api.js');
const { reached } = await from('common/connection.js');
const { initials } = await from('common/names.js');

await addStrings({
  en: {
    common: (await from('strings/en.js')).common,
    x: { n: { one: '{n} slot', other: '{n} slots' }, who: 'for {who}' },
  },
});
await addStrings({ hi: { common: (await from('strings/hi.js')).common } });
beforeEach(() => {
  lang.value = 'en';
});

const zones = [
  'Asia/Kolkata',
  'Europe/London',
  'America/St_Johns',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
];

test('an instant and its time on the wall are each other’s way back', () => {
  for (const zone of zones)
    for (let day = '2026-01-01'; day < '2027-01-01'; day = time.addDays(day, 3))
      for (const minutes of [0, 545, 1035, 1439]) {
        const seen = time.wall(time.instantOf(day, minutes, zone), zone);
        assert.deepEqual(seen, { day, minutes }, `${day} ${time.clock(minutes)} ${zone}`);
      }
});

test('where clocks change, a time that is left out moves on, one that is twice is the first', () => {
  const at = (day, minutes, zone) => time.instantOf(day, minutes, zone).toISOString();
  assert.equal(at('2026-03-29', 90, 'Europe/London'), '2026-03-29T01:30:00.000Z');
  assert.equal(time.formatTime('2026-03-29T01:30:00Z', 'Europe/London'), '02:30');
  assert.equal(at('2026-10-25', 90, 'Europe/London'), '2026-10-25T00:30:00.000Z');
  assert.equal(at('2026-11-01', 90, 'America/New_York'), '2026-11-01T05:30:00.000Z');
  assert.equal(at('2026-03-08', 150, 'America/New_York'), '2026-03-08T07:30:00.000Z');
});

test('days are counted by the calendar, also over a clock change', () => {
  assert.equal(time.addDays('2026-12-31', 1), '2027-01-01');
  assert.equal(time.daysBetween('2026-03-28', '2026-03-30'), 2);
  assert.equal(time.weekdayOf('2026-11-20'), 5);
  assert.equal(time.weekdayOf('2026-11-22'), 7);
  assert.equal(time.mondayOf('2026-11-22'), '2026-11-16');
  assert.equal(time.dayOf('2026-11-20T18:31:00Z', 'Asia/Kolkata'), '2026-11-21');
});

test('days and times read as the clinic says them', () => {
  assert.equal(time.formatDay('2026-11-20', { today: '2026-11-19' }), 'tomorrow');
  assert.equal(time.formatDay('2026-11-21', { today: '2026-11-19' }), 'Sat 21 Nov');
  assert.equal(time.formatDay('2026-11-20', { today: '2026-11-19', long: true }), 'Friday 20 November');
  assert.equal(time.formatDay('2027-01-02', { today: '2026-11-19' }), 'Sat 2 Jan 2027');
  assert.equal(time.formatWhen('2026-11-20T11:45:00Z', 'Asia/Kolkata', { today: '2026-11-20' }), 'today, 17:15');
  assert.equal(time.countdown(271001), '4:32');
  assert.equal(time.countdown(-1), '0:00');
  lang.value = 'hi';
  assert.equal(time.formatDay('2026-11-20', { today: '2026-11-20' }), 'आज');
  assert.match(time.formatDay('2026-11-20', { today: '2026-11-19', long: true }), /^शुक्रवार 20 नवंबर$/);
});

test('a visitor elsewhere is told their own time, one nearby is not', () => {
  const note = time.zoneNote('2026-11-20T11:45:00Z', 'Asia/Kolkata', 'Europe/London');
  assert.equal(`${note.time} ${note.day} ${note.place}`, '11:45 null London');
  assert.equal(time.zoneNote('2026-11-20T03:30:00Z', 'Asia/Kolkata', 'America/New_York').day, '2026-11-19');
  assert.equal(time.zoneNote('2026-11-20T11:45:00Z', 'Asia/Kolkata', 'Asia/Colombo'), null);
});

test('money is in minor units', () => {
  assert.equal(money(50000, 'INR'), '₹500');
  assert.equal(money(50050, 'INR'), '₹500.50');
  assert.equal(money(12345600, 'INR'), '₹1,23,456');
  assert.equal(money(500, 'JPY'), '¥500');
});

test('words are filled, plurals chosen, and elements stay elements', () => {
  assert.equal(t('x.n', { n: 1 }), '1 slot');
  assert.equal(t('x.n', { n: 0 }), '0 slots');
  assert.deepEqual(tx('x.who', { who: 7 }), ['for ', 7, '']);
  lang.value = 'hi';
  assert.equal(t('common.today'), 'आज');
  assert.equal(t('x.n', { n: 2 }), '2 slots', 'what Hindi lacks is English');
});

test('phone numbers, as people type them', () => {
  for (const good of [
    '98000 00001',
    '098000-00001',
    '+91 98000 00001',
    '919800000001',
    '+44 20 7946 0000',
    '0044 20 7946 0000',
  ])
    assert.equal(phone.phoneProblem(good, 'IN'), null, good);
  assert.deepEqual(phone.phoneProblem('98000 001', 'IN'), { need: 10, have: 8 });
  assert.equal(phone.phoneProblem('12 34', 'XX').need, undefined);
  assert.equal(phone.formatPhone('+919800000001'), '+91\u00a098000\u00a000001');
  assert.equal(phone.formatPhone('+912025501234'), '+91\u00a020\u00a02550\u00a01234');
  assert.equal(phone.formatPhone('020 5550 0100'), '020 5550 0100');
});

test('initials leave out the title', () => {
  assert.equal(initials('Dr. Meera Rao'), 'MR');
  assert.equal(initials('Asha'), 'A');
  assert.equal(initials('डॉ. मीरा राव'), 'मर');
});

test('the calendar file keeps its lines short and its signs harmless', () => {
  const visit = {
    id: '1',
    version: 2,
    status: 'confirmed',
    startsAt: '2026-11-20T17:15:00+05:30',
    endsAt: '2026-11-20T17:30:00+05:30',
  };
  const text = calendarFile(
    visit,
    { title: `Consultation, Dr. Rao; ${'मुलाक़ात '.repeat(12)}`, place: 'A\\B', text: 'one\ntwo' },
    new Date(0),
  );
  const lines = text.split('\r\n');
  assert.ok(lines.every((line) => Buffer.byteLength(line) <= 75 && !line.includes('\n')));
  const whole = text.replaceAll('\r\n ', '');
  assert.match(whole, /\r\nDTSTART:20261120T114500Z\r\nDTEND:20261120T120000Z\r\n/);
  assert.match(whole, /SUMMARY:Consultation\\, Dr\. Rao\\; मुलाक़ात/);
  assert.match(whole, /LOCATION:A\\\\B\r\nDESCRIPTION:one\\ntwo\r\n/);
});

/** fetch() answers these, one after the other: [status, body, headers] or null for no connection; returns what was asked. */
function serve(...answers) {
  const asked = [];
  globalThis.fetch = async (path, init) => {
    asked.push({ path, ...init });
    const next = answers.shift();
    if (!next) throw new TypeError('network');
    const [status, body, headers] = next;
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  };
  return asked;
}

const problem = (status, code, more) => [
  status,
  { status, code, message: code, requestId: 'r1', ...more },
  { 'Content-Type': 'application/problem+json' },
];

test('api: an answer is its JSON, 204 is null', async () => {
  serve([200, { a: 1 }], [204]);
  assert.deepEqual(await api('GET', '/api/x'), { a: 1 });
  assert.equal(await api('DELETE', '/api/x'), null);
});

test('api: a refusal carries everything that was said', async () => {
  serve(problem(409, 'SLOT_TAKEN', { alternatives: [1], details: [{ field: 'phone', message: 'm' }] }));
  const e = await api('POST', '/api/x', { body: {} }).catch((error) => error);
  assert.ok(e instanceof ApiError);
  assert.deepEqual(
    [e.status, e.code, e.requestId, e.body.alternatives, e.details[0].field],
    [409, 'SLOT_TAKEN', 'r1', [1], 'phone'],
  );
});

test('api: what reads or has a key is tried again, with the same key; what has none is not', async () => {
  let asked = serve(problem(503, 'UNAVAILABLE'), [200, {}]);
  await api('GET', '/api/x');
  assert.equal(asked.length, 2);
  asked = serve(null, problem(503, 'UNAVAILABLE'), [201, {}]);
  await api('POST', '/api/x', { body: {}, idempotent: true });
  const keys = asked.map(({ headers }) => headers['Idempotency-Key']);
  assert.ok(keys[0] && keys.every((key) => key === keys[0]) && keys.length === 3);
  asked = serve(null);
  const e = await api('POST', '/api/x', { body: {} }).catch((error) => error);
  assert.deepEqual([e.code, asked.length], ['OFFLINE', 1]);
  reached(true); // else it would go on knocking
});

test('api: an ended token is renewed once and the request repeated; else the page is told', async () => {
  let told = 0;
  sessionEvents.addEventListener('signed-out', () => {
    told += 1;
  });
  const ended = problem(401, 'UNAUTHENTICATED');
  let asked = serve(ended, [200, {}], [200, { mine: true }]);
  assert.deepEqual(await api('GET', '/api/x'), { mine: true });
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/api/x', '/api/auth/refresh', '/api/x'],
  );
  asked = serve(ended, ended);
  await assert.rejects(api('GET', '/api/x'), { status: 401 });
  assert.equal(told, 1);
  asked = serve(ended);
  await assert.rejects(api('GET', '/api/x', { stranger: true }), { status: 401 });
  assert.deepEqual([asked.length, asked[0].credentials, told], [1, 'omit', 1], 'a stranger has no session');
});

test('api: an aborted request throws the reason of its signal', async () => {
  const abort = new AbortController();
  globalThis.fetch = (path, { signal }) =>
    new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const answer = api('GET', '/api/x', { signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(answer, /enough/);
});
