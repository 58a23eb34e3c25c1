-- free_slots.sql - what is free, on days on which the clock jumps too.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.free(doctor text, service text, first date, last date DEFAULT NULL, besides uuid DEFAULT NULL, anytime boolean DEFAULT false)
  RETURNS SETOF timestamptz LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT f.starts_at FROM core.free_slots(tap.id(doctor), tap.id(service), first, coalesce(last, first), besides, anytime) f;
END $$;
GRANT EXECUTE ON FUNCTION tap.free TO PUBLIC;
CREATE FUNCTION tap.count(who text, arguments text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask(who, format('SELECT count(*) FROM tap.free(%s)', arguments))::int;
END $$;

-- Daylight saving time.  New York and St. John's jump at 02:00 on the second
-- Sunday of March and back on the first of November.
CREATE FUNCTION tap.sunday(month int, nth int) RETURNS date LANGUAGE sql STABLE
RETURN (SELECT d + (7 - extract(isodow FROM d)::int) + 7 * (nth - 1) FROM (SELECT make_date(extract(year FROM now())::int + 1, month, 1)) x(d));
INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES (tap.id('two'), tap.id('nina'), 7, '00:00', '05:00');
SELECT is(tap.count('boss', format('''nina'', ''visit'', %L', d)), 16 + n, format('%s: %s quarter hours before five in New York', what, n))
  FROM (VALUES (tap.sunday(3, 2), 16, 'the clock jumps ahead'), (tap.sunday(3, 3), 20, 'usually'),
    (tap.sunday(11, 1), 24, 'the clock jumps back')) x(d, n, what);
UPDATE core.clinic SET time_zone = 'America/St_Johns' WHERE id = tap.id('two');
SELECT is(tap.count('boss', format('''nina'', ''visit'', %L', d)), 16 + n, format('%s: %s quarter hours before five in St. John''s', what, n))
  FROM (VALUES (tap.sunday(3, 2), 16, 'the clock jumps ahead'), (tap.sunday(3, 3), 20, 'usually'),
    (tap.sunday(11, 1), 24, 'the clock jumps back')) x(d, n, what);
SELECT is(tap.ask('boss', format('SELECT min(f) AT TIME ZONE ''America/St_Johns'' FROM tap.free(''nina'', ''visit'', %L) f', tap.sunday(11, 1))),
       to_char(tap.sunday(11, 1), 'YYYY-MM-DD') || ' 00:00:00',
          'the day begins at its own midnight');
SELECT is(tap.ask('boss', format('SELECT count(*) - count(DISTINCT f) FROM tap.free(''nina'', ''visit'', %L) f', tap.sunday(11, 1))), '0',
       'and no time comes twice');
SELECT is(tap.ask('boss', format('SELECT count(*) FROM tap.free(''nina'', ''visit'', %L, %L)', tap.sunday(3, 2) - 1, tap.sunday(3, 2) + 1)), '64',
       'three days together are the sum of each');
SELECT is(tap.ask('boss', format('SELECT bool_and(f AT TIME ZONE ''America/St_Johns'' >= %1$L AND f AT TIME ZONE ''America/St_Johns'' < %1$L::date + 1) FROM tap.free(''nina'', ''visit'', %1$L) f', tap.sunday(11, 1))), 'true',
          'all of them on that day');

-- The grid
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(1)'), 16, 'a morning of four hours has sixteen quarters');
SELECT is(tap.ask('public', 'SELECT max(f) = tap.at(1, ''12:45'') FROM tap.free(''meera'', ''check'', tap.day(1)) f'), 'true',
       'the last fits before the end');
SELECT is(tap.count('public', '''meera'', ''physio'', tap.day(1)'), 13, 'longer visits start on the same grid, while they and their buffer fit');
SELECT is(tap.ask('public', 'SELECT f.during = tstzrange(tap.at(1, ''09:00''), tap.at(1, ''09:55'')) FROM core.free_slots(tap.id(''meera''), tap.id(''physio''), tap.day(1), tap.day(1), NULL, false) f LIMIT 1'),
          'true', 'with the service''s buffer behind them');
UPDATE core.rule SET buffer = '20 minutes', step = '30 minutes' WHERE doctor_id = tap.id('arun');
SELECT is(tap.ask('public', 'SELECT count(*) || '' '' || bool_and(f.during = tstzrange(f.starts_at, f.starts_at + interval ''35 minutes'')) FROM core.free_slots(tap.id(''arun''), tap.id(''check''), tap.day(1), tap.day(1), NULL, false) f'),
          '7 true', 'the rule''s step and, when larger, its buffer count');
UPDATE core.rule SET valid = daterange(NULL, tap.day(1), '[]') WHERE doctor_id = tap.id('arun');
SELECT is(tap.count('public', '''arun'', ''check'', tap.day(1)') || ' ' || tap.count('public', '''arun'', ''check'', tap.day(2)'), '7 0',
       'a rule ends after its last day');

-- What takes time
INSERT INTO core.slot (id, clinic_id, doctor_id, service_id, starts_at, ends_at, during, state, token_hash, expires_at)
SELECT tap.id('s' || n), tap.id('one'), tap.id('meera'), tap.id('check'), tap.at(2, t), tap.at(2, t) + interval '15 minutes',
       tstzrange(tap.at(2, t), tap.at(2, t) + interval '15 minutes'), state, 'x', expires
  FROM (VALUES (1, time '09:00', 'booked', NULL), (2, '09:15', 'hold', now() + interval '5 minutes'),
    (3, '09:30', 'hold', now() - interval '1 second'), (4, '09:45', 'released', NULL), (5, '10:00', 'expired', now())) x(n, t, state, expires);
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(2)'), 14,
       'booked and held is taken; run out, released, expired is free, without any job');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(2), NULL, tap.id(''s1'')'), 15, 'but for the visit that is to be moved');
SELECT is(tap.ask(who, 'SELECT count(*) FROM tap.free(''meera'', ''check'', tap.day(2))'), '14', who || ' gets the same list')
       FROM unnest(ARRAY['asha', 'bilal', 'meera', 'arun', 'admin', 'chatbot']) who;
INSERT INTO core.slot (clinic_id, doctor_id, service_id, starts_at, ends_at, during, state)
VALUES (tap.id('one'), tap.id('meera'), tap.id('check'), tap.at(3, '04:00'), tap.at(3, '12:00'), tstzrange(tap.at(3, '04:00'), tap.at(3, '12:00')),
  'booked');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(3)'), 4, 'a long visit that began before is seen');

-- Exceptions
INSERT INTO core.exception (clinic_id, doctor_id, kind, starts_at, ends_at, step) VALUES
  (tap.id('one'), tap.id('meera'), 'closed', tap.at(4, '10:00'), tap.at(4, '11:00'), '15 minutes'),
  (tap.id('one'), NULL, 'closed', tap.at(5, '00:00'), tap.at(6, '00:00'), '15 minutes'),
  (tap.id('one'), tap.id('meera'), 'extra', tap.at(4, '20:00'), tap.at(4, '21:00'), '20 minutes'),
  (tap.id('one'), tap.id('meera'), 'extra', tap.at(6, '12:30'), tap.at(6, '13:30'), '15 minutes'),
  (tap.id('one'), tap.id('meera'), 'extra', tap.at(7, '23:30'), tap.at(8, '00:30'), '15 minutes');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(4)'), 12 + 3, 'an hour off, and an extra hour in steps of its own');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(5)'), 0, 'a holiday of the clinic is everybody''s');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(6)'), 18, 'an extra hour that overlaps the usual ones adds what is new');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(7)'), 18, 'one over midnight gives each day');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(8)'), 18, 'its own');

-- Notice and horizon
UPDATE core.service SET notice = '2 days', horizon = '10 days' WHERE id = tap.id('check');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(1)'), 0, 'nothing nearer than the notice');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(12)'), 0, 'nothing farther than the horizon');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(1), NULL, NULL, true'), 16, 'but for staff');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(12), NULL, NULL, true'), 16, 'both');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(-1), NULL, NULL, true'), 0, 'and they begin with today');
SELECT is(tap.count('public', '''meera'', ''check'', tap.day(0), NULL, NULL, true'), 16, 'from its first hour');
SELECT is(tap.count('boss', '''meera'', ''check'', tap.day(3)'), 0, 'a doctor of another clinic has no time');
SELECT is(tap.count('none', '''meera'', ''check'', tap.day(3)'), 0, 'and without a context nobody has');

SELECT * FROM finish();
ROLLBACK;
