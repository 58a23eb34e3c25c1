-- lock.sql - edit leases: the guard, the fence, what is recorded and announced, and who reaches what.
BEGIN;
\ir prelude.psql

INSERT INTO core.appointment (id, clinic_id, name, doctor_id, patient_id, status) VALUES
  (tap.id('a'), tap.id('one'), 'a', tap.id('meera'), tap.id('asha'), 'confirmed'), (tap.id('b'), tap.id('one'), 'b', tap.id('arun'), NULL, 'lead');

CREATE FUNCTION tap.lock(who text, what text, more text DEFAULT 'NULL, NULL, NULL') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text := tap.told(who, format('api.%s_lock(%L, %s)', what, tap.id('a'), more));
BEGIN
  RETURN CASE WHEN answer LIKE '{%' THEN concat_ws(' ', answer::json ->> 'state', answer::json #>> '{lock,version}') ELSE answer END;
END $$;
CREATE FUNCTION tap.fence() RETURNS bigint LANGUAGE sql RETURN (SELECT fence FROM core.lock WHERE appointment_id = tap.id('a'));
CREATE FUNCTION tap.age(seconds int) RETURNS void LANGUAGE sql
BEGIN ATOMIC
  UPDATE core.lock SET acquired_at = acquired_at - make_interval(secs => seconds), expires_at = expires_at - make_interval(secs => seconds)
   WHERE appointment_id = tap.id('a') AND account_id IS NOT NULL;
END;
-- What becomes of an UPDATE or DELETE that names a fence or none.  As the
-- role of the functions, which alone may write.
CREATE FUNCTION tap.run(command text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE command INTO answer;
  RETURN answer;
END $$;
ALTER FUNCTION tap.run OWNER TO opdesk_api;
GRANT EXECUTE ON FUNCTION tap.run TO PUBLIC;
CREATE FUNCTION tap.write(who text, fence text, command text DEFAULT 'UPDATE core.appointment SET reason = ''x''') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('opdesk.fence', coalesce(fence, ''), true);
  RETURN tap.ask(who, format('SELECT tap.run(%L)', format('%s WHERE id = %L RETURNING ''written''', command, tap.id('a'))));
END $$;

-- Born with the appointment
SELECT is((SELECT row(version, fence, account_id, expires_at)::text FROM core.lock WHERE appointment_id = tap.id('a')), '(0,0,,-infinity)',
       'a row is born with its appointment, and nobody has it');
SELECT throws_ok(format('UPDATE core.lock SET fence = -1 WHERE appointment_id = %L', tap.id('a')), 'a fence never falls');

-- Who may write
SELECT is(tap.write('desk', NULL), 'written', 'where nobody has a lock, anybody writes');
SELECT is(tap.write('desk', '1'), '!locked', 'but not under a fence that was never given');
SELECT is(tap.lock('desk', 'acquire'), 'locked_by_user 1', 'the desk takes the lock');
SELECT is(tap.write(w.who, w.fence), w.says, format('%s, naming %s: %s', w.who, coalesce(w.fence, 'no fence'), w.says))
  FROM (VALUES ('desk', NULL, 'written'), ('desk', '1', 'written'), ('desk', '2', '!locked'), ('desk', '0', '!locked'), ('admin', NULL, '!locked'),
               ('admin', '1', '!locked'), ('meera', NULL, '!locked'), ('asha', NULL, '!locked'), ('chatbot', NULL, '!locked'),
               ('system', NULL, '!locked')) w(who, fence, says);
SELECT is(tap.write('admin', NULL, 'UPDATE core.appointment SET ' || c), 'written', 'bookkeeping is not refused: ' || c)
  FROM unnest(ARRAY['mailed = true', 'status_before = ''lead''', 'edit_hash = ''x''']) c;
SELECT is(tap.write('admin', NULL, 'UPDATE core.appointment SET ' || c), '!locked', 'what people see is: ' || c)
  FROM unnest(ARRAY['version = version', 'status = ''lead''', 'doctor_id = doctor_id', 'patient_id = NULL', 'service_id = NULL', 'starts_at = NULL',
                    'ends_at = NULL', 'name = name', 'phone = NULL', 'email = NULL', 'reason = NULL', 'notes = NULL', 'source = source',
                    'walk_in = true', 'is_deleted = true']) c;
SELECT set_eq($$SELECT unnest(tgattr)::smallint FROM pg_trigger WHERE tgname = 'guard'$$, $$SELECT unnest(tgattr)::smallint FROM pg_trigger
  WHERE tgname = 'rise' AND tgrelid = 'core.appointment'::regclass$$, 'the guard looks at the columns that raise a version');
SELECT lives_ok(format('UPDATE core.appointment SET reason = ''mended'' WHERE id = %L', tap.id('a')), 'plain SQL without a context is not refused');
SELECT is((SELECT count(*)::int FROM pg_trigger WHERE tgname = 'guard' AND tgtype & 8 = 8), 1, 'the guard looks at deletions too');
SELECT tap.age(301) \gset
SELECT is(tap.write('desk', tap.fence()::text), '!locked', 'a lease that has run out is none, also to its holder');
SELECT is(tap.write('meera', NULL), 'written', 'and bars nobody');

-- The functions
SELECT is(tap.lock('admin', 'acquire'), 'LOCKED_BY_OTHER', 'within its grace nobody else gets it');
SELECT is(tap.lock('desk', 'acquire'), 'locked_by_user 2', 'but its holder does');
SELECT is(tap.fence(), 2::bigint, 'under the next fence');
SELECT is(tap.lock('desk', 'acquire', '2, 2, NULL'), 'locked_by_user 3', 'renewal');
SELECT is(tap.fence(), 2::bigint, 'leaves the fence');
SELECT is(tap.lock('desk', 'takeover', 'NULL'), '!forbidden', 'the functions ask themselves who is an administrator');
SELECT is(tap.lock('desk', 'force_release', 'NULL'), '!forbidden', 'each');
SELECT is(tap.lock('admin', 'takeover', 'NULL'), 'locked_by_user 4', 'taken over');
SELECT is(tap.fence(), 3::bigint, 'the fence is another');
SELECT is(tap.ask(w.who, format('SELECT state FROM api.lock(%L)', tap.id('a'))), w.state, format('%s sees: %s', w.who, coalesce(w.state, 'nothing')))
  FROM (VALUES ('admin', 'locked_by_user'), ('desk', 'locked_by_other'), ('asha', 'locked_by_other'), ('arun', NULL), ('bilal', NULL), ('boss', NULL),
               ('public', NULL), ('none', NULL)) w(who, state);
SELECT is(tap.ask(w.who, 'SELECT count(*) FROM api.locks()'), w.n, format('%s sees %s of all locks', w.who, w.n))
  FROM (VALUES ('desk', '1'), ('meera', '1'), ('arun', '0'), ('boss', '0'), ('none', '0')) w(who, n);
SELECT is(tap.lock(w.who, 'acquire'), '!not_found', w.who || ' takes no lock of a row that is not theirs')
  FROM unnest(ARRAY['arun', 'bilal', 'boss', 'public', 'none']) w(who);

-- Running out
SELECT tap.age(314) \gset
SELECT is(core.expire_locks(), 0, 'nothing is swept before its grace is over');
SELECT tap.age(1) \gset
SELECT is(core.expire_locks(), 1, 'then it is');
SELECT is(core.expire_locks(), 0, 'once');
SELECT ok(auth.role() IS NULL, 'no context is left behind');
SELECT is((SELECT string_agg(e.event || coalesce(' ' || round(extract(epoch FROM e.held)), ''), ', ' ORDER BY e.made_at) FROM core.lock_event e
            WHERE e.appointment_id = tap.id('a')),
          'acquired, expired 300, acquired, taken_over 0, acquired, expired 300', 'all of it is in the record');

-- The feed
SELECT feed.fold(tap.id('one')) \gset
SELECT is((SELECT string_agg(op, ', ' ORDER BY seq) FROM feed.change WHERE entity = 'lock' AND entity_id = tap.id('a')),
          'acquired, released, acquired, updated, taken_over, released', 'and each step was announced');
SELECT is((SELECT body #>> '{adminInfo,name}' FROM feed.change WHERE op = 'taken_over' AND entity_id = tap.id('a')), 'Admin', 'a takeover with who did it');
SELECT is((SELECT array_agg(DISTINCT s ORDER BY s) FROM feed.change, unnest(scopes) s WHERE entity = 'lock' AND entity_id = tap.id('a')),
          (SELECT array_agg(s ORDER BY s) FROM unnest(ARRAY[tap.id('one'), tap.id('meera')]) s), 'to the clinic and the doctor, and no patient');
SELECT is((SELECT body FROM feed.change WHERE entity = 'lock' AND entity_id = tap.id('a') ORDER BY seq DESC LIMIT 1),
          jsonb_build_object('appointmentId', tap.id('a'), 'lock', NULL), 'the last with nobody');
SELECT is((SELECT count(*)::int FROM feed.item WHERE id = tap.id('a') AND version > 100), 0, 'which is no change of a list');

-- Rights
SELECT is(tap.ask('admin', 'SELECT count(*) FROM core.' || t), '!42501 permission denied for table ' || t, 'programs do not read ' || t)
  FROM unnest(ARRAY['lock', 'lock_event']) t;
SELECT ok(NOT has_table_privilege('opdesk_api', 'core.lock', 'DELETE'), 'no function deletes a lock');
SELECT ok(NOT has_table_privilege('opdesk_api', 'core.lock_event', p), 'nor changes the record: ' || p) FROM unnest(ARRAY['UPDATE', 'DELETE']) p;
DELETE FROM core.appointment WHERE id = tap.id('a');
SELECT is(tap.fence(), 3::bigint, 'the fence outlives its appointment');
INSERT INTO core.appointment (id, clinic_id, name) VALUES (tap.id('a'), tap.id('one'), 'again');
SELECT is(tap.lock('desk', 'acquire'), 'locked_by_user 1', 'that comes back');
SELECT is(tap.fence(), 4::bigint, 'and goes on');

SELECT * FROM finish();
ROLLBACK;
