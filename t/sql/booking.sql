-- booking.sql - holds, bookings, leads: POST and PATCH.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.hold(who text, name text, doctor text, starts timestamptz, service text DEFAULT 'check', most int DEFAULT 0) RETURNS text
  LANGUAGE plpgsql AS $$
DECLARE
  answer text := tap.told(who, format('api.reserve(%L, %L, %L, %L, %L, %L, %L)', tap.id(doctor), starts, tap.id(service), tap.id(name),
                                      sha256(convert_to('token of ' || name, 'UTF8')), '192.0.2.1', most));
BEGIN
  RETURN CASE WHEN answer LIKE '{%id%' THEN 'held' ELSE answer END;
END $$;
-- By somebody who has the hold: its id goes in, its token is known by its name.
CREATE FUNCTION tap.book_held(who text, name text, hold text, members jsonb, token text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text := tap.told(who, format('api.book(%L, %L, %L, %L)', '{"name":"Zubin","phone":"9811100009"}'::jsonb
    || jsonb_build_object('reservationId', tap.id(hold)) || members,
                                      sha256(convert_to('token of ' || coalesce(token, hold), 'UTF8')), tap.id(name),
                                        sha256(convert_to('edit ' || name, 'UTF8'))));
BEGIN
  RETURN CASE WHEN answer LIKE '{%' THEN answer::json #>> '{appointment,status}' ELSE answer END;
END $$;
CREATE FUNCTION tap.amend(who text, name text, members jsonb, edit text DEFAULT NULL, hold text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text := tap.told(who, format('api.amend(%L, %L, %L, %L)', tap.id(name), sha256(convert_to('edit ' || coalesce(edit, name), 'UTF8')), members,
                                      sha256(convert_to('token of ' || hold, 'UTF8'))));
BEGIN
  RETURN CASE WHEN answer LIKE '{%' THEN concat_ws(' ', answer::json #>> '{appointment,status}', answer::json #>> '{appointment,version}')
    ELSE answer END;
END $$;
CREATE FUNCTION tap.the(name text) RETURNS core.appointment LANGUAGE sql RETURN (SELECT a FROM core.appointment a WHERE id = tap.id(the.name));
CREATE FUNCTION tap.state(name text) RETURNS text LANGUAGE sql
RETURN (SELECT s.state FROM core.slot s WHERE s.id = coalesce((tap.the(state.name)).slot_id, tap.id(state.name)));

-- Holds
SELECT is(tap.hold('public', 'h1', 'meera', tap.at(1, '09:00')), 'held', 'a free time can be held');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(1, '09:00')), 'SLOT_TAKEN', 'and then nobody else gets it');
SELECT is(json_array_length(tap.ask('public', format('SELECT body -> ''alternatives'' FROM api.reserve(%L, %L, %L, %L, ''x'', NULL, 0)',
       tap.id('meera'), tap.at(1, '09:00'), tap.id('check'), tap.id('h2')))::json),
          3, 'but is shown the three nearest free ones');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(1, '09:05')), 'SLOT_TAKEN', 'a time off the grid is not free');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(1, '12:45'), 'physio'), 'SLOT_TAKEN', 'nor one that does not fit before the end');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(-1, '09:00')), 'SLOT_TAKEN', 'nor the past');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(95, '09:00')), 'SLOT_TAKEN', 'nor what is beyond the horizon');
SELECT is(tap.hold('public', 'h2', 'nobody', tap.at(1, '09:00')), '!not_found__doctor_id', 'an unknown doctor is another matter');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(1, '09:15'), 'nothing'), '!not_found__service_id', 'and an unknown service');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(1, '09:15'), 'check', 1), '!rate_limited', 'one address may keep so many holds');
SELECT is(tap.hold('public', 'h2', 'meera', tap.at(1, '09:15'), 'check', 2), 'held', 'and not one more');
SELECT is(tap.told('public', format('api.release(%L, %L)', tap.id('h2'), sha256('token of h1'))), '!not_found', 'somebody else''s hold is not there');
SELECT is(tap.told('public', format('api.release(%L, %L)', tap.id('h2'), sha256('token of h2'))), NULL, 'one''s own can be given back');
SELECT is(tap.state('h2'), 'released', 'and is free again');
SELECT is(tap.told('public', format('api.release(%L, %L)', tap.id('h2'), sha256('token of h2'))), NULL, 'twice is no mistake');
SELECT is(tap.told('public', format('api.release(%L, %L)', tap.id('h9'), sha256('token of h9'))), '!not_found', 'an unknown one is');

