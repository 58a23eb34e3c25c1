-- policies.sql - each role, and what is theirs, another's, or another clinic's.
BEGIN;
\ir prelude.psql

INSERT INTO core.appointment (id, clinic_id, name, doctor_id, patient_id, status, notes, edit_hash) VALUES
  (tap.id('asha at meera'), tap.id('one'), 'Asha', tap.id('meera'), tap.id('asha'), 'confirmed', 'secret note', NULL),
  (tap.id('bilal at arun'), tap.id('one'), 'Bilal', tap.id('arun'), tap.id('bilal'), 'confirmed', 'secret note', NULL),
  (tap.id('a lead'), tap.id('one'), 'Lead', NULL, NULL, 'lead', NULL, sha256(convert_to('edit a lead', 'UTF8'))),
  (tap.id('owen at nina'), tap.id('two'), 'Owen', tap.id('nina'), tap.id('owen'), 'confirmed', 'secret note', NULL);
INSERT INTO core.slot (id, clinic_id, doctor_id, patient_id, service_id, starts_at, ends_at, during, state)
SELECT tap.id('slot ' || d), c, tap.id(d), p, v, tap.at(1, '09:00'), tap.at(1, '09:15'), tstzrange(tap.at(1, '09:00'), tap.at(1, '09:15')), 'booked'
  FROM (VALUES ('arun', tap.id('one'), tap.id('bilal'), tap.id('check')), ('nina', tap.id('two'), tap.id('owen'), tap.id('visit'))) x(d, c, p, v);

SELECT is(count(*)::int, 4, 'the four appointments exist') FROM core.appointment WHERE clinic_id IN (tap.id('one'), tap.id('two'));

-- Who sees what
SELECT is(tap.ask(w.who, 'SELECT string_agg(name, '','' ORDER BY name) FROM core.appointment'), w.sees, w.who || ' sees the appointments of '
       || coalesce(w.sees, 'nobody'))
  FROM (VALUES ('admin', 'Asha,Bilal,Lead'), ('desk', 'Asha,Bilal,Lead'), ('meera', 'Asha'), ('arun', 'Bilal'), ('asha', 'Asha'), ('bilal', 'Bilal'),
               ('chatbot', 'Asha'), ('public', NULL), ('none', NULL), ('boss', 'Owen'), ('nina', 'Owen'), ('owen', 'Owen')) w(who, sees);
SELECT is(tap.ask(w.who, 'SELECT string_agg(name, '','' ORDER BY name) FROM core.patient'), w.sees, w.who || ' sees the patients '
       || coalesce(w.sees, 'nobody'))
  FROM (VALUES ('admin', 'Asha,Bilal'), ('desk', 'Asha,Bilal'), ('meera', 'Asha'), ('arun', 'Bilal'), ('asha', 'Asha'), ('chatbot', 'Asha'),
               ('public', NULL), ('none', NULL), ('boss', 'Owen')) w(who, sees);
SELECT is(tap.ask(w.who, 'SELECT count(*) FROM core.revision'), w.n, w.who || ' sees ' || w.n || ' revisions')
  FROM (VALUES ('admin', '3'), ('meera', '1'), ('asha', '0'), ('public', '0'), ('boss', '1')) w(who, n);
INSERT INTO core.message (clinic_id, appointment_id, text)
SELECT a.clinic_id, a.id, 'about ' || a.name FROM core.appointment a WHERE a.clinic_id IN (tap.id('one'), tap.id('two'));
SELECT is(tap.ask(w.who, 'SELECT string_agg(text, '','' ORDER BY text) FROM core.message'), w.sees, w.who || ' reads what is said: '
       || coalesce(w.sees, 'nothing'))
  FROM (VALUES ('admin', 'about Asha,about Bilal,about Lead'), ('desk', 'about Asha,about Bilal,about Lead'), ('meera', 'about Asha'),
               ('arun', 'about Bilal'), ('asha', NULL), ('chatbot', NULL), ('public', NULL), ('none', NULL), ('boss', 'about Owen'),
               ('nina', 'about Owen'), ('owen', NULL)) w(who, sees);
SELECT is(tap.told(w.who, format('api.say(%L, ''hello'')', tap.id(w.what))), '!not_found', format('%s says nothing about %s', w.who, w.what))
  FROM (VALUES ('meera', 'bilal at arun'), ('admin', 'owen at nina'), ('boss', 'a lead')) w(who, what);
SELECT is(left(tap.told(w.who, format('api.say(%L, ''hello'')', tap.id(w.what))), 6), '!42501', format('nor %s, of whatever they see', w.who))
  FROM (VALUES ('asha', 'asha at meera'), ('chatbot', 'asha at meera')) w(who, what);
