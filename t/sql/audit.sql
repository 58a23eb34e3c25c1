-- audit.sql - every change leaves an event, nobody can alter one, and no secret is in one.
BEGIN;
\ir prelude.psql

-- The events of this transaction since it was asked last: "object action fields".
CREATE TABLE tap.seen (id bigint);
CREATE FUNCTION tap.news() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text := (SELECT string_agg(concat_ws(' ', e.role, e.object, e.action, nullif(e.fields, '{}')), E'\n' ORDER BY e.id)
                  FROM audit.event e WHERE e.id > (SELECT coalesce(max(s.id), 0) FROM tap.seen s));
BEGIN
  INSERT INTO tap.seen SELECT max(e.id) FROM audit.event e;
  RETURN said;
END $$;

--
-- The catalogue: no table is forgotten, no secret either
--

CREATE VIEW tap.watched AS
  SELECT t.tgrelid::regclass::text AS name, t.tgrelid AS relation, string_to_array(encode(t.tgargs, 'escape'), '\000') AS args
    FROM pg_trigger t WHERE t.tgfoid = 'audit.record'::regproc;

SELECT set_eq($$SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname IN ('core', 'auth') AND c.relkind IN ('r', 'p')
                   AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE 'audit%')$$,
  ARRAY['core.migration',       -- about the installation, with times of its own
        'core.revision', 'core.lock_event', 'core.realtime_events', -- records themselves, written by triggers and the hub
        'core.limit_use', 'core.idempotency',                       -- what the system remembers of requests
        'core.outbox',          -- messages: the rows are the record, and their text holds codes
        'auth.code', 'auth.challenge', 'auth.refresh'], -- means of signing in; what comes of them is
  'every table that people change is watched');
SELECT is_empty($$SELECT w.name, a.attname FROM tap.watched w JOIN pg_attribute a ON a.attrelid = w.relation AND a.attnum > 0 AND NOT a.attisdropped
                   WHERE (a.atttypid = 'bytea'::regtype OR a.attname ~ 'hash|secret|token|password')
                     AND a.attname <> ALL (w.args[4]::text[] || w.args[5]::text[])$$, 'no column of bytes, or with such a name, is recorded as it is');
SELECT is_empty($$SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger t WHERE t.tgname LIKE 'audit%' AND t.tgenabled <> 'O'$$, 'no trigger is switched off');

--
-- Each table: made, changed, deleted
--

SELECT ok(tap.news() IS NOT NULL, 'the clinics of this test have left their events');
SELECT is((SELECT count(*)::int FROM audit.event e WHERE e.role IS NULL AND e.account_id IS NULL AND e.request IS NULL AND e.address IS NULL
            AND e.clinic_id IN (tap.id('one'), tap.id('two'))),
          (SELECT count(*)::int FROM audit.event e WHERE e.clinic_id IN (tap.id('one'), tap.id('two'))), 'as plain SQL: nobody, and no request');