-- Booking a hold
SELECT is(tap.book_held('public', 'v1', 'h1', '{}', 'h2'), '!not_found', 'a wrong token finds no hold');
SELECT is(tap.book_held('public', 'v1', 'h1', jsonb_build_object('doctorId', tap.id('arun'))), '!validation_error__doctor_id',
       'the hold has the doctor');
SELECT is(tap.book_held('public', 'v1', 'h1', jsonb_build_object('serviceId', tap.id('physio'))), '!validation_error__service_id', 'the service');
SELECT is(tap.book_held('public', 'v1', 'h1', jsonb_build_object('startsAt', tap.at(1, '09:15'))), '!validation_error__starts_at', 'and the time');
SELECT is(tap.book_held('public', 'v1', 'h1', '{}'), 'confirmed', 'from which all is taken');
SELECT is(tap.state('v1'), 'booked', 'the hold has become the booking');
SELECT is((tap.the('v1')).slot_id, tap.id('h1'), 'the very same row');
SELECT is(row((a).version, (a).doctor_id, (a).starts_at, (a).phone, (a).source, (a).patient_id, (a).edit_hash IS NOT NULL)::text,
          row(1, tap.id('meera'), tap.at(1, '09:00'), '+919811100009', 'web', NULL::uuid, true)::text,
            'version 1, a national number made international, and an edit token')
  FROM tap.the('v1') a;
SELECT is(tap.book_held('public', 'v2', 'h1', '{}'), 'SLOT_TAKEN', 'a hold is used once');
SELECT is(tap.told('public', format('api.release(%L, %L)', tap.id('h1'), sha256('token of h1'))), NULL, 'giving back what is booked');
SELECT is(tap.state('v1'), 'booked', 'changes nothing');
SELECT is(tap.hold('public', 'h3', 'meera', tap.at(1, '09:15')), 'held', 'another hold');
UPDATE core.slot SET expires_at = expires_at - interval '301 seconds' WHERE id = tap.id('h3');
SELECT is(tap.book_held('public', 'v3', 'h3', '{}'), 'confirmed', 'books when it has run out and the time is still free');
SELECT is(tap.state('h3'), 'expired', 'in a new slot');
SELECT is(tap.hold('public', 'h4', 'meera', tap.at(1, '09:30')), 'held', 'a third');
UPDATE core.slot SET expires_at = expires_at - interval '301 seconds' WHERE id = tap.id('h4');
SELECT is(tap.hold('public', 'h5', 'meera', tap.at(1, '09:30')), 'held', 'that ran out is taken by the next one');
SELECT is(tap.book_held('public', 'v4', 'h4', '{}'), 'SLOT_TAKEN', 'and then no longer books');

-- Booking without one, leads
SELECT is(tap.book('public', 'v5', tap.visit('meera', tap.at(1, '10:00'))), 'confirmed', 'without a hold it is booked at once');
SELECT is(tap.book('public', 'v6', tap.visit('meera', tap.at(1, '10:00'))), 'SLOT_TAKEN', 'by the first');
SELECT is(tap.book('public', 'v6', tap.visit('meera', tap.at(1, '11:00'), jsonb_build_object('serviceId', tap.id('physio')))), 'requested',
       'a service may have to be confirmed');
SELECT is((SELECT upper(during) FROM core.slot WHERE id = (tap.the('v6')).slot_id), tap.at(1, '11:55'), 'its buffer is taken too');
SELECT is(tap.book('public', 'l0', '{"name":" ","phone":"9811100009"}'), '!validation_error__name', 'a lead needs a name');
SELECT is(tap.book('public', 'l0', '{"name":"Lena"}'), '!validation_error__phone', 'and a phone');
SELECT is(tap.book('public', 'l0', '{"name":"Lena","phone":"12345"}'), '!validation_error__phone', 'that is one');
SELECT is(tap.book('public', 'l0', jsonb_build_object('name', 'Lena', 'phone', '9811100009', 'startsAt', tap.at(1, '10:15'))),
       '!validation_error__doctor_id', 'a time needs a doctor');