SELECT is(tap.ask('asha', format('SELECT auth.person(%L, ''admin'') ->> ''name''', tap.id('account admin'))), NULL, 'a patient learns no name of staff');
SELECT is(tap.ask('boss', format('SELECT auth.person(%L, ''admin'') ->> ''name''', tap.id('account admin'))), NULL, 'nor does another clinic');
SELECT is(tap.ask('meera', format('SELECT auth.person(%L, ''admin'') ->> ''name''', tap.id('account admin'))), 'Admin', 'a colleague does');
SELECT is(tap.ask(w.who, 'SELECT string_agg(name, '','' ORDER BY name) FROM core.doctor'), w.sees, w.who || ' sees the doctors of the clinic')
  FROM (VALUES ('public', 'Dr. Arun,Dr. Meera'), ('asha', 'Dr. Arun,Dr. Meera'), ('owen', 'Dr. Nina'), ('none', NULL)) w(who, sees);
SELECT is(tap.ask(w.who, 'SELECT count(*) FROM (SELECT id, starts_at FROM core.slot) s'), w.n, w.who || ' sees when the clinic''s doctors are busy')
  FROM (VALUES ('public', '1'), ('asha', '1'), ('meera', '1'), ('admin', '1'), ('owen', '1'), ('none', '0')) w(who, n);
SELECT is(tap.ask('admin', 'SELECT patient_id FROM core.slot'), '!42501 permission denied for table slot', 'and nobody sees with whom');
SELECT is(tap.ask('admin', 'SELECT edit_hash FROM core.appointment'), '!42501 permission denied for table appointment', 'nor the edit token''s hash');
SELECT is(tap.ask(w.who, 'SELECT string_agg(coalesce(email, ''-''), '','') FROM (SELECT email FROM auth.account) u'), w.sees, w.who
       || ' sees one account, their own')
  FROM (VALUES ('admin', 'admin@one.test'), ('meera', 'meera@one.test'), ('asha', '-'), ('public', NULL), ('none', NULL)) w(who, sees);
SELECT is(tap.ask('admin', 'SELECT password_hash FROM auth.account'), '!42501 permission denied for table account', 'but not its password');
SELECT is(tap.ask('admin', 'SELECT count(*) FROM auth.' || t), '!42501 permission denied for table ' || t, 'nobody sees a ' || t)
       FROM unnest(ARRAY['session', 'refresh']) t;
SELECT is(tap.ask('admin', 'SELECT count(*) FROM feed.' || t), '!42501 permission denied for schema feed', 'nor the feed''s ' || t)
       FROM unnest(ARRAY['change', 'item', 'fresh']) t;

-- By the functions: what is not theirs is not there
SELECT is(tap.ask(w.who, format('SELECT count(*) FROM api.appointment(%L)', tap.id(w.what))), w.n, format('%s opens %s: %s', w.who, w.what, w.n))
  FROM (VALUES ('admin', 'asha at meera', '1'), ('admin', 'owen at nina', '0'), ('meera', 'asha at meera', '1'), ('meera', 'bilal at arun', '0'),
    ('meera', 'a lead', '0'),
               ('asha', 'asha at meera', '1'), ('asha', 'bilal at arun', '0'), ('chatbot', 'asha at meera', '1'), ('chatbot', 'bilal at arun', '0'),
               ('public', 'asha at meera', '0'), ('public', 'a lead', '0'), ('boss', 'asha at meera', '0'), ('admin', 'nothing', '0')) w(who, what,
                 n);
SELECT is(tap.ask(w.who, format('SELECT notes FROM api.appointment(%L)', tap.id('asha at meera'))), w.notes, w.who || ' reads the notes: '
       || coalesce(w.notes, 'no'))
  FROM (VALUES ('admin', 'secret note'), ('desk', 'secret note'), ('meera', 'secret note'), ('asha', NULL), ('chatbot', NULL)) w(who, notes);
SELECT is(tap.change(w.who, w.what, 1, '{"reason":"mine now"}'), '!not_found', format('%s cannot change %s', w.who, w.what))
  FROM (VALUES ('meera', 'bilal at arun'), ('asha', 'bilal at arun'), ('boss', 'asha at meera'), ('admin', 'owen at nina'), ('public', 'a lead'),
    ('chatbot', 'bilal at arun')) w(who, what);
SELECT is(tap.told(w.who, format('api.cancel(%L)', tap.id(w.what))), '!not_found', format('%s cannot cancel %s', w.who, w.what))
  FROM (VALUES ('meera', 'bilal at arun'), ('asha', 'bilal at arun'), ('boss', 'asha at meera'), ('public', 'a lead'), ('asha', 'a lead')) w(who,
    what);
SELECT is(tap.change('meera', 'asha at meera', 1, jsonb_build_object('doctorId', tap.id('arun'))), '!forbidden',
       'a doctor hands nobody over to another doctor');