CREATE FUNCTION tap.says(statement text, event text, name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN is(tap.news(), event, name);
END $$;

SELECT tap.says(q, e, format('%s leaves %s', left(q, 60), coalesce(split_part(e, '{', 1), 'nothing'))) FROM (VALUES
  ($$UPDATE core.clinic SET phone = '+911' WHERE id = tap.id('one')$$, 'clinic updated {"phone": [null, "+911"], "version": [1, 2]}'),
  ($$UPDATE core.clinic SET phone = '+911' WHERE id = tap.id('one')$$, NULL),
  ($$UPDATE core.system_config SET last_mailed_at = '2026-01-01Z' WHERE clinic_id = tap.id('one')$$,
     'system_config updated {"last_mailed_at": [null, "2026-01-01T00:00:00+00:00"]}'),
  ($$DELETE FROM core.system_config WHERE clinic_id = tap.id('one')$$, 'system_config deleted {"last_mailed_at": "2026-01-01T00:00:00+00:00"}'),
  ($$INSERT INTO core.system_config (clinic_id) VALUES (tap.id('one'))$$, 'system_config created'),
  ($$UPDATE core.doctor SET name = 'Dr. M.' WHERE id = tap.id('meera')$$, 'doctor updated {"name": ["Dr. Meera", "Dr. M."], "version": [1, 2]}'),
  ($$INSERT INTO core.service (id, clinic_id, name, price, horizon) VALUES (tap.id('scan'), tap.id('one'), 'Scan', 5, '1 day')$$,
     'service created {"name": "Scan", "price": 5, "buffer": "00:00:00", "notice": "00:00:00", "horizon": "1 day", "offered": true, "version": 1, "duration": "00:15:00", "position": 1, "auto_confirm": true, "cancel_until": "00:00:00"}'),
  ($$UPDATE core.service SET price = 6 WHERE id = tap.id('scan')$$, 'service updated {"price": [5, 6], "version": [1, 2]}'),
  ($$DELETE FROM core.service WHERE id = tap.id('scan')$$,
     'service deleted {"name": "Scan", "price": 6, "buffer": "00:00:00", "notice": "00:00:00", "horizon": "1 day", "offered": true, "version": 2, "duration": "00:15:00", "position": 1, "auto_confirm": true, "cancel_until": "00:00:00"}'),
  ($$UPDATE core.patient SET phone = NULL WHERE id = tap.id('asha')$$, 'patient updated {"phone": ["+919811100001", null], "version": [1, 2]}'),
  ($$INSERT INTO core.exception (clinic_id, kind, starts_at, ends_at) VALUES (tap.id('two'), 'closed', '2026-01-01Z', '2026-01-02Z')$$,
     'exception created {"kind": "closed", "step": "00:15:00", "ends_at": "2026-01-02T00:00:00+00:00", "starts_at": "2026-01-01T00:00:00+00:00"}'),
  ($$DELETE FROM core.exception WHERE clinic_id = tap.id('two')$$,
     'exception deleted {"kind": "closed", "step": "00:15:00", "ends_at": "2026-01-02T00:00:00+00:00", "starts_at": "2026-01-01T00:00:00+00:00"}'),
  ($$UPDATE core.rule SET closes = '12:00' WHERE doctor_id = tap.id('nina') AND weekday = 1$$, 'rule updated {"closes": ["13:00:00", "12:00:00"]}'),
  ($$INSERT INTO core.appointment (id, clinic_id, name, edit_hash) VALUES (tap.id('a'), tap.id('one'), 'A', '\x00')$$,
     'appointment created {"name": "A", "source": "web", "status": "lead", "version": 1, "walk_in": false, "is_deleted": false}'),
  ($$UPDATE core.appointment SET mailed = true WHERE id = tap.id('a')$$, NULL),
  ($$UPDATE core.appointment SET notes = 'n' WHERE id = tap.id('a')$$, 'appointment updated {"notes": [null, "n"], "version": [1, 2]}'),
  ($$INSERT INTO core.message (clinic_id, appointment_id, text) VALUES (tap.id('one'), tap.id('a'), 'hello')$$, 'message created {"text": "hello"}'),
  ($$DELETE FROM core.appointment WHERE id = tap.id('a')$$,
     E'appointment deleted {"name": "A", "notes": "n", "source": "web", "status": "lead", "version": 2, "walk_in": false, "is_deleted": false}\nmessage deleted {"text": "hello"}'),
  ($$UPDATE auth.account SET password_hash = 'another' WHERE id = tap.id('account desk')$$, 'account updated {"password_hash": "changed"}'),
  ($$INSERT INTO auth.account (id, clinic_id, role, name, password_hash) VALUES (tap.id('new'), tap.id('one'), 'admin', 'New', 'x')$$,
     'account created {"name": "New", "role": "admin", "is_key": false, "version": 1, "disabled": false, "password_hash": "changed"}'),
  ($$UPDATE auth.session SET role = 'admin' WHERE id = tap.id('session desk')$$, 'session updated {"role": ["frontdesk", "admin"]}'),
  ($$UPDATE auth.session SET secret_hash = sha256('other') WHERE id = tap.id('session desk')$$, 'session updated {"secret_hash": "changed"}'),
  ($$UPDATE auth.session SET expires_at = expires_at + interval '1 s' WHERE id = tap.id('session desk')$$, NULL),
  ($$UPDATE auth.session SET revoked_at = now() WHERE id = tap.id('session desk')$$, format('session ended {"account_id": "%s"}', tap.id('account desk'))),
  ($$DELETE FROM auth.session WHERE id = tap.id('session desk')$$, NULL),
  ($$DELETE FROM auth.session WHERE id = tap.id('session arun')$$, format('session ended {"account_id": "%s"}', tap.id('account arun'))),
  ($$INSERT INTO auth.reach (clinic_id, patient_id, address) VALUES (tap.id('one'), tap.id('asha'), '+919811100009')$$,
     'reach created {"proven": false, "address": "+919811100009"}'),
  ($$UPDATE auth.reach SET proven_at = now() WHERE patient_id = tap.id('asha')$$, 'reach updated {"proven": [false, true]}'),
  ($$UPDATE auth.reach SET proven_at = now() + interval '1 day' WHERE patient_id = tap.id('asha')$$, NULL)) x(q, e);

-- Slots: only what is mended by hand
SELECT is(tap.told('public', format('api.reserve(%L, %L, NULL, %L, %L, ''::1'', 0)', tap.id('meera'), tap.at(3, '10:00'), tap.id('hold'), sha256('t'))) LIKE '{%',
          true, 'a stranger holds a time');
SELECT is(tap.news(), NULL, 'which is nobody''s record');
SELECT is(tap.book('public', 'v', tap.visit('meera', tap.at(3, '11:00'))), 'confirmed', 'a booking');
SELECT is(regexp_replace(tap.news(), '\{.*', ''), 'public appointment created ', 'is one event, the appointment''s');
UPDATE core.slot SET during = tstzrange(starts_at, ends_at + interval '5 min') WHERE id = (SELECT slot_id FROM core.appointment WHERE id = tap.id('v'));
SELECT is(regexp_replace(tap.news(), '\{.*', ''), 'slot updated ', 'a booked slot that is changed by hand leaves its own');

-- Actors
SELECT is(tap.change('meera', 'v', 1, '{"notes":"n"}'), 'confirmed 2', 'a doctor changes a visit');
SELECT is((SELECT row(e.role, e.account_id, e.session_id, e.object_id, e.address)::text FROM audit.event e ORDER BY id DESC LIMIT 1),
          row('doctor', tap.id('account meera'), tap.id('session meera'), tap.id('v'), NULL::text)::text, 'who, by which session, which one');
SELECT is(tap.change('asha', 'v', 2, '{"reason":"r"}'), '!not_found', 'what is refused');
SELECT is((SELECT count(*)::int FROM audit.event e WHERE e.object_id = tap.id('v') AND e.role = 'patient'), 0, 'leaves no event');

-- Locks: only those that were taken away
SELECT tap.news() IS NOT NULL AS asked \gset
SELECT ok(tap.told('meera', format('api.acquire_lock(%L, NULL, NULL, NULL)', tap.id('v'))) LIKE '{%', 'a lock that is taken');
SELECT is(tap.news(), NULL, 'has its own history');
SELECT ok(tap.told('admin', format('api.takeover_lock(%L, NULL)', tap.id('v'))) LIKE '{%', 'one that is taken over');
SELECT is(tap.news(), format('admin lock taken_over {"account_id": ["%s", "%s"]}', tap.id('account meera'), tap.id('account admin')), 'is on record');
SELECT is(tap.told('admin', format('api.force_release_lock(%L, NULL)', tap.id('v'))), NULL, 'one that is ended by force');
SELECT is(tap.news(), format('admin lock force_released {"account_id": ["%s", null]}', tap.id('account admin')), 'as well');

-- Secrets: whatever was written in this test, none is there
SELECT is_empty($$SELECT e.id, e.fields FROM audit.event e WHERE e.fields::text ~ 'hash of|\\\\x|another|secret"'$$, 'no hash and no secret is in any event');

--
-- Nobody alters an event
--

SELECT is_empty($$SELECT r.rolname, c.relname, p FROM pg_roles r, pg_class c, unnest(ARRAY['UPDATE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) p
                   WHERE r.rolname LIKE 'opdesk_%' AND c.relnamespace = 'audit'::regnamespace AND c.relkind = 'r' AND has_table_privilege(r.oid, c.oid, p)$$,
                'no role of ours updates or truncates here, owners included');
SELECT set_eq($$SELECT r.rolname || ' ' || c.relname FROM pg_roles r, pg_class c
                 WHERE r.rolname LIKE 'opdesk_%' AND c.relnamespace = 'audit'::regnamespace AND c.relkind = 'r' AND has_table_privilege(r.oid, c.oid, 'DELETE')$$,
              ARRAY['opdesk_audit event', 'opdesk_audit fresh', 'opdesk_audit link'], 'opdesk_audit alone deletes, and no checkpoint');
SELECT set_eq($$SELECT r.rolname || ' ' || a.attname FROM pg_roles r, pg_attribute a
                 WHERE r.rolname LIKE 'opdesk_%' AND a.attrelid = 'audit.event'::regclass AND a.attnum > 0 AND has_column_privilege(r.oid, a.attrelid, a.attnum, 'INSERT')$$,
              ARRAY(SELECT 'opdesk_audit ' || x FROM unnest(ARRAY['clinic_id', 'role', 'account_id', 'session_id', 'action', 'object', 'object_id', 'fields',
                                                                  'request', 'address']) x), 'it alone inserts, and neither number nor time');
SELECT set_eq($$SELECT p.proname::text FROM pg_proc p WHERE p.proowner = 'opdesk_audit'::regrole AND p.prosrc ~ 'DELETE FROM audit.(event|link)'$$,
              ARRAY['forget'], 'and one function deletes');
SELECT is(tap.ask(w.who, format('SELECT count(*) > 0 FROM audit.event')), w.sees, w.who || ' reads events: ' || w.sees)
  FROM (VALUES ('admin', 'true'), ('desk', '!unauthenticated'), ('meera', 'false'), ('asha', 'false'), ('chatbot', 'false'), ('public', 'false'), ('none', 'false')) w(who, sees);
SELECT is(tap.ask('boss', format('SELECT count(*) FROM audit.event WHERE clinic_id <> %L', tap.id('two'))), '0', 'an administrator those of their clinic');
SELECT is(tap.ask('admin', format('SELECT count(*) FROM audit.%s', t)), '!42501 permission denied for table ' || t, 'the chain is nobody''s: ' || t)
  FROM unnest(ARRAY['link', 'fresh', 'checkpoint']) t;
SELECT is(left(tap.ask('admin', q), 6), '!42501', q) FROM unnest(ARRAY['UPDATE audit.event SET action = ''x''', 'DELETE FROM audit.event', 'TRUNCATE audit.event',
  'INSERT INTO audit.event (clinic_id, action, object, fields) VALUES (gen_random_uuid(), ''x'', ''x'', ''{}'')', 'SELECT audit.note(''x'', ''x'', NULL)',
  'SELECT audit.link_all()', 'SELECT audit.forget(gen_random_uuid(), ''1000 days'')']) q;

-- Whom privileges do not bind: the owner finds no policy, the superuser a trigger.
SELECT is(audit.link_all() > 100, true, 'what this test wrote is linked');
SELECT throws_ok(q, 'P0001', NULL, 'even a superuser is stopped: ' || q)
  FROM unnest(ARRAY['UPDATE audit.event SET action = ''x''', 'DELETE FROM audit.event', 'TRUNCATE audit.event', 'UPDATE audit.link SET seq = seq', 'DELETE FROM audit.link',
                    'TRUNCATE audit.link']) q;
GRANT UPDATE, DELETE ON audit.event TO opdesk_owner;
SET LOCAL ROLE opdesk_owner;
SELECT count(*) > 0 AS sees FROM audit.event \gset
WITH x AS (UPDATE audit.event SET action = 'x' RETURNING 1) SELECT count(*) AS updated FROM x \gset
WITH x AS (DELETE FROM audit.event RETURNING 1) SELECT count(*) AS deleted FROM x \gset
RESET ROLE;
SELECT is(:'sees'::text, 't', 'the owner sees events');
SELECT is(:updated, 0, 'and changes none, with the privilege that it can give itself');
SELECT is(:deleted, 0, 'nor deletes one');

--
-- Forgetting
--

SELECT throws_ok(format('SELECT audit.forget(%L, ''89 days'')', tap.id('one')), NULL, 'audit events are kept for 90 days at least', 'nobody forgets the last three months');
SELECT is(audit.forget(tap.id('one'), '90 days'), 0, 'and nothing that is younger');
INSERT INTO core.clinic (id, name, position) VALUES (tap.id('old'), 'Old', 1003);
INSERT INTO audit.event (clinic_id, at, action, object, fields) SELECT tap.id('old'), now() - interval '200 days' + d * interval '1 day', 'updated', 'clinic', '{}' FROM generate_series(1, 150) d;
INSERT INTO audit.fresh (clinic_id, event_id) SELECT e.clinic_id, e.id FROM audit.event e WHERE e.clinic_id = tap.id('old') AND e.id NOT IN (SELECT f.event_id FROM audit.fresh f);
SELECT ok(audit.link_all() > 150, 'a chain of old events');
SELECT is(audit.forget(tap.id('old'), '100 days'), 0, 'of which the first is not old enough: what is behind it stays, too');

SELECT * FROM finish();
ROLLBACK;