SELECT is(tap.book('public', 'l1', '{"name":"Lena","phone":"098111-00009","email":""}'), 'lead', 'and name and phone suffice');
SELECT is(row((a).version, (a).phone, (a).email, (a).slot_id)::text, row(1, '+919811100009', NULL::text, NULL::uuid)::text, 'a lead has no time')
       FROM tap.the('l1') a;

-- The edit token
SELECT is(tap.amend('public', 'l1', '{"reason":"Knee"}', 'x'), '!not_found', 'a wrong edit token finds nothing');
SELECT is(tap.amend('public', 'v5', '{"reason":"Knee"}', 'l1'), '!not_found', 'nor does that of another row');
SELECT is(tap.amend('admin', 'l1', '{"reason":"Knee"}', 'x'), '!not_found', 'not even for an admin');
SELECT is(tap.amend('public', 'l1', '{"reason":"Knee","email":"lena@example.org"}'), 'lead 2', 'the right one adds details');
SELECT is(tap.amend('public', 'l1', '{"reason":null}'), 'lead 3', 'and takes them away');
SELECT is(tap.amend('public', 'l1', '{"name":null}'), '!validation_error__name', 'but not the name');
SELECT is(tap.amend('public', 'l1', jsonb_build_object('doctorId', tap.id('meera'), 'startsAt', tap.at(1, '10:00'))), 'SLOT_TAKEN',
       'with a time it books, if that is free');
SELECT is(tap.amend('public', 'l1', jsonb_build_object('doctorId', tap.id('meera'), 'startsAt', tap.at(1, '10:15'))), 'confirmed 4',
       'the lead becomes a booking');
SELECT is(tap.amend('public', 'l1', jsonb_build_object('startsAt', tap.at(1, '10:30'))), 'confirmed 5', 'and can be moved');
SELECT is((SELECT count(*)::int FROM core.slot WHERE doctor_id = tap.id('meera') AND state = 'booked'
       AND starts_at IN (tap.at(1, '10:15'), tap.at(1, '10:30'))), 1, 'giving the first time back');
SELECT is(tap.hold('public', 'h6', 'meera', tap.at(1, '10:45')), 'held', 'also to a time');
SELECT is(tap.amend('public', 'l1', jsonb_build_object('reservationId', tap.id('h6')), NULL, 'h6'), 'confirmed 6', 'that was held');
SELECT is((tap.the('l1')).starts_at, tap.at(1, '10:45'), 'and is taken from the hold');
SELECT is(tap.book('public', 'l2', '{"name":"Lena","phone":"9811100009"}'), 'lead', 'another lead');
SELECT is(tap.hold('public', 'h7', 'arun', tap.at(1, '10:45'), 'physio'), 'held', 'with a hold');
SELECT is(tap.amend('public', 'l2', jsonb_build_object('reservationId', tap.id('h7')), NULL, 'h7'), 'requested 2', 'is booked as the service says');
SELECT is((tap.the('l2')).slot_id, tap.id('h7'), 'in the held slot');
SELECT is(tap.change('desk', 'l1', 6, '{"status":"checked_in"}'), 'checked_in 7', 'at the desk');
SELECT is(tap.amend('public', 'l1', '{"reason":"Knee"}'), '!not_found', 'the token ends');

-- Staff
SELECT is(tap.book('desk', 's1', tap.visit('arun', tap.at(200, '09:00'), jsonb_build_object('patientId', tap.id('asha')))), 'confirmed',
       'staff book beyond the horizon');
SELECT is(row((a).source, (a).edit_hash, (a).patient_id, (a).name)::text, row('desk', NULL::bytea, tap.id('asha'), 'Zubin')::text,
       'for a patient, without a token') FROM tap.the('s1') a;
SELECT is(tap.book('desk', 's2', jsonb_build_object('patientId', tap.id('bilal'), 'doctorId', tap.id('arun'), 'startsAt', tap.at(200, '09:15'),
       'status', 'requested')), 'requested', 'with a status of their choice');