SELECT is(tap.change('meera', 'asha at meera', 1, jsonb_build_object('doctorId', NULL)), '!forbidden', 'nor to nobody');
SELECT is(tap.change('meera', 'asha at meera', 1, jsonb_build_object('patientId', tap.id('bilal'))), '!not_found__patient_id',
       'nor takes a patient of another');
SELECT is(tap.change('admin', 'asha at meera', 1, jsonb_build_object('patientId', tap.id('owen'))), '!not_found__patient_id',
       'nobody takes a patient of another clinic');
SELECT is(tap.change('asha', 'asha at meera', 1, m), '!forbidden', 'a patient may not say ' || m::text)
  FROM unnest(ARRAY['{"status":"checked_in"}'::jsonb, '{"notes":"well"}', '{"undo":true}', '{"outsideHours":true}',
                    jsonb_build_object('patientId', tap.id('bilal'))]) m;
SELECT is(tap.book('public', 'x', tap.visit('meera', tap.at(1, '10:00'), jsonb_build_object(k, v))), '!validation_error__' || f,
       'a stranger may not say ' || k)
  FROM (VALUES ('status', '"confirmed"'::jsonb, 'status'), ('walkIn', 'true', 'walk_in'), ('outsideHours', 'true', 'outside_hours'),
    ('notes', '"n"', 'notes'),
               ('patientId', to_jsonb(tap.id('asha')), 'patient_id')) w(k, v, f);
SELECT is(tap.book('asha', 'x', tap.visit('meera', tap.at(1, '10:00'), jsonb_build_object('patientId', tap.id('bilal')))), '!forbidden',
       'a patient books for nobody else');
SELECT is(tap.book('meera', 'x', tap.visit('arun', tap.at(1, '10:00'))), '!forbidden', 'a doctor books for no other doctor');
SELECT is(tap.book('admin', 'x', tap.visit('nina', tap.at(1, '10:00'))), '!not_found__doctor_id', 'a doctor of another clinic is not there');
SELECT is(tap.book('admin', 'x', tap.visit('meera', tap.at(1, '10:00'), jsonb_build_object('serviceId', tap.id('visit')))), '!not_found__service_id',
       'nor is a service');
SELECT is(tap.told(w.who, format('api.save_availability(%L, 2, NULL, NULL)', tap.id(w.doctor))), w.says,
       format('%s on the hours of %s: %s', w.who, w.doctor, w.says))
  FROM (VALUES ('meera', 'arun', '!forbidden'), ('asha', 'meera', '!forbidden'), ('public', 'meera', '!forbidden'),
    ('boss', 'meera', '!not_found')) w(who, doctor, says);
SELECT is(tap.ask(w.who, 'SELECT string_agg(name, '','' ORDER BY name) FROM api.patients(NULL, 10)'), w.sees, w.who || ' looks up patients: '
       || coalesce(w.sees, 'none'))
  FROM (VALUES ('desk', 'Asha,Bilal'), ('meera', 'Asha'), ('asha', NULL), ('public', NULL), ('boss', 'Owen')) w(who, sees);
SELECT is(tap.ask('meera', format('SELECT count(*) FROM api.appointments_of_doctor(NULL, %L, NULL, NULL, NULL, NULL, ''infinity'', %L, 10)',
       tap.id('arun'), '00000000-0000-0000-0000-000000000000')),
          '0', 'another doctor''s list is empty');
SELECT is(tap.ask('asha', format('SELECT count(*) FROM api.appointments_of_patient(NULL, NULL, %L, NULL, NULL, NULL, ''infinity'', %L, 10)',
       tap.id('bilal'), '00000000-0000-0000-0000-000000000000')),
          '0', 'another patient''s list is empty');
SELECT is((SELECT string_agg(version::text, ',') FROM core.appointment WHERE clinic_id IN (tap.id('one'), tap.id('two'))), '1,1,1,1',
       'and nothing has changed by all this');

-- A leaky function in the condition is asked about the caller's rows only.
CREATE TABLE tap.leak (name text);
GRANT INSERT ON tap.leak TO PUBLIC;
CREATE FUNCTION tap.tell(name text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
  AS $$ BEGIN INSERT INTO tap.leak VALUES (name); RETURN true; END $$;
GRANT EXECUTE ON FUNCTION tap.tell TO PUBLIC;
SELECT tap.ask('asha', 'SELECT count(*) FROM core.appointment WHERE tap.tell(name)') IS NOT NULL AS asked \gset
SELECT set_eq('SELECT name FROM tap.leak', ARRAY['Asha'], 'a leaky function is shown the caller''s rows only');

SELECT * FROM finish();
ROLLBACK;
