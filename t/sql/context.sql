-- context.sql - who is asking: the door, and what is behind it without a key.
BEGIN;
\ir prelude.psql

SELECT is(tap.ask('admin', 'SELECT auth.role()'), 'admin', 'a session opens the door');
SELECT is(tap.ask('meera', 'SELECT auth.doctor_id()'), tap.id('meera')::text, 'a doctor''s context names the doctor');
SELECT is(tap.ask('asha', 'SELECT auth.patient_id()'), tap.id('asha')::text, 'a patient''s names the patient');
SELECT is(tap.ask('public', 'SELECT auth.role() || '' '' || auth.clinic_id()'), 'public ' || tap.id('one'),
       'a stranger belongs to the clinic of the host');
SELECT is(tap.ask('none', $$SELECT role FROM auth.enter(NULL, NULL, 'TWO.test:8443')$$), 'public', 'a host may have a port and capitals');
SELECT is(tap.ask('none', $$SELECT auth.clinic_id() FROM auth.enter(NULL, NULL, 'two.test:8443')$$), tap.id('two')::text, 'and counts without it');
SELECT is(tap.ask('none', $$SELECT auth.clinic_id() FROM auth.enter(NULL, NULL, 'nobody.test')$$),
          (SELECT id::text FROM core.clinic ORDER BY position, id LIMIT 1), 'nobody''s host is the first clinic''s');
SELECT is(tap.ask('none', $$SELECT auth.clinic_id() FROM auth.enter(NULL, NULL, NULL)$$),
          (SELECT id::text FROM core.clinic ORDER BY position, id LIMIT 1), 'and so is no host');
SELECT is(tap.ask('none', format('SELECT role, doctor, patient, account FROM auth.enter(%L, %L, NULL)', tap.id('session desk'), 'secret'::bytea)),
          'frontdesk', 'enter says the role');

-- Without a key
SELECT is(tap.ask('none', format('SELECT role FROM auth.enter(%L, %L, NULL)', tap.id('session admin'), 'wrong'::bytea)), '!unauthenticated',
       'a wrong secret is refused');
SELECT is(tap.ask('none', format('SELECT role FROM auth.enter(%L, NULL, NULL)', tap.id('session admin'))), '!unauthenticated',
       'no secret is refused');
SELECT is(tap.ask('none', format('SELECT role FROM auth.enter(%L, NULL, NULL)', tap.id('session of nobody'))), '!unauthenticated',
       'an unknown session without a secret is refused');
SELECT is(tap.ask('none', format('SELECT role FROM auth.enter(%L, %L, NULL)', tap.id('session of nobody'), 'secret'::bytea)), '!unauthenticated',
       'an unknown session is refused');
UPDATE auth.session SET expires_at = clock_timestamp() WHERE id = tap.id('session bilal');
SELECT is(tap.ask('bilal', 'SELECT 1'), '!unauthenticated', 'an expired session is refused');
UPDATE auth.account SET disabled = true WHERE id = tap.id('account arun');
SELECT is(tap.ask('arun', 'SELECT 1'), '!unauthenticated', 'who is disabled is out at once');
SELECT is(tap.ask('boss', 'SELECT auth.role()'), 'admin', 'and nobody else is');
UPDATE auth.account SET role = 'frontdesk' WHERE id = tap.id('account boss');
SELECT is(tap.ask('boss', 'SELECT auth.role()'), '!unauthenticated', 'who gets another role signs in anew');

-- No context: no rows, on every table the web role may read, and no writing.
SELECT is(tap.ask('none', format('SELECT count(*) FROM (SELECT %s FROM %s) x', c.columns, c.name)), CASE c.name WHEN 'core.migration'
       THEN (SELECT count(*)::text FROM core.migration) ELSE '0' END,
          'without a context ' || c.name || ' is empty')
  FROM (SELECT a.attrelid::regclass::text AS name, string_agg(quote_ident(a.attname), ', ') AS columns
          FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
         WHERE t.relnamespace IN ('core'::regnamespace, 'feed'::regnamespace, 'auth'::regnamespace) AND t.relkind = 'r' AND a.attnum > 0
           AND NOT a.attisdropped
           AND has_column_privilege('opdesk_web', t.oid, a.attnum, 'SELECT')
         GROUP BY 1) c ORDER BY c.name;
INSERT INTO core.appointment (id, clinic_id, name) VALUES (tap.id('kept'), tap.id('one'), 'Kept');
SELECT is(tap.told('none', format('api.change(%L, 1, %L, NULL)', tap.id('kept'), '{"name":"Lost"}')), '!not_found',
       'without a context nothing is changed');
SELECT is(tap.told('none', format('api.cancel(%L)', tap.id('kept'))), '!not_found', 'nor cancelled');
SELECT is(tap.told('none', format('api.reserve(%L, %L, %L, %L, %L, NULL, 0)', tap.id('meera'), tap.at(1, '09:00'), tap.id('check'), tap.id('h'),
       'x'::bytea)),
          '!not_found__doctor_id', 'nor held');
SELECT is(tap.ask('none', 'SELECT n FROM api.sync_head()'), NULL, 'nor synced');
SELECT is(tap.ask('none', 'SELECT count(*) FROM api.sync_since(0, 10)'), '0', 'with no list');
SELECT is(tap.ask('none', 'SELECT list FROM api.sync_list()'), '', 'and no vector');
SELECT ok(auth.role() IS NULL, 'plain SQL has no context');

-- The edit token is a part of the context that lasts one transaction.
SELECT is(auth.field(8), NULL, 'nobody carries an edit token');
SELECT is(tap.ask('asha', 'SELECT auth.carry(sha256(''x''))'), '!42501 permission denied for function carry',
       'who wants to carry one has to ask the functions');
SELECT is(tap.ask('admin', 'SELECT auth.enter_system(''' || tap.id('two') || ''')'), '!42501 permission denied for function enter_system',
          'and nobody enters as the system');
SELECT is(tap.ask('admin', 'SELECT auth.enter_system(''' || tap.id('two') || ''')', 'opdesk_signin'),
       '!42501 permission denied for function enter_system', 'not even sign-in');

SELECT * FROM finish();
ROLLBACK;