SELECT is(row((a).name, (a).phone)::text, '(Bilal,+919811100002)', 'and the patient''s own name') FROM tap.the('s2') a;
SELECT is(tap.book('desk', 's3', tap.visit('meera', tap.at(200, '09:00'), jsonb_build_object('patientId', tap.id('asha')))), '!patient_busy',
       'a patient is with one doctor at a time');
SELECT is(tap.book('desk', 's3', tap.visit('arun', tap.at(1, '20:00'))), 'SLOT_TAKEN', 'the hours hold for staff');
SELECT is(tap.book('desk', 's3', tap.visit('arun', tap.at(1, '20:00'), '{"outsideHours":true}')), 'confirmed', 'unless they mean it');
SELECT is(tap.book('desk', 's4', tap.visit('arun', tap.at(1, '20:05'), '{"outsideHours":true}')), 'SLOT_TAKEN',
       'and even then nobody is there twice');
SELECT is(tap.book('desk', 's5', '{"name":"Wali","walkIn":true}'), 'checked_in', 'a walk-in waits at once');
SELECT is(row((a).walk_in, (a).starts_at, (a).slot_id)::text, '(t,,)', 'without time and slot') FROM tap.the('s5') a;
SELECT is(tap.book('desk', 's6', tap.visit('arun', tap.at(1, '10:00'), '{"walkIn":true}')), '!validation_error__starts_at',
       'who has a time did not walk in');
SELECT is(tap.book('desk', 's6', '{"name":"Wali","status":"confirmed"}'), '!validation_error__starts_at', 'who has none is not confirmed');
SELECT is(tap.book('desk', 's6', '{"name":"Wali","status":"completed"}'), '!validation_error__status', 'nobody begins at the end');
SELECT is(tap.book('meera', 's7', jsonb_build_object('name', 'Mine', 'startsAt', tap.at(3, '09:00'))), 'confirmed', 'a doctor books with themselves');
SELECT is((tap.the('s7')).doctor_id, tap.id('meera'), 'unless said otherwise');

-- Patients, and the assistant for them
SELECT is(tap.book('asha', 'p1', jsonb_build_object('doctorId', tap.id('meera'), 'startsAt', tap.at(4, '09:00'))), 'confirmed',
       'a patient needs no name');
SELECT is(row((a).name, (a).patient_id, (a).source)::text, row('Asha', tap.id('asha'), 'patient')::text, 'it is known') FROM tap.the('p1') a;
SELECT is(tap.book('asha', 'p2', jsonb_build_object('doctorId', tap.id('arun'), 'startsAt', tap.at(4, '09:00'))), '!patient_busy',
       'and they are in one place');
SELECT is(tap.book('chatbot', 'p2', jsonb_build_object('doctorId', tap.id('arun'), 'startsAt', tap.at(4, '09:15'))), 'confirmed',
       'the assistant books for its patient');
SELECT is((tap.the('p2')).source, 'chatbot', 'and says so');
SELECT is(tap.book('asha', 'p3', jsonb_build_object('doctorId', tap.id('arun'), 'startsAt', tap.at(200, '09:15'))), 'SLOT_TAKEN',
       'the horizon holds for patients');
UPDATE core.service SET notice = '3 days' WHERE id = tap.id('check');
SELECT is(tap.book('asha', 'p3', jsonb_build_object('doctorId', tap.id('arun'), 'startsAt', tap.at(1, '09:15'))), 'SLOT_TAKEN', 'and the notice');
SELECT is(tap.book('desk', 'p3', tap.visit('arun', tap.at(1, '09:15'))), 'confirmed', 'but not for staff');
SELECT is(tap.ask('asha', format('SELECT body #>> ''{appointment,notes}'' FROM api.book(%L, NULL, %L, NULL)', jsonb_build_object('reason', 'r'),
       tap.id('p4'))), NULL, 'a patient may leave a lead');
SELECT is((SELECT status FROM tap.the('p4')), 'lead', 'too');

SELECT is((SELECT count(*)::int FROM core.slot a JOIN core.slot b ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.during && b.during
            WHERE a.state IN ('hold', 'booked') AND b.state IN ('hold', 'booked')), 0, 'and nothing overlaps');

SELECT * FROM finish();
ROLLBACK;
