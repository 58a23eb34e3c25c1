-- bulk.sql - many at once: what api.bulk does to the rows, and takes back.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.bulk(who text, action text, names text[], minutes int DEFAULT NULL, preview boolean DEFAULT false, to_doctor text DEFAULT NULL)
  RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  items jsonb := (SELECT jsonb_agg(jsonb_build_object('id', tap.id(n), 'version', (SELECT version FROM core.appointment WHERE id = tap.id(n)))
                                   ORDER BY o) FROM unnest(names) WITH ORDINALITY u(n, o));
  answer text := tap.ask(who, format('SELECT b.body FROM api.bulk(%L, %L, NULL, NULL, %L, %L, false, %L, 500) b', action, items, tap.id(to_doctor),
                                     minutes, preview));
BEGIN
  RETURN CASE WHEN answer LIKE '{%' THEN (SELECT string_agg(i ->> 'outcome', ' ') FROM jsonb_array_elements(answer::jsonb -> 'items') i)
              ELSE answer END;
END $$;
CREATE FUNCTION tap.state() RETURNS text LANGUAGE sql
RETURN (SELECT md5(string_agg(t, ',' ORDER BY t)) FROM (
  SELECT a::text FROM core.appointment a UNION ALL SELECT s::text FROM core.slot s UNION ALL SELECT r::text FROM core.revision r
  UNION ALL SELECT f::text FROM feed.fresh f) x(t));
CREATE FUNCTION tap.wall(name text, zone text) RETURNS text LANGUAGE sql
RETURN (SELECT to_char(starts_at AT TIME ZONE zone, 'MM-DD HH24:MI') FROM core.appointment a WHERE a.id = tap.id(wall.name));

-- The Saturday before summer time begins in New York.
CREATE TEMPORARY TABLE spring AS
SELECT (make_date(y, 3, 8) + ((7 - extract(isodow FROM make_date(y, 3, 8))::int)) - 1) AS saturday
  FROM (SELECT extract(year FROM clock_timestamp())::int + 1 AS y) x;
SELECT is(tap.book('boss', 'saturday', jsonb_build_object('name', 'Owen', 'doctorId', tap.id('nina'),
       'startsAt', (saturday + time '10:00') AT TIME ZONE 'America/New_York')), 'confirmed', 'a visit on the day before the clocks change') FROM spring;
SELECT is(tap.bulk('boss', 'move', ARRAY['saturday'], 1440), 'OK', 'it moves by a day');
SELECT is(tap.wall('saturday', 'America/New_York'), to_char(saturday + 1, 'MM-DD') || ' 10:00', 'to the same time of day') FROM spring;
SELECT is((SELECT starts_at FROM core.appointment WHERE id = tap.id('saturday')) - (saturday + time '10:00') AT TIME ZONE 'America/New_York',
          interval '23 hours', 'which is 23 hours later') FROM spring;
SELECT is(tap.bulk('boss', 'move', ARRAY['saturday'], -1440), 'OK', 'and back');
SELECT is(tap.wall('saturday', 'America/New_York'), to_char(saturday, 'MM-DD') || ' 10:00', 'where it was') FROM spring;

-- A preview leaves nothing, whatever it meets.
SELECT is(tap.book('admin', n, tap.visit('meera', tap.at(3, t))), 'confirmed', 'a visit at ' || t)
  FROM (VALUES ('a', time '09:00'), ('b', time '09:15'), ('c', time '09:30'), ('d', time '12:45')) v(n, t);
CREATE TEMPORARY TABLE before AS SELECT tap.state() AS state;
SELECT is(tap.bulk('admin', 'move', ARRAY['a', 'b', 'c', 'd'], 15, true), 'OK OK OK SLOT_TAKEN', 'a preview with one who cannot');
SELECT is(tap.bulk('admin', 'move', ARRAY['d', 'c', 'b', 'a'], 15, true, 'arun'), 'SLOT_TAKEN OK OK OK', 'to another doctor');
SELECT is(tap.bulk('admin', 'cancel', ARRAY['a', 'b', 'c', 'd'], NULL, true), 'OK OK OK OK', 'of cancelling');
SELECT is(tap.state(), state, 'row, slot, record and feed are as before') FROM before;

-- One goes where the other leaves, in one step.
SELECT is(tap.book('admin', 'x', tap.visit('arun', tap.at(4, '09:00'))), 'confirmed', 'one at nine');
SELECT is(tap.book('admin', 'y', tap.visit('arun', tap.at(4, '09:15'))), 'confirmed', 'the next behind it');
SELECT is(tap.bulk('admin', 'move', ARRAY['x', 'y'], 15), 'OK OK', 'both go on, the first into the second''s place');
SELECT is(tap.wall('x', 'Asia/Kolkata') || ', ' || tap.wall('y', 'Asia/Kolkata'),
          to_char(tap.day(4), 'MM-DD') || ' 09:15, ' || to_char(tap.day(4), 'MM-DD') || ' 09:30', 'and stand there');
SELECT is((SELECT count(*)::int FROM core.slot s JOIN core.appointment a ON a.slot_id = s.id WHERE a.id IN (tap.id('x'), tap.id('y')) AND s.state = 'booked'
            AND s.starts_at = a.starts_at), 2, 'each with its own time');

-- Also where a program forgot to ask.
SELECT is(tap.bulk(who, 'cancel', ARRAY['a']), '!forbidden', who || ' does one thing at a time') FROM unnest(ARRAY['asha', 'chatbot', 'public']) who;
SELECT is(tap.bulk('meera', 'cancel', ARRAY['x']), 'NOT_FOUND', 'a doctor reaches no other''s visits');
SELECT is(tap.bulk('boss', 'cancel', ARRAY['a']), 'NOT_FOUND', 'nor another clinic');

SELECT * FROM finish();
ROLLBACK;
