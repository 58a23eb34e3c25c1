-- seed.sql - the clinics that are measured.  Run by a superuser, once.
--
-- Each has 20 doctors, and 400 visits in every week from the one after next
-- backwards until there are enough: clinics of 1,000, 10,000 and 100,000 have
-- the same coming weeks and differ in their past alone.  Ids are made from
-- words, so that whoever measures knows them without asking.

CREATE FUNCTION pg_temp.id(VARIADIC words text[]) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN md5('bench ' || array_to_string(words, ' '))::uuid;

CREATE PROCEDURE pg_temp.open_clinic(clinic_name text, doctors int) LANGUAGE plpgsql AS $$
DECLARE
  clinic uuid := pg_temp.id(clinic_name);
BEGIN
  INSERT INTO core.clinic (id, name, host, position) VALUES (clinic, 'Bench ' || clinic_name, clinic_name || '.bench', 100);
  INSERT INTO core.service (id, clinic_id, name, duration, price, horizon)
  VALUES (pg_temp.id(clinic_name, 'service'), clinic, 'Consultation', '15 minutes', 50000, '5000 days');
  INSERT INTO core.doctor (id, clinic_id, name, position)
  SELECT pg_temp.id(clinic_name, 'doctor', d::text), clinic, 'Dr. Bench ' || d, d FROM generate_series(1, doctors) d;
  INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes)
  SELECT clinic, pg_temp.id(clinic_name, 'doctor', d::text), w, h.opens, h.closes
    FROM generate_series(1, doctors) d, generate_series(1, 6) w, (VALUES (time '09:00', time '13:00'), ('16:00', '19:00')) h(opens, closes);
  INSERT INTO auth.account (id, clinic_id, role, name, doctor_id) VALUES
    (pg_temp.id(clinic_name, 'desk'), clinic, 'frontdesk', 'Bench Desk', NULL),
    (pg_temp.id(clinic_name, 'account'), clinic, 'doctor', NULL, pg_temp.id(clinic_name, 'doctor', '1'));
  INSERT INTO auth.session (id, clinic_id, account_id, role, doctor_id, secret_hash, expires_at)
  SELECT pg_temp.id(clinic_name, 'session', u.role), clinic, u.id, u.role, u.doctor_id, sha256('bench'), now() + interval '30 days'
    FROM auth.account u WHERE u.clinic_id = clinic AND NOT u.is_key;
END $$;

-- Visit i: week i / 400 backwards, then one of 20 doctors, then one of that
-- doctor's 20 visits of the week, of which each day has three or four.
CREATE PROCEDURE pg_temp.fill(clinic_name text, n int) LANGUAGE plpgsql AS $$
DECLARE
  clinic uuid := pg_temp.id(clinic_name);
  monday date := date_trunc('week', now() AT TIME ZONE 'Asia/Kolkata')::date + 7;
BEGIN
  INSERT INTO core.patient (id, clinic_id, name, phone, email)
  SELECT pg_temp.id(clinic_name, 'patient', p::text), clinic, 'Bench Patient ' || p, '+9197' || lpad(p::text, 8, '0'), 'patient' || p || '@example.org'
    FROM generate_series(0, n / 10) p;
  CREATE TEMP TABLE visit ON COMMIT DROP AS
  SELECT i, i % (n / 10) AS patient, pg_temp.id(clinic_name, 'doctor', (1 + i % 20)::text) AS doctor,
         (monday + w.days + v.nth % 6 + CASE WHEN v.place < 16 THEN time '09:00' ELSE time '12:00' END + v.place * interval '15 minutes')
           AT TIME ZONE 'Asia/Kolkata' AS at
    FROM generate_series(0, n - 1) i
   CROSS JOIN LATERAL (SELECT CASE WHEN i / 400 < 2 THEN i / 400 * 7 ELSE (1 - i / 400) * 7 END AS days) w
   CROSS JOIN LATERAL (SELECT i % 400 / 20 AS nth, i % 400 / 120 * 7 + i % 7 AS place) v;
  INSERT INTO core.slot (id, clinic_id, doctor_id, patient_id, service_id, starts_at, ends_at, during, state)
  SELECT pg_temp.id(clinic_name, 'slot', i::text), clinic, doctor, pg_temp.id(clinic_name, 'patient', patient::text), pg_temp.id(clinic_name, 'service'),
         at, at + interval '15 minutes', tstzrange(at, at + interval '15 minutes'), 'booked' FROM visit;
  INSERT INTO core.appointment (id, clinic_id, status, doctor_id, patient_id, service_id, slot_id, starts_at, ends_at, name, phone, email, reason, notes,
                                source, mailed, created_at, updated_at)
  SELECT pg_temp.id(clinic_name, 'visit', i::text), clinic, CASE WHEN at < now() THEN 'completed' ELSE 'confirmed' END, doctor,
         pg_temp.id(clinic_name, 'patient', patient::text), pg_temp.id(clinic_name, 'service'), pg_temp.id(clinic_name, 'slot', i::text), at, at + interval '15 minutes',
         'Bench Patient ' || patient, '+9197' || lpad(patient::text, 8, '0'), 'patient' || patient || '@example.org',
         'Knee pain after a fall, seen once before', CASE WHEN at < now() THEN 'X-ray: no fracture.  Rest, ice, seen again in a week.' END,
         'desk', true, least(at, now()) - interval '3 days', least(at, now()) FROM visit;
END $$;

DO $$
DECLARE
  n int;
BEGIN
  IF EXISTS (SELECT FROM core.clinic c WHERE c.id = pg_temp.id('booking')) THEN
    RETURN;
  END IF;
  FOREACH n IN ARRAY ARRAY[1000, 10000, 100000] LOOP
    CALL pg_temp.open_clinic(n::text, 20);
    CALL pg_temp.fill(n::text, n);
    DROP TABLE visit;
    PERFORM feed.fold(pg_temp.id(n::text));
  END LOOP;
  CALL pg_temp.open_clinic('changes', 20);
  CALL pg_temp.fill('changes', 2000);
  CALL pg_temp.open_clinic('booking', 50);
END $$;

VACUUM ANALYZE;
