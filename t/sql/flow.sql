-- flow.sql - status, version, undo, cancelling: PUT and DELETE.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.state(name text) RETURNS text LANGUAGE sql
RETURN (SELECT s.state FROM core.slot s JOIN core.appointment a ON a.slot_id = s.id WHERE a.id = tap.id(state.name));
CREATE FUNCTION tap.older(name text, minutes int) RETURNS void LANGUAGE sql
BEGIN ATOMIC UPDATE core.appointment SET status_changed_at = status_changed_at - minutes * interval '1 minute' WHERE id = tap.id(older.name); END;

-- Every pair of statuses: the eleven moves that the flow has, and no other.
CREATE TEMP TABLE move AS
SELECT here, there, tap.id(here || ' to ' || there) AS id, (here, there) IN (('lead', 'requested'), ('lead', 'confirmed'), ('requested', 'confirmed'),
       ('confirmed', 'checked_in'),
       ('checked_in', 'in_progress'), ('in_progress', 'completed'), ('lead', 'cancelled'), ('requested', 'cancelled'), ('confirmed', 'cancelled'),
       ('checked_in', 'cancelled'), ('confirmed', 'no_show')) AS has
  FROM unnest(ARRAY['lead', 'requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show']) here,
       unnest(ARRAY['lead', 'requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show']) there WHERE here <> there;
INSERT INTO core.appointment (id, clinic_id, name, status, starts_at, ends_at)
SELECT id, tap.id('one'), 'Flow', here, now(), now() + interval '1 hour' FROM move;
SELECT is(tap.change('desk', here || ' to ' || there, 1, jsonb_build_object('status', there)), CASE WHEN has THEN there || ' 2'
       ELSE '!bad_transition' END,
          format('%s to %s: %s', here, there, CASE WHEN has THEN 'yes' ELSE 'no' END)) FROM move;

-- Versions
SELECT is(tap.book('desk', 'a', tap.visit('meera', tap.at(1, '09:00'))), 'confirmed', 'a visit');
SELECT is(tap.change('desk', 'a', 2, '{"reason":"x"}'), 'VERSION_CONFLICT', 'a version that is not the current one is refused');
SELECT is(tap.ask('desk', format('SELECT body #>> ''{current,version}'' FROM api.change(%L, 9, ''{}'', NULL)', tap.id('a'))), '1',
       'with the current row');
SELECT is(tap.change('desk', 'a', 1, '{"reason":"Back","notes":"ask for X-ray"}'), 'confirmed 2', 'a change raises it by one');
SELECT is(row(reason, notes, name)::text, '(Back,"ask for X-ray",Zubin)', 'what was not said stays') FROM core.appointment WHERE id = tap.id('a');
SELECT is(tap.change('desk', 'a', 2, '{"reason":null,"email":"z@example.org"}'), 'confirmed 3', 'null empties');
SELECT is(row(reason, email)::text, '(,z@example.org)', 'what was said to be empty') FROM core.appointment WHERE id = tap.id('a');
SELECT is(tap.change('desk', 'a', 3, '{"email":"z@example.org"}'), 'confirmed 4', 'a write that changes nothing is a write');
SELECT is(tap.change('desk', 'a', 4, '{"email":"nobody"}'),
       '!23514 new row for relation "appointment" violates check constraint "validation_error__email"', 'what is none is refused by the table');
SELECT is(tap.change('desk', 'a', 4, '{"phone":"12"}'), '!validation_error__phone', 'or by the country');
UPDATE core.appointment SET mailed = true WHERE id = tap.id('a');
SELECT is(version, 4, 'bookkeeping raises no version') FROM core.appointment WHERE id = tap.id('a');
UPDATE core.appointment SET name = 'By SQL', version = 77 WHERE id = tap.id('a');
SELECT is(version, 5, 'plain SQL raises it, and by one') FROM core.appointment WHERE id = tap.id('a');

-- Moving
SELECT is(tap.book('desk', 'b', tap.visit('meera', tap.at(1, '10:00'), jsonb_build_object('patientId', tap.id('asha')))), 'confirmed',
       'another visit');
SELECT is(tap.change('desk', 'a', 5, jsonb_build_object('startsAt', tap.at(1, '10:00'))), 'SLOT_TAKEN', 'a taken time is refused');
SELECT is(tap.change('desk', 'a', 5, jsonb_build_object('startsAt', tap.at(1, '10:15'))), 'confirmed 6', 'a free one is given');
SELECT is(tap.change('desk', 'a', 6, jsonb_build_object('doctorId', tap.id('arun'))), 'confirmed 7', 'so is another doctor');
SELECT is((SELECT count(*)::int FROM core.slot WHERE doctor_id = tap.id('meera') AND state = 'booked' AND starts_at = tap.at(1, '10:15')), 0,
       'the first one''s time is free');
