-- plans.sql - reading functions are inlined, and the index is what they walk, as the workers' role with its generic plans.
BEGIN;
\ir prelude.psql

-- A few hundred rows, for which sorting would be cheap.  With sequential scans,
-- bitmaps and sorting out of favour a plan that has one of them could not do
-- without; that the ordered walk is chosen for many rows is the bench's to show.
INSERT INTO core.appointment (clinic_id, name, doctor_id, patient_id, service_id, starts_at, ends_at)
SELECT tap.id('one'), 'n' || i, tap.id('meera'), tap.id('asha'), tap.id('check'), now() + i * interval '1 hour',
       now() + i * interval '1 hour' + interval '15 minutes' FROM generate_series(1, 500) i;
INSERT INTO core.appointment (clinic_id, name, doctor_id, patient_id, service_id, starts_at, ends_at)
SELECT tap.id('one'), 'm' || i, tap.id('arun'), CASE WHEN i % 50 = 0 THEN tap.id('bilal') END, tap.id('check'), now() + i * interval '1 hour',
       now() + i * interval '1 hour' + interval '15 minutes'
  FROM generate_series(1, 3000) i;
INSERT INTO core.slot (clinic_id, doctor_id, service_id, starts_at, ends_at, during, state)
SELECT clinic_id, doctor_id, service_id, starts_at, ends_at, tstzrange(starts_at, ends_at), 'booked' FROM core.appointment
       WHERE doctor_id = tap.id('meera');
ANALYZE core.appointment;
ANALYZE core.slot;
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_sort = off;

