-- code.sql - one-time codes: whose an address is, what the first code makes, and who may call what.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.door(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask('public', query, 'opdesk_signin');
END $$;
CREATE FUNCTION tap.send(address text, code text DEFAULT '111111', language text DEFAULT 'en', most int DEFAULT 0, browser text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.door(format('SELECT coalesce(refusal, body::text) FROM api.signin_send(%L, %L, sha256(%L), %L, %L, ''one.test'', %s)',
                         address, browser, address || code, code, language, most));
END $$;
CREATE FUNCTION tap.check(address text, code text DEFAULT '111111', browser text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.door(format('SELECT concat_ws('' '', role, name) FROM api.signin_check(%L, %L, ARRAY[sha256(''another''), sha256(%L)])', address, browser, address || code));
END $$;
CREATE FUNCTION tap.letter(address text) RETURNS text LANGUAGE sql
RETURN (SELECT concat_ws('|', o.channel, o.subject, o.body, o.status) FROM core.outbox o WHERE o.recipient = address ORDER BY o.created_at DESC LIMIT 1);

-- Addresses
SELECT is(tap.door(format('SELECT address FROM api.signin_address(%L, %L)', p, m)), a, 'the address of ' || coalesce(p, m))
  FROM (VALUES ('98111 00001', NULL, '+919811100001'), ('+91 98111-00001', NULL, '+919811100001'), (NULL, ' Asha@Example.ORG ', 'asha@example.org')) x(p, m, a);
SELECT is(tap.door('SELECT address FROM api.signin_address(''1234567'', NULL)'), '!validation_error__phone', 'what is no number here');

-- The letter
SELECT is(tap.send('+919811100001'), '{"expiresIn" : 300, "resendIn" : 60}', 'a code is sent');
SELECT is(tap.letter('+919811100001'),
  E'sms|111111 is your code for Clinic One. It works for 5 minutes. Do not share it with anyone.\n\n@one.test #111111|queued', 'as a text message');
SELECT is((SELECT expires_at - created_at < interval '5 minutes 1 second' FROM core.outbox WHERE recipient = '+919811100001'), true, 'that nobody sends when it is late');
SELECT is(tap.send('+919811100001', language => 'hi') IS NOT NULL AND tap.letter('+919811100001') LIKE 'sms|111111 आपका Clinic One का कोड है।%', true, 'in Hindi too');
UPDATE core.patient SET email = 'Asha@example.org' WHERE id = tap.id('asha');
SELECT is(tap.send('asha@example.org') IS NOT NULL AND tap.letter('asha@example.org') LIKE 'email|Your code for Clinic One|111111 is%anyone.|queued', true,
       'an e-mail has a subject');
SELECT is(tap.send('nobody@example.org'), tap.send('asha@example.org'), 'a stranger is told the same');
SELECT is(tap.letter('nobody@example.org'), NULL, 'and gets no letter');
SELECT is(tap.send('+12125550101'), tap.send('asha@example.org'), 'as does who is known next door only');
SELECT is(tap.letter('+12125550101'), NULL, 'who gets none either');
SELECT is(tap.send('asha@example.org', most => 1), 'RATE_LIMITED', 'a clinic has a budget');
SELECT is(tap.send('nobody@example.org', most => 1), 'RATE_LIMITED', 'that strangers feel too');

-- One row an address, one use, five tries
SELECT is(tap.send('+919811100001', '222222') IS NOT NULL AND tap.check('+919811100001') = '', true, 'the newest code alone counts');
SELECT is(tap.check('+919811100001', '222222'), 'patient Asha', 'and says who it is');
SELECT is(tap.check('+919811100001', '222222'), '', 'once');
SELECT is(tap.send('+919811100001') IS NOT NULL AND tap.check('+919811100001', 'x' || i) = '', true, 'a wrong one, ' || i) FROM generate_series(1, 1) i;
SELECT is(tap.check('+919811100001', 'x'), '', 'another') FROM generate_series(2, 5);
SELECT is((SELECT row(tries, failures)::text FROM auth.code WHERE address = '+919811100001'), '(5,5)', 'each is counted');
SELECT is(tap.check('+919811100001'), '', 'and five are enough');
SELECT is(tap.check('+919811100001', 'x'), '', 'more');
SELECT is((SELECT failures FROM auth.code WHERE address = '+919811100001'), 5, 'are not even counted');
SELECT is(tap.send('+919811100001') IS NOT NULL AND tap.check('+919811100001') = 'patient Asha', true, 'another code works');
SELECT is((SELECT failures FROM auth.code WHERE address = '+919811100001'), 0, 'and begins anew');
SELECT is(tap.check('+919811100999'), '', 'where none was asked for, none is right');
SELECT is((SELECT count(*) FROM auth.code WHERE address = '+919811100999'), 0::bigint, 'and nothing is remembered');

-- A browser that the owner signed in from before has a row of its own.
SELECT is(tap.send('+919811100001', '444444', browser => 'home') IS NOT NULL AND tap.send('+919811100001', '555555') IS NOT NULL, true, 'codes are asked for at home and elsewhere');
SELECT is(tap.check('+919811100001', 'x'), '', 'a wrong one elsewhere') FROM generate_series(1, 6);
SELECT is((SELECT string_agg(concat_ws(' ', browser, tries, failures), '|' ORDER BY browser) FROM auth.code WHERE address = '+919811100001'), ' 5 5|home 0 0', 'is none at home');
SELECT is(tap.check('+919811100001', '444444'), '', 'the code of home is none elsewhere');
SELECT is(tap.check('+919811100001', '555555', 'home'), '', 'what is spent elsewhere is none at home either');
SELECT is(tap.check('+919811100001', '444444', 'home'), 'patient Asha', 'its own signs in');
SELECT is((SELECT string_agg(concat_ws(' ', browser, hash IS NULL, failures), '|' ORDER BY browser) FROM auth.code WHERE address = '+919811100001'), ' t 0|home t 0', 'and ends both');
SELECT is(tap.send('+919811100001', '444444', browser => 'home') IS NOT NULL AND tap.send('+919811100001', '555555') IS NOT NULL
  AND tap.check('+919811100001', '555555', 'home') = 'patient Asha', true, 'of two messages the later one does, whoever made it come');
SELECT is(tap.check('+919811100001', c, 'home') || tap.check('+919811100001', c), '', 'then neither ' || c) FROM unnest(ARRAY['444444', '555555']) c;
SELECT is(tap.send('+919811100001', '444444', browser => 'home') IS NOT NULL, true, 'a hundred wrong ones at home');
UPDATE auth.code SET failures = 100 WHERE address = '+919811100001' AND browser = 'home';
SELECT is(tap.check('+919811100001', '444444', 'home'), '', 'shut home');
SELECT is(tap.send('+919811100001', '555555') IS NOT NULL AND tap.check('+919811100001', '555555', 'home') = '', true, 'for every code');
SELECT is(tap.check('+919811100001', '555555'), 'patient Asha', 'and nothing else');
DELETE FROM auth.code WHERE browser = 'home';
SELECT is(tap.send('+919811100001', '555555') IS NOT NULL AND tap.check('+919811100001', '555555', 'home') = 'patient Asha', true, 'where home has asked for none, it is like everywhere');

-- Whose an address is
INSERT INTO core.patient (id, clinic_id, name, phone, created_at) VALUES
  (tap.id('elder'), tap.id('one'), 'Elder', '+919811100050', now() - interval '2 days'), (tap.id('younger'), tap.id('one'), 'Younger', '+919811100050', now());
SELECT is(tap.send('+919811100050') IS NOT NULL AND tap.check('+919811100050') = 'patient Elder', true, 'of two with one phone it is who came first');
SELECT is(tap.ask('bilal', $$SELECT body ->> 'phone' FROM api.save_profile((SELECT version FROM api.profile()), '{"phone":"9811100060"}')$$), '+919811100060',
       'a patient says that a number is theirs');
SELECT is(tap.send('+919811100060') IS NOT NULL AND tap.letter('+919811100060') IS NULL, true, 'nobody is known there by that');
SELECT is(tap.ask('bilal', $$SELECT body ->> 'phone' FROM api.save_profile((SELECT version FROM api.profile()), '{"phone":"9811100060","email":"Lier@Example.org"}')$$),
       '+919811100060', 'and an e-mail');
SELECT set_eq($$SELECT address FROM auth.reach WHERE patient_id = tap.id('bilal') AND proven_at IS NULL$$, ARRAY['+919811100060', 'lier@example.org'], 'both are noted');
SELECT is(tap.send('lier@example.org') IS NOT NULL AND tap.letter('lier@example.org') IS NULL, true, 'and open nothing');

-- Who is made of a visit
SELECT is(tap.book('public', 'b1', tap.visit('meera', tap.at(1, '09:00'), '{"name":"Zara","phone":"9811100070","email":"z@example.org"}')), 'confirmed', 'a stranger books');
SELECT is(tap.send('+919811100070') IS NOT NULL AND tap.check('+919811100070') = 'patient Zara', true, 'and is a patient with the first code');
SELECT is((SELECT row(p.name, p.phone, p.email)::text FROM core.patient p WHERE p.phone = '+919811100070'), '(Zara,+919811100070,)', 'by what is proven alone');
SELECT is((SELECT a.patient_id = p.id AND s.patient_id = p.id FROM core.appointment a JOIN core.slot s ON s.id = a.slot_id, core.patient p
            WHERE a.id = tap.id('b1') AND p.phone = '+919811100070'), true, 'the visit and its time are linked');
SELECT is((SELECT r.role FROM core.revision r WHERE r.appointment_id = tap.id('b1') ORDER BY r.id DESC LIMIT 1), 'system', 'by nobody in person');
SELECT is(tap.book('public', 'b2', tap.visit('meera', tap.at(2, '09:00'), '{"name":"Zara","phone":"9811100071"}')), 'confirmed', 'two visits');
SELECT is(tap.book('public', 'b3', tap.visit('arun', tap.at(2, '09:00'), '{"name":"Zoe","phone":"9811100071"}')), 'confirmed', 'at one hour');
SELECT is(tap.send('+919811100071') IS NOT NULL AND tap.check('+919811100071') LIKE 'patient Z%', true, 'do not keep anybody out');
SELECT is((SELECT count(*) || ' ' || count(s.patient_id) FROM core.appointment a JOIN core.slot s ON s.id = a.slot_id JOIN core.patient p ON p.id = a.patient_id
            WHERE p.phone = '+919811100071'), '2 1', 'both are linked, and the patient is in one place');
UPDATE core.appointment SET is_deleted = true WHERE id IN (tap.id('b2'), tap.id('b3'));
SELECT is(tap.book('public', 'b4', tap.visit('arun', tap.at(3, '09:00'), '{"phone":"9811100072"}')), 'confirmed', 'a visit');
UPDATE core.appointment SET is_deleted = true WHERE id = tap.id('b4');
SELECT is(tap.send('+919811100072') IS NOT NULL AND tap.letter('+919811100072') IS NULL, true, 'that was deleted makes nobody known');

-- Rights
SELECT is(tap.ask('public', format('SELECT 1 FROM %s', f)), '!42501 permission denied for function ' || split_part(split_part(f, '(', 1), '.', 2), f || ' is not for other programs')
  FROM unnest(ARRAY['api.signin_send('''', '''', '''', '''', '''', '''', 0)', 'api.signin_check('''', '''', ''{}'')', 'api.signin_address('''', '''')']) f;
SELECT is(tap.ask('admin', format('SELECT 1 FROM %s', f), 'opdesk_signin'), '!42501 permission denied for function ' || split_part(split_part(f, '(', 1), '.', 2),
       'nor the inner ones for sign-in: ' || f)
  FROM unnest(ARRAY['auth.welcome('''')', 'auth.patient_at('''')', 'auth.claim('''')', 'core.adopt(NULL, NULL)', 'api.signin_adopt(NULL, '''')']) f;
SELECT is(tap.ask('admin', 'SELECT 1 FROM ' || t, r), '!42501 permission denied for table ' || split_part(t, '.', 2), r || ' reads nothing of ' || t)
  FROM unnest(ARRAY['core.outbox', 'auth.code', 'auth.reach']) t, unnest(ARRAY['opdesk_web', 'opdesk_signin', 'opdesk_worker']) r;
SELECT is(tap.door('SELECT auth.role() || (SELECT count(*) FROM core.appointment) FROM api.signin_check(''+919811100070'', '''', ''{}'')'), 'public0', 'sign-in leaves its caller a stranger');

-- Old codes
UPDATE auth.code SET expires_at = now() - interval '2 days', failures = CASE address WHEN '+919811100001' THEN 3 ELSE 0 END;
SELECT lives_ok('SELECT auth.sweep_codes()', 'codes are swept');
SELECT results_eq('SELECT address FROM auth.code', ARRAY['+919811100001'], 'but not where failures count');

SELECT * FROM finish();
ROLLBACK;