SELECT is(tap.change('desk', 'a', 7, jsonb_build_object('patientId', tap.id('asha'))), 'confirmed 8', 'a visit is given to a patient');
SELECT is(tap.change('desk', 'a', 8, jsonb_build_object('startsAt', tap.at(1, '10:00'))), '!patient_busy', 'who is elsewhere at another time');
SELECT is(tap.change('desk', 'a', 8, '{"patientId":null}'), 'confirmed 9', 'and taken from them');
SELECT is(tap.change('desk', 'a', 9, jsonb_build_object('startsAt', tap.at(1, '10:00'))), 'confirmed 10', 'then the time is free for it');
SELECT is(tap.change('desk', 'a', 10, jsonb_build_object('patientId', tap.id('asha'))), '!patient_busy', 'but no longer for her');
SELECT is(tap.change('desk', 'a', 10, '{"startsAt":null}'), '!validation_error__starts_at', 'a visit keeps some time');
SELECT is(tap.change('desk', 'a', 10, jsonb_build_object('startsAt', tap.at(1, '21:00'))), 'SLOT_TAKEN', 'within the hours');
SELECT is(tap.change('desk', 'a', 10, jsonb_build_object('startsAt', tap.at(1, '21:00'), 'outsideHours', true)), 'confirmed 11',
       'unless it is meant');
SELECT is(tap.change('desk', 'a', 11, jsonb_build_object('serviceId', tap.id('physio'), 'startsAt', tap.at(2, '09:00'))), 'confirmed 12',
       'another service takes its own time');
SELECT is(ends_at, tap.at(2, '09:45'), 'and ends when it ends') FROM core.appointment WHERE id = tap.id('a');
SELECT is(tap.change('asha', 'b', 1, jsonb_build_object('startsAt', tap.at(2, '10:00'))), 'confirmed 2', 'a patient moves their own');
SELECT is(tap.change('asha', 'b', 2, jsonb_build_object('doctorId', tap.id('arun'))), '!forbidden', 'to another time, not to another doctor');

-- Leads
SELECT is(tap.book('desk', 'l', '{"name":"Lena"}'), 'lead', 'a lead');
SELECT is(tap.change('desk', 'l', 1, '{"status":"confirmed"}'), '!validation_error__starts_at', 'is not confirmed without a time');
SELECT is(tap.change('desk', 'l', 1, jsonb_build_object('doctorId', tap.id('meera'))), 'lead 2', 'may have a doctor');
SELECT is(tap.change('desk', 'l', 2, jsonb_build_object('startsAt', tap.at(3, '09:00'), 'status', 'requested')), 'requested 3',
       'and with a time the status that was said');
SELECT is(tap.change('desk', 'l', 3, '{"undo":true}'), 'lead 4', 'undone it is a lead');
SELECT is(row(starts_at, slot_id)::text, '(,)', 'without a time again') FROM core.appointment WHERE id = tap.id('l');
SELECT is(tap.book('desk', 'm', tap.visit('meera', tap.at(3, '09:00'))), 'confirmed', 'which somebody else may have');

-- Undo
SELECT is(tap.change('desk', 'm', 1, '{"undo":true}'), '!bad_transition', 'nothing to undo');
SELECT is(tap.change('desk', 'm', 1, '{"status":"checked_in"}'), 'checked_in 2', 'checked in');
SELECT is(tap.change('desk', 'm', 2, '{"undo":true,"status":"confirmed"}'), '!validation_error__status', 'undo is said without a status');
SELECT is(tap.change('desk', 'm', 2, '{"undo":true}'), 'confirmed 3', 'and undone');
SELECT is(tap.change('desk', 'm', 3, '{"undo":true}'), '!bad_transition', 'once');
SELECT is(tap.change('desk', 'm', 3, '{"status":"no_show"}'), 'no_show 4', 'who does not come');
SELECT is(tap.state('m'), 'released', 'gives the time back');
SELECT is(tap.change('desk', 'm', 4, '{"undo":true}'), 'confirmed 5', 'and who is late after all');
SELECT is(tap.state('m'), 'booked', 'gets it again');
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('m'))), NULL, 'cancelled');
SELECT is(row(version, status, is_deleted)::text, '(6,cancelled,f)', 'the row stays and has a version') FROM core.appointment WHERE id = tap.id('m');
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('m'))), NULL, 'again');
SELECT is(version, 6, 'is no write') FROM core.appointment WHERE id = tap.id('m');
SELECT is(tap.book('desk', 'n', tap.visit('meera', tap.at(3, '09:00'))), 'confirmed', 'its time goes to the next');
SELECT is(tap.change('desk', 'm', 6, '{"undo":true}'), 'SLOT_TAKEN', 'and then it cannot be undone');
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('n'))), NULL, 'when that is cancelled too');
SELECT tap.older('m', 9) \gset
SELECT is(tap.change('desk', 'm', 6, '{"undo":true}'), 'confirmed 7', 'it can, for ten minutes');
SELECT is(tap.change('desk', 'm', 7, '{"status":"checked_in"}'), 'checked_in 8', 'again checked in');
SELECT tap.older('m', 11) \gset
SELECT is(tap.change('desk', 'm', 8, '{"undo":true}'), '!bad_transition', 'eleven minutes are too many');
SELECT is(tap.change('desk', 'm', 8, '{"status":"in_progress"}'), 'in_progress 9', 'with the doctor');
SELECT is(tap.change('desk', 'm', 9, '{"status":"completed"}'), 'completed 10', 'done');
SELECT is(tap.state('m'), 'booked', 'what was done keeps its time');
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('m'))), '!bad_transition', 'and is not cancelled');
SELECT is(tap.change('desk', 'm', 10, jsonb_build_object('startsAt', tap.at(3, '09:30'))), '!bad_transition', 'nor moved');
SELECT is(tap.change('desk', 'm', 10, '{"notes":"better"}'), 'completed 11', 'but one may note something');

