-- constraints.sql - what the tables themselves refuse.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.slot(name text, doctor text, patient text, first timestamptz, minutes int, state text DEFAULT 'booked', buffer int DEFAULT 0)
  RETURNS void LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO core.slot (id, clinic_id, doctor_id, patient_id, service_id, starts_at, ends_at, during, state, token_hash, expires_at)
  VALUES (tap.id(name), tap.id('one'), tap.id(doctor), tap.id(patient), tap.id('check'), first, first + minutes * interval '1 minute',
          tstzrange(first, first + (minutes + buffer) * interval '1 minute'), state, '\x00', now() + interval '5 minutes');
END;
INSERT INTO core.patient (id, clinic_id, name) VALUES (tap.id('olga'), tap.id('two'), 'Olga');
CREATE FUNCTION tap.try(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  EXECUTE command;
  RETURN 'ok';
EXCEPTION WHEN integrity_constraint_violation THEN
  GET STACKED DIAGNOSTICS said = CONSTRAINT_NAME;
  RETURN said;
END $$;

SELECT is(tap.try(q), says, why) FROM (VALUES
  ($$SELECT tap.slot('a', 'meera', 'asha', tap.at(1, '10:00'), 30)$$, 'ok', 'a booking'),
  ($$SELECT tap.slot('b', 'meera', NULL, tap.at(1, '10:15'), 30)$$, 'slot_taken', 'one that overlaps it is refused'),
  ($$SELECT tap.slot('b', 'meera', NULL, tap.at(1, '10:00'), 30, 'hold')$$, 'slot_taken', 'a hold on the same time too'),
  ($$SELECT tap.slot('b', 'meera', NULL, tap.at(1, '10:05'), 5)$$, 'slot_taken', 'and one inside it'),
  ($$SELECT tap.slot('c', 'meera', NULL, tap.at(1, '10:30'), 15)$$, 'ok', 'the next begins where it ends'),
  ($$SELECT tap.slot('d', 'meera', NULL, tap.at(1, '09:30'), 15, 'booked', 15)$$, 'ok', 'a buffer that ends where it begins fits'),
  ($$SELECT tap.slot('e', 'meera', NULL, tap.at(1, '09:50'), 5)$$, 'slot_taken', 'a visit in another''s buffer does not'),
  ($$SELECT tap.slot('f', 'meera', NULL, tap.at(1, '10:00'), 30, 'released')$$, 'ok', 'what was given back takes no time'),
  ($$SELECT tap.slot('g', 'meera', NULL, tap.at(1, '10:00'), 30, 'expired')$$, 'ok', 'nor what ran out'),
  ($$SELECT tap.slot('h', 'arun', 'bilal', tap.at(1, '10:00'), 30)$$, 'ok', 'another doctor has time'),
  ($$SELECT tap.slot('i', 'arun', 'asha', tap.at(1, '10:00'), 30)$$, 'slot_taken', 'not twice'),
  ($$SELECT tap.slot('k', 'arun', 'asha', tap.at(1, '09:45'), 15)$$, 'ok', 'a patient may go from one doctor to the next'),
  ($$UPDATE core.slot SET starts_at = tap.at(1, '10:30'), ends_at = tap.at(1, '10:40'), during = tstzrange(tap.at(1, '10:30'), tap.at(1, '10:40')),
    patient_id = tap.id('asha') WHERE id = tap.id('h')$$,
    'ok', 'also by moving'),
  ($$UPDATE core.slot SET starts_at = tap.at(1, '10:20'), ends_at = tap.at(1, '10:40'), during = tstzrange(tap.at(1, '10:20'), tap.at(1, '10:40'))
    WHERE id = tap.id('h')$$,
    'patient_busy', 'but be in two rooms at once'),
  ($$SELECT tap.slot('l', 'meera', NULL, tap.at(2, '10:00'), 0)$$, 'validation_error__starts_at', 'a visit takes time'),
  ($$SELECT tap.slot('l', 'meera', NULL, tap.at(2, '10:00'), 15, 'booked', 720)$$, 'validation_error__starts_at', 'twelve hours at most'),
  ($$SELECT tap.slot('l', 'meera', NULL, 'infinity', 15)$$, 'validation_error__starts_at', 'and has an end'),
  ($$INSERT INTO core.slot (clinic_id, doctor_id, service_id, starts_at, ends_at, during, state) VALUES (tap.id('one'), tap.id('meera'),
    tap.id('check'), tap.at(2, '10:00'), tap.at(2, '10:15'),
       tstzrange(tap.at(2, '10:00'), tap.at(2, '10:15'), '[]'), 'booked')$$, 'validation_error__starts_at', 'its end is not in it'),
  ($$SELECT tap.slot('l', 'nina', NULL, tap.at(2, '10:00'), 15)$$, 'not_found__doctor_id', 'a doctor of another clinic is not there'),
  ($$SELECT tap.slot('l', 'meera', 'owen', tap.at(2, '10:00'), 15)$$, 'not_found__patient_id', 'nor a patient'),
  ($$UPDATE core.slot SET service_id = tap.id('visit') WHERE id = tap.id('a')$$, 'not_found__service_id', 'nor a service'),
  ($$INSERT INTO core.slot (clinic_id, doctor_id, service_id, starts_at, ends_at, during, state) VALUES (tap.id('one'), tap.id('meera'),
    tap.id('check'), tap.at(2, '10:00'), tap.at(2, '10:15'),
       tstzrange(tap.at(2, '10:00'), tap.at(2, '10:15')), 'hold')$$, 'a_hold_expires', 'a hold says when it runs out'),

  ($$INSERT INTO core.message (clinic_id, appointment_id, text) VALUES (tap.id('one'), tap.id('nothing'), 'x')$$, 'not_found__appointment_id',
    'a message is about an appointment'),
  ($$INSERT INTO core.message (clinic_id, appointment_id, text) VALUES (tap.id('one'), tap.id('nothing'), ' ')$$, 'validation_error__text',
    'and says something'),
  ($$INSERT INTO core.message (clinic_id, appointment_id, text) VALUES (tap.id('one'), tap.id('nothing'), repeat('x', 4001))$$,
    'validation_error__text', 'not too much'),
  ($$INSERT INTO core.appointment (clinic_id, name) VALUES (tap.id('one'), 'x')$$, 'ok', 'an appointment needs a name'),
  ($$INSERT INTO core.appointment (clinic_id, name) VALUES (tap.id('one'), '  ')$$, 'validation_error__name', 'that is not empty'),
  ($$INSERT INTO core.appointment (clinic_id, name, status) VALUES (tap.id('one'), 'x', 'gone')$$, 'validation_error__status',
    'its status is one of eight'),
  ($$INSERT INTO core.appointment (clinic_id, name, starts_at) VALUES (tap.id('one'), 'x', now())$$, 'validation_error__starts_at',
    'a time has an end'),
  ($$INSERT INTO core.appointment (clinic_id, name, email) VALUES (tap.id('one'), 'x', 'nobody')$$, 'validation_error__email',
    'an e-mail address has an at'),
  ($$INSERT INTO core.appointment (clinic_id, name, reason) VALUES (tap.id('one'), 'x', repeat('x', 2001))$$, 'validation_error__reason',
    'a reason is no novel'),
  ($$INSERT INTO core.appointment (clinic_id, name, doctor_id) VALUES (tap.id('one'), 'x', tap.id('nina'))$$, 'not_found__doctor_id',
    'no doctor of another clinic'),
  ($$INSERT INTO core.appointment (clinic_id, name, patient_id) VALUES (tap.id('one'), 'x', tap.id('owen'))$$, 'not_found__patient_id',
    'no patient of another clinic'),
  ($$INSERT INTO core.appointment (clinic_id, name, service_id) VALUES (tap.id('one'), 'x', tap.id('visit'))$$, 'not_found__service_id',
    'no service of another clinic'),
  ($$DELETE FROM core.doctor WHERE id = tap.id('arun')$$, 'not_found__doctor_id', 'a doctor with visits stays'),

  ($$INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES (tap.id('one'), tap.id('meera'), 1, '16:00', '18:00')$$, 'ok',
    'a second session'),
  ($$INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES (tap.id('one'), tap.id('meera'), 1, '17:00', '19:00')$$,
    'validation_error__rules__overlap', 'sessions of a day do not overlap'),
  ($$INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES (tap.id('one'), tap.id('meera'), 1, '18:00', '24:00')$$, 'ok',
    'they may touch, and end at midnight'),
  ($$INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES (tap.id('one'), tap.id('meera'), 2, '20:00', '19:00')$$,
    'validation_error__rules', 'they close after they open'),
  ($$INSERT INTO core.exception (clinic_id, doctor_id, kind, starts_at, ends_at) VALUES (tap.id('one'), NULL, 'extra', now(),
    now() + interval '1 hour')$$, 'validation_error__exceptions', 'an extra session has a doctor'),
  ($$INSERT INTO core.exception (clinic_id, doctor_id, kind, starts_at, ends_at) VALUES (tap.id('one'), NULL, 'closed', now(), now())$$,
    'validation_error__exceptions', 'a holiday ends after it begins'),

  ($$INSERT INTO auth.account (clinic_id, role, name) VALUES (tap.id('one'), 'doctor', 'x')$$, 'role_has_its_person',
    'a doctor''s account has a doctor'),
  ($$INSERT INTO auth.account (clinic_id, role, name, patient_id) VALUES (tap.id('one'), 'admin', 'x', tap.id('asha'))$$, 'role_has_its_person',
    'an admin''s has none'),
  ($$INSERT INTO auth.account (clinic_id, role, name, email) VALUES (tap.id('one'), 'admin', 'x', 'ADMIN@one.test')$$,
    'validation_error__email__taken', 'an address signs in one account'),
  ($$INSERT INTO auth.account (clinic_id, role, patient_id) VALUES (tap.id('one'), 'patient', tap.id('olga'))$$, 'not_found__patient_id',
    'no account crosses clinics')
) t(q, says, why);

SELECT throws_ok('TRUNCATE core.appointment CASCADE', NULL, 'TRUNCATE is refused');
SELECT throws_ok($$UPDATE core.appointment SET clinic_id = tap.id('two') WHERE name = 'x'$$, 'P0001', 'an appointment keeps its id and its clinic',
       'an appointment stays in its clinic');
SELECT is(count(*)::int, 2, 'every clinic has the account of its key, and its row of system_config')
  FROM auth.account u JOIN core.system_config s USING (clinic_id) WHERE u.is_key AND u.clinic_id IN (tap.id('one'), tap.id('two'));

SELECT * FROM finish();
ROLLBACK;
