-- signin.sql - signing in and out, refresh tokens, limits, stored answers, profiles.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.door(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask('public', query, 'opdesk_signin');
END $$;

SELECT is(tap.door($$SELECT row(account, clinic, role, name, hash, disabled)::text FROM api.signin_find(' Admin@ONE.test ')$$),
          row(tap.id('account admin'), tap.id('one'), 'admin', 'Admin', 'hash of admin', false)::text, 'an account is found by its address');
SELECT is(tap.door($$SELECT account FROM api.signin_find(E'des\u212A@one.test')$$), NULL, 'a Kelvin sign is no k');
SELECT is(tap.door($$SELECT name FROM api.signin_find('meera@one.test')$$), 'Dr. Meera', 'with the doctor''s name');
SELECT is(tap.door($$SELECT account FROM api.signin_find('nina@two.test')$$), NULL, 'in the clinic of the host only');
SELECT is(tap.door($$SELECT hash FROM api.signin_find('nobody@one.test')$$), NULL, 'where nobody has a password of ours, a stranger is compared with none');
SAVEPOINT costs;
UPDATE auth.account SET password_hash = '$argon2id$v=19$m=' || CASE role WHEN 'admin' THEN 4096 ELSE 19456 END || ',t=2,p=1$c29tZXNhbHRzb21lc2FsdA$' || repeat('x', 43)
 WHERE clinic_id = tap.id('one') AND email IS NOT NULL;
CREATE FUNCTION tap.decoy(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.door(format('SELECT hash FROM api.signin_find(%L)', name || '@one.test'));
END $$;
SELECT matches(tap.decoy('nobody'), '^\$argon2id\$v=19\$m=(4096|19456),t=2,p=1\$A{22}\$A{43}$', 'else with what costs as much as somebody''s');
SELECT is(tap.decoy('nobody'), tap.decoy('Nobody'), 'the same each time, however it is typed');
SELECT set_eq($$SELECT split_part(tap.decoy('nobody ' || i), '$', 4) FROM generate_series(1, 40) i$$, ARRAY['m=4096,t=2,p=1', 'm=19456,t=2,p=1'],
       'after the cost was raised strangers are of either cost');
UPDATE auth.account SET password_hash = NULL WHERE id = tap.id('account meera');
SELECT matches(tap.decoy('meera'), 'A{43}$', 'as is who has no password');
ROLLBACK TO costs;
SELECT is(tap.door('SELECT role || '' '' || name FROM api.signin_key()'), 'admin Clinic key', 'the key has an account');
SELECT is(tap.ask('public', 'SELECT 1 FROM api.signin_key()'), '!42501 permission denied for function signin_key',
       'other programs cannot sign anybody in');

SELECT is(tap.door(format('SELECT api.signin_open(%L, %L, sha256(''s''), 3600, sha256(''r1''), 600) -> ''user''', tap.id('s'),
       tap.id('account meera'))),
          format('{"id" : "%s", "role" : "doctor", "name" : "Dr. Meera"}', tap.id('account meera')), 'a session says whose it is');
SELECT is(tap.ask('none', format('SELECT role || '' '' || doctor FROM auth.enter(%L, ''s'', NULL)', tap.id('s'))), 'doctor ' || tap.id('meera'),
       'and opens the door');
SELECT is(tap.door(format('SELECT api.signin_open(%L, %L, sha256(''s''), 3600, NULL, NULL)', tap.id('s2'), tap.id('nobody'))), '!unauthenticated',
       'nobody gets none');

CREATE FUNCTION tap.refresh(old text, new text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.door(format('SELECT outcome FROM api.signin_refresh(sha256(%L), ARRAY[sha256(%L)], 600)', old, new));
END $$;
SELECT is(tap.refresh('r0', 'r1'), 'unknown', 'an unknown token');
SELECT is(tap.refresh('r1', 'r2'), 'rotated', 'a fresh one is rotated');
SELECT is(tap.refresh('r1', 'r2'), 'repeated', 'and again within ten seconds, for two tabs or a lost answer');
SELECT is(tap.refresh('r2', 'r3'), 'rotated', 'its successor too');
SELECT is(tap.ask('none', format('SELECT role FROM auth.enter(%L, ''s'', NULL)', tap.id('s'))), 'doctor', 'and the session goes on');
SELECT is(tap.refresh('r1', 'r2'), 'reused', 'older than the one before ends the family');
SELECT is(tap.ask('none', format('SELECT role FROM auth.enter(%L, ''s'', NULL)', tap.id('s'))), '!unauthenticated', 'with its session');
SELECT is(tap.refresh('r3', 'r4'), 'unknown', 'and its youngest token');
SELECT tap.door(format('SELECT api.signin_open(%L, %L, sha256(''s''), 3600, sha256(''q1''), 600)', tap.id('s3'),
       tap.id('account meera'))) IS NOT NULL AS opened \gset
SELECT is(tap.refresh('q1', 'q2'), 'rotated', 'another family');
UPDATE auth.refresh SET used_at = used_at - interval '11 seconds' WHERE hash = sha256('q1');
SELECT is(tap.refresh('q1', 'q2'), 'reused', 'after ten seconds there is no repeating');
SELECT tap.door(format('SELECT api.signin_open(%L, %L, sha256(''s''), 300, sha256(''p1''), 600)', tap.id('s4'),
       tap.id('account meera'))) IS NOT NULL AS opened \gset
SELECT is((SELECT r.expires_at = s.expires_at FROM auth.refresh r JOIN auth.session s ON s.id = r.session_id WHERE r.hash = sha256('p1')), true,
       'no token outlives its family');
UPDATE auth.refresh SET expires_at = now() - interval '1 second' WHERE hash = sha256('p1');
SELECT is(tap.refresh('p1', 'p2'), 'unknown', 'one that ran out is none');
SELECT is(tap.door(format('SELECT api.signin_hold(%L, ''hash of admin'', ''new hash'')', tap.id('account admin'))), '', 'a hash can be renewed');
SELECT is(tap.door(format('SELECT api.signin_hold(%L, ''new hash'')', tap.id('account admin'))), '', 'and is held on to');
SELECT is(tap.door(format('SELECT api.signin_hold(%L, ''hash of admin''%s)', tap.id('account admin'), anew)), '!40001 another password', 'but not one from before')
  FROM unnest(ARRAY['', ', ''newer''']) anew;
SELECT is(tap.door($$SELECT hash FROM api.signin_find('admin@one.test')$$), 'new hash', 'and is');

SELECT is(tap.ask('desk', 'SELECT api.signout(false)'), '', 'signing out');
SELECT is(tap.ask('desk', 'SELECT 1'), '!unauthenticated', 'works at once');
SELECT is(tap.ask('admin', 'SELECT 1'), '1', 'for nobody else');
INSERT INTO auth.session (id, clinic_id, account_id, role, secret_hash, expires_at) VALUES (tap.id('session elsewhere'), tap.id('one'),
  tap.id('account admin'), 'admin', sha256('secret'), now() + interval '1 hour');
SELECT is(tap.ask('elsewhere', 'SELECT api.signout(true)'), '', 'signing out everywhere');
SELECT is(tap.ask('admin', 'SELECT 1'), '!unauthenticated', 'ends the other sessions too');
SELECT is(tap.ask('public', 'SELECT api.signout(true)'), '', 'a stranger has none to end');
SELECT is(tap.ask('meera', 'SELECT 1'), '1', 'and ends none');

-- Limits: sliding and exact
SELECT is(tap.ask('public', 'SELECT wait_s FROM api.count_use(''b'', 3, 60)'), '0', 'use ' || i || ' of three') FROM generate_series(1, 3) i;
SELECT is(tap.ask('public', 'SELECT wait_s FROM api.count_use(''b'', 3, 60)'), '60', 'the fourth waits');
SELECT is(tap.ask('public', 'SELECT remaining || '' '' || reset_s FROM api.count_use(''b'', 3, 60)'), '0 60', 'and none is left');
SELECT is(tap.ask('public', 'SELECT wait_s || '' '' || remaining || '' '' || reset_s FROM api.count_use(''c'', 3, 60)'), '0 2 60', 'in that bucket');
UPDATE core.limit_use SET uses = ARRAY[uses[1] - interval '59 seconds', uses[2] - interval '30 seconds', uses[3]] WHERE bucket = 'b';
SELECT is(tap.ask('public', 'SELECT wait_s FROM api.count_use(''b'', 3, 60)'), '1', 'until the first is a minute old');
UPDATE core.limit_use SET uses = ARRAY[uses[1] - interval '2 seconds', uses[2], uses[3]] WHERE bucket = 'b';
SELECT is(tap.ask('public', 'SELECT wait_s FROM api.count_use(''b'', 3, 60)'), '0', 'then there is room for one');
SELECT is(tap.ask('public', 'SELECT wait_s FROM api.count_use(''b'', 3, 60)') ::int BETWEEN 28 AND 30, true, 'and the next waits for the second');
SELECT is(tap.door('SELECT api.forgive_use(''b'')'), '', 'a use can be taken back');
SELECT is(tap.ask('public', 'SELECT wait_s FROM api.count_use(''b'', 3, 60)'), '0', 'and is free again');

-- Stored answers
CREATE FUNCTION tap.take(who text, scope text, key text, body text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask(who, format('SELECT concat_ws('' '', state, status, body) FROM api.idem_take(''r'', %L, %L, sha256(%L))', scope, key, body));
END $$;
SELECT is(tap.take('asha', 'a', 'k', 'body'), 'new', 'a new key');
SELECT is(tap.ask('asha', $$SELECT api.idem_keep('r', 'a', 'k', sha256('body'), 201, '{"id":1}')$$), '', 'keeps its answer');
SELECT is(tap.take('asha', 'a', 'k', 'body'), 'replay 201 {"id":1}', 'and gives it again');
SELECT is(tap.take('asha', 'a', 'k', 'other'), 'mismatch', 'for the same request only');
SELECT is(tap.take('asha', 'b', 'k', 'body'), 'new', 'to the same caller only');
SELECT is(tap.take('owen', 'a', 'k', 'body'), 'new', 'in the same clinic only');
UPDATE core.idempotency SET created_at = created_at - interval '25 hours';
SELECT is(tap.take('asha', 'a', 'k', 'body'), 'new', 'for a day');

-- Profiles
SELECT is(tap.ask('meera', 'SELECT row(role, name, email, phone, "doctorId", "patientId", "timeZone", "clinicName", language)::text FROM api.profile()'),
          row('doctor', 'Dr. Meera', 'meera@one.test', NULL, tap.id('meera'), NULL, 'Asia/Kolkata', 'Clinic One', NULL)::text, 'a doctor''s profile');
SELECT is(tap.ask('asha', 'SELECT row(role, name, email, phone, "patientId")::text FROM api.profile()'),
       row('patient', 'Asha', NULL, '+919811100001', tap.id('asha'))::text, 'a patient''s');
SELECT is(tap.ask('public', 'SELECT 1 FROM api.profile()'), NULL, 'a stranger has none');
SELECT is(tap.ask('asha', format('SELECT body ->> %L FROM api.save_profile(2, %L)', f, m)), v, 'a patient may save ' || f)
  FROM (VALUES ('name', '{"name":"Asha Rani"}', 'Asha Rani')) x(f, m, v);
SELECT is(tap.told('asha', 'api.save_profile(2, ''{}'')'), 'VERSION_CONFLICT', 'with the current version');
SELECT is(tap.ask('asha', $$SELECT body ->> 'email' FROM api.save_profile(3, '{"email":"a@example.org","phone":"9811100077","language":"hi"}')$$),
       'a@example.org', 'and more at once');
SELECT is((SELECT row(name, phone, email)::text FROM core.patient WHERE id = tap.id('asha')), '("Asha Rani",+919811100077,a@example.org)',
       'in the patient''s row');
SELECT is(tap.told('asha', 'api.save_profile((SELECT version FROM api.profile()), ''{"speciality":"x"}'')'), '!validation_error__speciality',
       'patients have no speciality');
SELECT is(tap.told('meera', 'api.save_profile(2, ''{"email":"x@example.org"}'')'), '!validation_error__email',
       'staff do not change what they sign in with');
SELECT is(tap.told('meera', 'api.save_profile(2, ''{"name":" "}'')'), '!validation_error__name', 'a name is not empty');
SELECT is(tap.ask('meera', $$SELECT body ->> 'speciality' FROM api.save_profile(2,
       '{"name":"Dr. Meera Rao","speciality":"Bones","phone":"9811100088"}')$$), 'Bones', 'a doctor has one');
SELECT is((SELECT name FROM core.doctor WHERE id = tap.id('meera')), 'Dr. Meera Rao', 'and the name that the pages show');
SELECT is(tap.told('none', 'api.save_profile(1, ''{}'')'), '!not_found', 'without a context there is nobody to save');

-- Health
SELECT is(tap.ask('public', 'SELECT realtime FROM api.health()'), 'inactive', 'no hub');
SELECT feed.report('hub1') \gset
SELECT is(tap.ask('none', 'SELECT realtime FROM api.health()'), 'active', 'a hub that reported');
UPDATE feed.hub SET seen_at = seen_at - interval '11 seconds';
SELECT is(tap.ask('public', 'SELECT realtime FROM api.health()'), 'inactive', 'long ago');
SELECT ok(tap.ask('public', 'SELECT api.schema_version()')::int >= 9, 'programs see which schema this is');

SELECT * FROM finish();
ROLLBACK;