-- Patients and the window
SELECT is(tap.told('asha', format('api.cancel(%L)', tap.id('b'))), NULL, 'a patient cancels');
SELECT is(tap.change('asha', 'b', 3, '{"reason":"x"}'), '!bad_transition', 'and then leaves it alone');
UPDATE core.service SET cancel_until = '1 day' WHERE id = tap.id('check');
SELECT is(tap.book('asha', 'c', jsonb_build_object('doctorId', tap.id('meera'), 'startsAt', tap.at(4, '09:00'))), 'confirmed',
       'a visit of a service with a window');
SELECT is(tap.change('asha', 'c', 1, jsonb_build_object('startsAt', tap.at(4, '09:15'))), 'confirmed 2', 'may be moved while it is open');
UPDATE core.service SET cancel_until = '9 days' WHERE id = tap.id('check');
SELECT is(tap.told('asha', format('api.cancel(%L)', tap.id('c'))), '!bad_transition', 'not cancelled later');
SELECT is(tap.change('asha', 'c', 2, jsonb_build_object('startsAt', tap.at(5, '09:15'))), '!bad_transition', 'nor moved');
SELECT is(tap.change('asha', 'c', 2, '{"reason":"cough"}'), 'confirmed 3', 'but told more about');
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('c'))), NULL, 'the desk may');

-- Plain SQL gives time back too
SELECT is(tap.book('desk', 'd', tap.visit('meera', tap.at(6, '09:00'))), 'confirmed', 'a visit that');
UPDATE core.appointment SET status = 'cancelled' WHERE id = tap.id('d');
SELECT is(tap.state('d'), 'released', 'plain SQL cancels');
SELECT is(tap.book('desk', 'e', tap.visit('meera', tap.at(6, '09:00'))), 'confirmed', 'one that');
UPDATE core.appointment SET is_deleted = true WHERE id = tap.id('e');
SELECT is(tap.state('e'), 'released', 'it deletes softly');
SELECT is(tap.ask('desk', format('SELECT count(*) FROM api.appointment(%L)', tap.id('e'))), '0', 'which is then not there');
SELECT is(tap.change('desk', 'e', 2, '{"reason":"x"}'), '!not_found', 'for nobody');
SELECT is(tap.book('desk', 'f', tap.visit('meera', tap.at(6, '09:00'))), 'confirmed', 'and one that');
DELETE FROM core.appointment WHERE id = tap.id('f');
SELECT is(tap.book('desk', 'g', tap.visit('meera', tap.at(6, '09:00'))), 'confirmed', 'it deletes for good');
SELECT ok(auth.role() IS NULL, 'and leaves no context behind');

-- The record
SELECT results_eq(format('SELECT version, role, fields FROM core.revision WHERE appointment_id = %L ORDER BY id LIMIT 3', tap.id('m')),
  $$VALUES (1, 'frontdesk', '{}'::jsonb), (2, 'frontdesk', '{"status": ["confirmed", "checked_in"]}'),
    (3, 'frontdesk', '{"status": ["checked_in", "confirmed"]}')$$,
  'who changed what is on record, field by field');
SELECT is((SELECT account_id FROM core.revision WHERE appointment_id = tap.id('c') AND version = 2), tap.id('account asha'), 'by name');
SELECT is((SELECT role FROM core.revision WHERE appointment_id = tap.id('d') AND version = 2), NULL, 'plain SQL has none');
SELECT is((SELECT count(*)::int FROM core.revision WHERE appointment_id = tap.id('f')), 2, 'and outlives the row');

SELECT * FROM finish();
ROLLBACK;
