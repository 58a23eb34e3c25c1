-- schedule.sql - GET and PUT of a doctor's hours.
BEGIN;
\ir prelude.psql

-- The version rises once in a transaction, and this file is one: as if a new one began.
CREATE FUNCTION tap.begin() RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE core.doctor SET schedule_xact = NULL; END;
CREATE FUNCTION tap.save(who text, doctor text, version int, rules jsonb, exceptions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  PERFORM tap.begin();
  answer := tap.told(who, format('api.save_availability(%L, %L, %L, %L)', tap.id(doctor), version, rules, exceptions));
  RETURN CASE WHEN answer LIKE '{%' THEN answer::jsonb ELSE to_jsonb(answer) END;
END $$;
CREATE FUNCTION tap.hours(from_day date DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask('public', format('SELECT row_to_json(a) FROM api.availability(%L, %L, NULL, NULL) a', tap.id('meera'), from_day))::jsonb;
END $$;
\set monday '[{"weekday":1,"start":"09:00","end":"13:00","slotMinutes":20,"bufferMinutes":5,"validFrom":"2020-01-01","validTo":null}]'

SELECT is(tap.hours() - 'slots' - 'rules' - 'exceptions', jsonb_build_object('doctorId', tap.id('meera'), 'timeZone', 'Asia/Kolkata', 'version', 2),
       'the schedule says whose, where, and its version');
SELECT is(jsonb_array_length(tap.hours() -> 'rules'), 7, 'its rules');
SELECT is(tap.hours() #> '{rules,0}',
       '{"weekday":1,"start":"09:00","end":"13:00","slotMinutes":15,"bufferMinutes":0,"validFrom":null,"validTo":null}', 'each in full');
SELECT ok(jsonb_array_length(tap.hours() -> 'slots') BETWEEN 96 AND 112, 'and a week of free slots of the first service');
SELECT is(jsonb_array_length(tap.hours(tap.day(1)) -> 'slots'), 112, 'from any day');
SELECT is(tap.hours(tap.day(1)) #>> '{slots,0,startsAt}', to_char(tap.at(1, '09:00'), 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), 'with RFC 3339 times');
SELECT is(tap.ask('public', format('SELECT 1 FROM api.availability(%L, NULL, NULL, NULL)', tap.id('nobody'))), NULL, 'nobody has no schedule');
SELECT is(tap.ask('public', format('SELECT 1 FROM api.availability(%L, NULL, NULL, %L)', tap.id('meera'), tap.id('nothing'))), NULL,
       'nor is there one for no service');

SELECT is(tap.save('meera', 'meera', 1, :'monday') #>> '{}', 'VERSION_CONFLICT', 'an old version is refused');
SELECT is(tap.ask('meera', format('SELECT body #>> ''{current,version}'' FROM api.save_availability(%L, 1, NULL, NULL)', tap.id('meera'))), '2',
       'with what is current');
SELECT is(tap.save('meera', 'meera', 2, :'monday') - 'orphaned', tap.hours() - 'slots', 'what is saved is answered as it is then read');
SELECT is(tap.hours() ->> 'version', '3', 'with the next version, whatever the number of statements');
SELECT is(tap.hours() -> 'rules', :'monday'::jsonb, 'the rules are these');
SELECT is(tap.save('meera', 'meera', 3, NULL, NULL) ->> 'version', '4', 'a save of nothing is a save');
SELECT is(tap.hours() -> 'rules', :'monday'::jsonb, 'and keeps what was not said');

SELECT is(tap.save('desk', 'meera', 4, r) #>> '{}', '!validation_error__rules', 'refused: ' || why) FROM (VALUES
  ('[{"weekday":1,"start":"13:00","end":"09:00"}]'::jsonb, 'closing before opening'),
  ('[{"weekday":1,"start":"09:00","end":"09:00"}]', 'no time at all'),
  ('[{"weekday":8,"start":"09:00","end":"13:00"}]', 'an eighth day'),
  ('[{"weekday":1,"start":"09:00","end":"13:00"},{"weekday":1,"start":"12:00","end":"14:00"}]', 'overlapping sessions'),
  ('[{"weekday":1,"start":"09:00","end":"13:00","slotMinutes":0}]', 'steps of nothing'),
  ('[{"weekday":1,"start":"09:00","end":"13:00","bufferMinutes":999}]', 'a buffer of a day'),
  ('[{"weekday":1,"start":"09:00","end":"13:00","validFrom":"2031-01-02","validTo":"2031-01-01"}]', 'an end before its beginning'),
  ('[{"weekday":1,"start":"25:00","end":"26:00"}]', 'no hour'),
  ('[{"weekday":1,"end":"13:00"}]', 'no start')) x(r, why);
SELECT is(tap.save('desk', 'meera', 4, NULL, e) #>> '{}', '!validation_error__exceptions', 'refused: ' || why) FROM (VALUES
  ('[{"from":"2031-01-02T00:00:00Z","to":"2031-01-01T00:00:00Z","kind":"closed"}]'::jsonb, 'an exception backwards'),
  ('[{"from":"2031-01-02T00:00:00Z","to":"2031-01-03T00:00:00Z","kind":"lunch"}]', 'an unknown kind'),
  ('[{"to":"2031-01-03T00:00:00Z","kind":"closed"}]', 'no beginning')) x(e, why);
SELECT is(tap.hours() ->> 'version', '4', 'nothing of that is kept');
SELECT is(jsonb_array_length(tap.save('desk', 'meera', 4,
       '[{"weekday":1,"start":"09:00","end":"13:00","validTo":"2030-06-30"},{"weekday":1,"start":"10:00","end":"12:00","validFrom":"2030-07-01"}]') -> 'rules'), 2,
          'sessions of different seasons may overlap');

-- Exceptions: exactly those that end today or later
SELECT tap.begin() \gset
INSERT INTO core.exception (clinic_id, doctor_id, kind, starts_at, ends_at) VALUES
  (tap.id('one'), tap.id('meera'), 'closed', tap.at(-9, '00:00'), tap.at(-8, '00:00')),
  (tap.id('one'), tap.id('meera'), 'closed', tap.at(-1, '00:00'), tap.at(1, '00:00')),
  (tap.id('one'), tap.id('meera'), 'extra', tap.at(30, '20:00'), tap.at(30, '21:00')),
  (tap.id('one'), NULL, 'closed', tap.at(31, '00:00'), tap.at(32, '00:00'));
SELECT is(tap.hours() ->> 'version', '6', 'plain SQL raises the version too');
SELECT is(jsonb_path_query_array(tap.hours() -> 'exceptions', '$[*].kind'), '["closed", "extra"]',
       'shown are the doctor''s own that end today or later, whatever the days asked for');
SELECT is(tap.hours() #>> '{exceptions,1,slotMinutes}', '15', 'an extra session with its step');
SELECT is(jsonb_array_length(tap.save('desk', 'meera', 6, NULL,
       '[{"from":"2031-01-02T00:00:00Z","to":"2031-01-03T00:00:00Z","kind":"closed"}]') -> 'exceptions'), 1, 'and exactly these are replaced');
SELECT is((SELECT count(*)::int FROM core.exception WHERE clinic_id = tap.id('one')), 3, 'the past and the clinic''s stay');

-- Orphans
INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) SELECT tap.id('one'), tap.id('meera'), w, '09:00', '13:00'
  FROM generate_series(2, 7) w;
SELECT is(tap.book('desk', 'early', tap.visit('arun', tap.at(3, '09:00'))), 'confirmed', 'a visit at nine');
SELECT is(tap.book('desk', 'late', tap.visit('arun', tap.at(3, '12:45'))), 'confirmed', 'one at a quarter to one');
SELECT is(tap.book('desk', 'off', tap.visit('arun', tap.at(4, '11:00'))), 'confirmed', 'one on a day that will be off');
SELECT is(tap.book('desk', 'gone', tap.visit('arun', tap.at(3, '10:00'))), 'confirmed', 'and one');
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('gone'))), NULL, 'that is cancelled');
SELECT is(tap.save('arun', 'arun', 3, (SELECT jsonb_agg(jsonb_build_object('weekday', w, 'start', '10:00', 'end', '13:00'))
       FROM generate_series(1, 7) w),
                   jsonb_build_array(jsonb_build_object('from', tap.at(4, '00:00'), 'to', tap.at(5, '00:00'), 'kind', 'closed'))) -> 'orphaned',
          jsonb_build_array(tap.id('early'), tap.id('off')), 'those outside the new hours are named');
SELECT is((SELECT string_agg(status, ',') FROM core.appointment WHERE id IN (tap.id('early'), tap.id('off'))), 'confirmed,confirmed', 'and stay');
SELECT is((SELECT schedule_version FROM core.doctor WHERE id = tap.id('nina')), 2, 'another doctor''s hours are another matter');
INSERT INTO core.exception (clinic_id, kind, starts_at, ends_at) VALUES (tap.id('two'), 'closed', now(), now() + interval '1 day');

SELECT * FROM finish();
ROLLBACK;