CREATE FUNCTION tap.plan(who text, query text, types text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  plan text := '';
BEGIN
  PERFORM set_config('role', 'opdesk_web', true);
  PERFORM auth.enter(tap.id('session ' || who), 'secret', NULL);
  EXECUTE format('PREPARE q(%s) AS %s', types, query);
  FOR line IN EXECUTE format('EXPLAIN (COSTS OFF, VERBOSE) EXECUTE q(%s)', arguments) LOOP
    plan := plan || line || E'\n';
  END LOOP;
  DEALLOCATE q;
  PERFORM set_config('role', 'none', true);
  PERFORM auth.leave();
  RETURN plan;
END $$;
CREATE TABLE tap.query (name text, who text, query text, types text, arguments text, index text);
INSERT INTO tap.query
SELECT f.name, f.who, format('SELECT * FROM api.%s($1, $2, $3, $4, $5, $6, $7, $8, $9)', f.name),
       'text[], uuid, uuid, date, date, text, timestamptz, uuid, int',
       'NULL, NULL, NULL, NULL, NULL, NULL, ''infinity'', ''00000000-0000-0000-0000-000000000000'', 20', f.index
  FROM (VALUES ('appointments_of_clinic', 'admin', 'appointment_clinic'), ('appointments_of_doctor', 'meera', 'appointment_doctor'),
    ('appointments_of_patient', 'asha', 'appointment_patient'),
               ('appointments_of_clinic_between', 'admin', 'appointment_clinic'), ('appointments_of_doctor_between', 'meera', 'appointment_doctor'),
               ('appointments_of_patient_between', 'asha', 'appointment_patient'), ('appointments_search', 'admin', 'appointment_clinic')) f(name,
                 who, index);
INSERT INTO tap.query VALUES
  ('appointment', 'admin', 'SELECT * FROM api.appointment($1)', 'uuid', 'NULL', 'appointment_pkey'),
  ('calendar', 'admin', 'SELECT * FROM api.calendar($1, $2, $3)', 'date, date, uuid', 'now()::date, now()::date, NULL', 'appointment_clinic'),
  ('calendar_of_doctor', 'meera', 'SELECT * FROM api.calendar_of_doctor($1, $2, $3)', 'date, date, uuid', 'now()::date, now()::date, NULL',
    'appointment_doctor'),
  ('availability', 'asha', 'SELECT * FROM api.availability($1, $2, $3, $4)', 'uuid, date, date, uuid', 'NULL, NULL, NULL, NULL', 'slot_day'),
  ('patients', 'meera', 'SELECT * FROM api.patients($1, $2)', 'text, int', 'NULL, 10', 'appointment_patient'),
  ('doctors', 'asha', 'SELECT * FROM api.doctors()', 'int', '1', 'doctor_'),
  ('services', 'asha', 'SELECT * FROM api.services()', 'int', '1', 'service_'),
  ('clinic', 'asha', 'SELECT * FROM api.clinic()', 'int', '1', 'clinic_pkey'),
  ('profile', 'asha', 'SELECT * FROM api.profile()', 'int', '1', 'account_');
CREATE TABLE tap.plans AS SELECT name, index, tap.plan(who, query, types, arguments) AS plan FROM tap.query;

SELECT ok(plan !~ 'Function Scan on api\.|Function Call: api\.', 'api.' || name || ' is inlined') FROM tap.plans;
SELECT ok(plan !~ 'Seq Scan on core\.(appointment|slot|patient) ', 'api.' || name || ' walks no whole table') FROM tap.plans;
SELECT ok(plan ~ ('Index (Only )?Scan (Backward )?using ' || index), 'api.' || name || ' uses ' || index) FROM tap.plans;
SELECT ok(plan ~ 'Index Cond: .*listed_at <= ', 'api.' || name || ' begins at the page it was asked for') FROM tap.plans
       WHERE name LIKE 'appointments%';
SELECT ok(plan !~ 'Sort', 'api.' || name || ' needs no sorting') FROM tap.plans WHERE name LIKE 'appointments%';
SELECT ok(plan ~ 'Index Cond: .*listed_at >= .*listed_at < ', 'api.' || name || ' reads its days only') FROM tap.plans
       WHERE name ~ 'calendar|between';
SELECT ok(plan ~ 'Index Only Scan using slot_day[^\n]*\n[^\n]*\n *Index Cond: .*starts_at > .*starts_at < ', 'free times read one range of one index')
       FROM tap.plans WHERE name = 'availability';

-- The same rows, whether the policies or the conditions find them.
SELECT is(tap.ask('meera', format('SELECT count(*) FROM api.appointments_of_doctor(NULL, %L, NULL, NULL, NULL, NULL, ''infinity'', %L, 1000)',
       tap.id('meera'), '00000000-0000-0000-0000-000000000000')), '500', 'the list has all');

-- Pages follow each other without a gap, in the order of the contract.
INSERT INTO core.appointment (clinic_id, name, doctor_id) SELECT tap.id('one'), 'lead ' || i, tap.id('meera') FROM generate_series(1, 7) i;
CREATE FUNCTION tap.pages(size int) RETURNS TABLE (n bigint, id uuid) LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := 'infinity';
  behind uuid := '00000000-0000-0000-0000-000000000000';
  r record;
  got int;
BEGIN
  n := 0;
  PERFORM auth.enter(tap.id('session admin'), 'secret', NULL);
  LOOP
    got := 0;
    FOR r IN SELECT * FROM api.appointments_of_clinic(NULL, NULL, NULL, NULL, NULL, NULL, at, behind, size) LOOP
      got := got + 1;
      n := n + 1;
      id := r.id;
      at := coalesce(r."startsAt", 'infinity');
      behind := r.id;
      RETURN NEXT;
    END LOOP;
    EXIT WHEN got < size;
  END LOOP;
  PERFORM auth.leave();
END $$;
SELECT results_eq('SELECT n, id FROM tap.pages(9)',
  $$SELECT row_number() OVER (ORDER BY starts_at DESC NULLS FIRST, id), id FROM core.appointment WHERE clinic_id = tap.id('one') ORDER BY 1$$,
    'pages of nine give every row once, those without a time first, then the newest');
SELECT is(tap.ask('admin', format('SELECT count(*) FROM api.appointments_of_clinic_between(NULL, NULL, NULL, tap.day(1), tap.day(1), NULL, ''infinity'', %L, 1000)', '00000000-0000-0000-0000-000000000000')),
          (SELECT count(*)::text FROM core.appointment WHERE clinic_id = tap.id('one') AND starts_at >= tap.at(1, '00:00')
            AND starts_at < tap.at(2, '00:00')), 'between two days, both of them, in the clinic''s zone');
SELECT is(tap.ask('admin', format('SELECT count(*) FROM api.appointments_search(NULL, NULL, NULL, NULL, NULL, %L, ''infinity'', %L, 1000)', q,
       '00000000-0000-0000-0000-000000000000')), n, format('searching for %s finds %s', q, n))
  FROM (VALUES ('LEAD', '7'), ('lead 3', '1'), ('%', '0'), ('_', '0')) x(q, n);

SELECT * FROM finish();
ROLLBACK;
