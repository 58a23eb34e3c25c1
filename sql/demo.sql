-- demo.sql - the demo clinic.  Does nothing where it exists already.
--
-- Settings, all optional, that `opdesk demo` makes before:
--   opdesk.demo_appointments   so many in all; 0: some weeks of the two doctors
--   opdesk.demo_time_zone      of the clinic
--   opdesk.demo_password_hash  of all staff, Argon2id as PHC string
--
-- Nothing is random: pg_temp.dice() answers the same for the same question,
-- so two demos that are made on the same day at the same hour are alike.

CREATE OR REPLACE FUNCTION pg_temp.dice(what text, sides int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN ((hashtextextended(what, 1947) % sides + sides) % sides)::int;

CREATE OR REPLACE FUNCTION pg_temp.pick(what text, VARIADIC words text[]) RETURNS text LANGUAGE sql IMMUTABLE
RETURN words[1 + ((hashtextextended(what, 1947) % cardinality(words) + cardinality(words)) % cardinality(words))::int];

-- The fixed ids: 00000000-0000-4000-8000-0000000000XX.
CREATE OR REPLACE FUNCTION pg_temp.id(tail text) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN ('00000000-0000-4000-8000-' || lpad(tail, 12, '0'))::uuid;

CREATE OR REPLACE PROCEDURE pg_temp.make_clinic() LANGUAGE plpgsql AS $$
DECLARE
  clinic uuid := pg_temp.id('1');
BEGIN
  INSERT INTO core.clinic (id, name, time_zone, country, currency, phone, address)
  VALUES (clinic, 'Hemant Trauma Centre', coalesce(nullif(current_setting('opdesk.demo_time_zone', true), ''), 'Asia/Kolkata'), 'IN', 'INR',
          '+912025501234', '14 Karve Road, Deccan Gymkhana, Pune 411004');
  INSERT INTO core.service (id, clinic_id, name, description, duration, price, auto_confirm, position) VALUES
    (pg_temp.id('a1'), clinic, 'Consultation', 'A first look at what hurts, with advice and a plan.', '15 minutes', 50000, true, 1),
    (pg_temp.id('a2'), clinic, 'Follow-up', 'How it heals: dressing, plaster, reports.', '15 minutes', 30000, true, 2),
    (pg_temp.id('a3'), clinic, 'Physiotherapy', 'Guided exercise for shoulder, back, hip and knee.', '45 minutes', 90000, false, 3);
  INSERT INTO core.doctor (id, clinic_id, name, speciality, position) VALUES
    (pg_temp.id('d1'), clinic, 'Dr. Meera Rao', 'Orthopaedics', 1),
    (pg_temp.id('d2'), clinic, 'Dr. Arun Shah', 'Sports medicine', 2);
  INSERT INTO auth.account (id, clinic_id, role, name, email, doctor_id, password_hash)
  SELECT pg_temp.id(a.tail), clinic, a.role, a.name, a.email, a.doctor, nullif(current_setting('opdesk.demo_password_hash', true), '')
    FROM (VALUES ('c1', 'admin', 'Asmita Kulkarni', 'admin@opdesk.test', NULL::uuid),
                 ('c2', 'frontdesk', 'Deepak Joshi', 'desk@opdesk.test', NULL),
                 ('c3', 'doctor', NULL, 'meera@opdesk.test', pg_temp.id('d1')),
                 ('c4', 'doctor', NULL, 'arun@opdesk.test', pg_temp.id('d2'))) a(tail, role, name, email, doctor);
  CALL pg_temp.give_hours();
END $$;

-- Monday to Saturday, for every doctor who has no hours yet.
CREATE OR REPLACE PROCEDURE pg_temp.give_hours() LANGUAGE sql AS $$
  INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes)
  SELECT d.clinic_id, d.id, w, h.opens, h.closes
    FROM core.doctor d, generate_series(1, 6) w, (VALUES (time '09:00', time '13:00'), (time '16:00', time '19:00')) h(opens, closes)
   WHERE d.clinic_id = pg_temp.id('1') AND NOT EXISTS (SELECT FROM core.rule r WHERE r.doctor_id = d.id);
$$;

CREATE OR REPLACE PROCEDURE pg_temp.make_patients() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO core.patient (id, clinic_id, name, phone, email) VALUES
    (pg_temp.id('b1'), pg_temp.id('1'), 'Asha Patil', '+919800000001', 'asha@example.org'),
    (pg_temp.id('b2'), pg_temp.id('1'), 'Bilal Shaikh', '+919800000002', 'bilal@example.org'),
    (pg_temp.id('b3'), pg_temp.id('1'), 'Chitra Nair', '+919800000003', NULL);
  INSERT INTO core.patient (id, clinic_id, name, phone, email)
  SELECT md5('demo patient ' || i)::uuid, pg_temp.id('1'), p.name, '+9198' || lpad((22000000 + i * 7919)::text, 8, '0'),
         CASE WHEN i % 3 = 0 THEN lower(replace(p.name, ' ', '.')) || '@example.org' END
    FROM unnest(ARRAY['Aarti Deshmukh', 'Aditya Kulkarni', 'Alka Bhosale', 'Amit Verma', 'Ananya Iyer', 'Anil Gaikwad', 'Anjali Mehta',
      'Arjun Reddy', 'Ashok Jadhav', 'Bhavna Trivedi', 'Chandrakant Pawar', 'Deepa Menon', 'Dinesh Agarwal', 'Farah Khan', 'Farhan Ansari',
      'Gauri Chavan', 'Geeta Pillai', 'Girish Hegde', 'Harpreet Singh', 'Ishaan Banerjee', 'Jyoti Mishra', 'Kavita Shinde', 'Kiran More',
      'Lakshmi Narayanan', 'Madhuri Sawant', 'Mahesh Thakur', 'Manish Gupta', 'Meenakshi Sundaram', 'Mohan Das', 'Nandini Rao',
      'Naveen Shetty', 'Neha Kapoor', 'Nikhil Bhatt', 'Pooja Saxena', 'Prakash Salunkhe', 'Priya Subramaniam', 'Rahul Joshi',
      'Rajesh Khandelwal', 'Rekha Solanki', 'Ritu Malhotra', 'Rohan Phadke', 'Sachin Kamble', 'Salma Sheikh', 'Sandeep Yadav',
      'Sanjay Mane', 'Savita Kale', 'Shalini Bose', 'Shreya Ghosh', 'Smita Apte', 'Sunil Wagh', 'Suresh Babu', 'Swati Nikam', 'Tanvi Gokhale', 'Usha Rangan', 'Varun Chopra',
      'Vidya Tambe', 'Vikram Rathore', 'Vinod Kadam', 'Yasmin Merchant', 'Yogesh Dixit']) WITH ORDINALITY p(name, i);
END $$;

-- What a visit is for, by its service.
CREATE OR REPLACE FUNCTION pg_temp.reason(what text, service uuid) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE service
  WHEN pg_temp.id('a1') THEN pg_temp.pick(what, 'Knee pain after a fall', 'Back pain since last week', 'Twisted ankle at cricket',
    'Swollen wrist', 'Shoulder pain at night', 'Neck stiff, tingling fingers', 'Scooter accident, bruised hip',
    'Heel pain in the morning', 'Finger jammed in a door')
  WHEN pg_temp.id('a2') THEN pg_temp.pick(what, 'Plaster check', 'Stitches out', 'X-ray result', 'Dressing', 'Blood report',
    'Two weeks after the cast')
  ELSE pg_temp.pick(what, 'Knee rehabilitation', 'Frozen shoulder', 'Lower back exercises', 'After hip surgery', 'Ankle strength') END;

-- How a visit stands, by when it is.  Today's follow the clock: those that are
-- over are done, the one that runs is with the doctor, the next are waiting.
CREATE OR REPLACE FUNCTION pg_temp.status(what text, service uuid, starts timestamptz, ends timestamptz, days int) RETURNS text
  LANGUAGE sql STABLE
RETURN CASE
  WHEN pg_temp.dice(what || ' off', 100) < 9 THEN 'cancelled'
  WHEN ends <= now() THEN CASE WHEN pg_temp.dice(what || ' came', 100) < 8 THEN 'no_show' ELSE 'completed' END
  WHEN starts <= now() THEN 'in_progress'
  WHEN days = 0 AND starts < now() + interval '40 minutes' THEN 'checked_in'
  WHEN service = pg_temp.id('a3') AND pg_temp.dice(what || ' sure', 100) < 60 THEN 'requested'
  ELSE 'confirmed' END;

-- Writes one visit, and the slot it has or had.
CREATE OR REPLACE PROCEDURE pg_temp.put(what text, doctor uuid, service uuid, patient uuid, starts timestamptz, ends timestamptz,
  status text)
LANGUAGE plpgsql AS $$
DECLARE
  slot uuid := md5('demo slot ' || what)::uuid;
  p core.patient;
  stranger boolean := pg_temp.dice(what || ' known', 10) = 0 AND patient NOT IN (pg_temp.id('b1'), pg_temp.id('b2'), pg_temp.id('b3'));
  made timestamptz := least(starts, now()) - pg_temp.dice(what || ' made', 6 * 24 * 60) * interval '1 minute' - interval '1 hour';
BEGIN
  SELECT * INTO p FROM core.patient x WHERE x.id = patient;
  INSERT INTO core.slot (id, clinic_id, doctor_id, patient_id, service_id, starts_at, ends_at, during, state)
  VALUES (slot, p.clinic_id, doctor, CASE WHEN NOT stranger THEN patient END, service, starts, ends, tstzrange(starts, ends),
          CASE WHEN status IN ('cancelled', 'no_show') THEN 'released' ELSE 'booked' END);
  INSERT INTO core.appointment (id, clinic_id, status, doctor_id, patient_id, service_id, slot_id, starts_at, ends_at, name,
                                phone, email, reason, notes, source, mailed, created_at, updated_at)
  VALUES (md5('demo visit ' || what)::uuid, p.clinic_id, status, doctor, CASE WHEN NOT stranger THEN patient END, service, slot,
          starts, ends, p.name, p.phone, p.email, pg_temp.reason(what, service),
          CASE WHEN status = 'completed' THEN pg_temp.pick(what || ' note', NULL, 'Rest and ice, seen again in a week.',
                                                           'Crepe bandage, paracetamol.', 'X-ray: no fracture.',
                                                           'Exercises explained.', NULL) END,
          CASE WHEN stranger THEN 'web' ELSE pg_temp.pick(what || ' from', 'desk', 'desk', 'patient', 'chatbot') END, true,
          made, greatest(made, least(ends, now())));
END $$;

-- One doctor's day: at most 60 in 100 of the grid, and one visit a day for
-- each patient.  here: patients who have their visit already.
CREATE OR REPLACE PROCEDURE pg_temp.make_day(doctor uuid, day date, days int, share int, INOUT here uuid[]) LANGUAGE plpgsql AS $$
DECLARE
  zone text := (SELECT c.time_zone FROM core.clinic c WHERE c.id = pg_temp.id('1'));
  known uuid[] := ARRAY(SELECT p.id FROM core.patient p WHERE p.clinic_id = pg_temp.id('1') ORDER BY p.phone OFFSET 3);
  busy int := 0;
  what text;
  service uuid;
  length int;
  patient uuid;
  at timestamptz;
  i int := 0;
BEGIN
  WHILE i < 28 LOOP -- 16 in the morning, 12 in the evening
    what := concat_ws(' ', doctor, day, i);
    service := pg_temp.pick(what || ' service', pg_temp.id('a1')::text, pg_temp.id('a1')::text, pg_temp.id('a2')::text,
                            pg_temp.id('a2')::text, pg_temp.id('a3')::text)::uuid;
    IF service = pg_temp.id('a3') AND (i IN (14, 15) OR i > 25) THEN
      service := pg_temp.id('a2');
    END IF;
    length := CASE service WHEN pg_temp.id('a3') THEN 3 ELSE 1 END;
    IF pg_temp.dice(what || ' taken', 100) < share AND busy + length <= 16 THEN
      patient := coalesce(pg_temp.regular(doctor, day, here), known[1 + pg_temp.dice(what || ' who', cardinality(known))]);
      IF patient <> ALL (here) THEN
        at := (day + CASE WHEN i < 16 THEN time '09:00' ELSE time '12:00' END + i * interval '15 minutes') AT TIME ZONE zone;
        CALL pg_temp.put(what, doctor, service, patient, at, at + length * interval '15 minutes',
                         pg_temp.status(what, service, at, at + length * interval '15 minutes', days));
        here := here || patient;
        busy := busy + length;
      END IF;
    END IF;
    i := i + length;
  END LOOP;
END $$;

-- Asha, Bilal and Chitra come regularly: the first visit of some working days is theirs.
CREATE OR REPLACE FUNCTION pg_temp.regular(doctor uuid, day date, here uuid[]) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (SELECT pg_temp.id(r.tail)
          FROM (VALUES ('b1', 'd1', 5), ('b2', 'd2', 6), ('b3', 'd1', 7), ('b3', 'd2', 11)) r(tail, seen_by, every)
         WHERE pg_temp.id(r.seen_by) = doctor AND ((day - date '2001-01-01') / 7 * 6 + extract(isodow FROM day)::int) % r.every = 1
           AND pg_temp.id(r.tail) <> ALL (here)
         LIMIT 1);

-- Four weeks back and four ahead; what is near is fuller.
CREATE OR REPLACE PROCEDURE pg_temp.make_weeks() LANGUAGE plpgsql AS $$
DECLARE
  today date := (SELECT (now() AT TIME ZONE c.time_zone)::date FROM core.clinic c WHERE c.id = pg_temp.id('1'));
  here uuid[];
  share int;
BEGIN
  FOR days IN -28 .. 28 LOOP
    IF extract(isodow FROM today + days) < 7 THEN
      here := '{}';
      share := 48 - greatest(days, 0);
      CALL pg_temp.make_day(pg_temp.id('d1'), today + days, days, share, here);
      CALL pg_temp.make_day(pg_temp.id('d2'), today + days, days, share - 8, here);
    END IF;
  END LOOP;
END $$;

-- Leads who left a name and a number, and two who walked in today.
CREATE OR REPLACE PROCEDURE pg_temp.make_waiting() LANGUAGE sql AS $$
  INSERT INTO core.appointment (id, clinic_id, status, doctor_id, service_id, name, phone, email, reason, source, mailed,
                                created_at, updated_at)
  SELECT md5('demo lead ' || l.name)::uuid, pg_temp.id('1'), 'lead', l.doctor, l.service, l.name, l.phone, l.email, l.reason, 'web', true,
         now() - l.age, now() - l.age
    FROM (VALUES
      ('Omkar Lele', '+919822011201', NULL, 'Elbow hurts when lifting', NULL::uuid, NULL::uuid, interval '35 minutes'),
      ('Rubina Pathan', '+919822011202', 'rubina@example.org', NULL, pg_temp.id('d1'), pg_temp.id('a1'), '3 hours'),
      ('Tejas Ranade', '+919822011203', NULL, 'Physiotherapy after surgery', NULL, pg_temp.id('a3'), '7 hours'),
      ('Ila Bapat', '+919822011204', NULL, NULL, NULL, NULL, '1 day'),
      ('Joseph D''Souza', '+919822011205', 'joseph@example.org', 'Second opinion on a knee', pg_temp.id('d2'), pg_temp.id('a1'), '2 days'),
      ('Hemlata Zope', '+919822011206', NULL, 'Call back after five', NULL, NULL, '4 days'))
        l(name, phone, email, reason, doctor, service, age);
  INSERT INTO core.appointment (id, clinic_id, status, doctor_id, service_id, name, phone, reason, source, walk_in, mailed,
                                created_at, updated_at)
  SELECT md5('demo walk-in ' || w.name)::uuid, pg_temp.id('1'), w.status, w.doctor, pg_temp.id('a1'), w.name, w.phone, w.reason,
         'desk', true, true, now() - w.age, now() - w.age
    FROM (VALUES
      ('Baban Gite', '+919822011301', 'Cut on the hand', 'checked_in', NULL::uuid, interval '12 minutes'),
      ('Sumitra Devi', '+919822011302', 'Fell on the stairs', 'in_progress', pg_temp.id('d1'), '25 minutes'))
        w(name, phone, reason, status, doctor, age);
$$;

-- For measuring: fifty more doctors with eight visits on each of so many
-- working days before and after today that there are so many in all.  Triggers
-- would take most of the time: they rest, the exclusion constraints do not, and
-- the feed's lists are made anew at the end.
CREATE OR REPLACE PROCEDURE pg_temp.make_bench(total int) LANGUAGE plpgsql AS $$
DECLARE
  n int := total - (SELECT count(*) FROM core.appointment);
  clinic core.clinic;
  today date;
BEGIN
  IF n <= 0 THEN
    RETURN;
  END IF;
  SELECT * INTO clinic FROM core.clinic c WHERE c.id = pg_temp.id('1');
  today := (now() AT TIME ZONE clinic.time_zone)::date;
  INSERT INTO core.doctor (id, clinic_id, name, speciality, position)
  SELECT md5('demo bench doctor ' || i)::uuid, clinic.id, 'Dr. Bench ' || lpad(i::text, 2, '0'), 'General practice', 10 + i
    FROM generate_series(1, 50) i;
  CALL pg_temp.give_hours();
  INSERT INTO core.patient (id, clinic_id, name, phone)
  SELECT md5('demo bench patient ' || i)::uuid, clinic.id, 'Bench Patient ' || i, '+9197' || lpad(i::text, 8, '0')
    FROM generate_series(0, 4999) i;

  -- Visit k: the working days outward from today, eight places a day, fifty
  -- doctors.  One after the other takes the next patient, so none has two at once.
  SET LOCAL session_replication_role = replica;
  CREATE TEMP TABLE bench ON COMMIT DROP AS
  SELECT k, md5('demo bench visit ' || k)::uuid AS id, md5('demo bench slot ' || k)::uuid AS slot,
         md5('demo bench doctor ' || 1 + k % 50)::uuid AS doctor,
         k % 5000 AS patient, (d.day + p.opens) AT TIME ZONE clinic.time_zone AS at
    FROM generate_series(0, n - 1) k
    JOIN (SELECT day, row_number() OVER (ORDER BY abs(day - today), day) - 1 AS nth
            FROM (SELECT today + x AS day FROM generate_series(-(n / 400 + 30), n / 400 + 30) x) c WHERE extract(isodow FROM day) < 7) d
      ON d.nth = k / 400
    JOIN (VALUES (0, time '09:15'), (1, '09:45'), (2, '10:30'), (3, '11:15'), (4, '12:15'), (5, '16:30'), (6, '17:15'), (7, '18:30'))
         p(nth, opens) ON p.nth = k / 50 % 8;
  INSERT INTO core.slot (id, clinic_id, doctor_id, patient_id, service_id, starts_at, ends_at, during, state)
  SELECT b.slot, clinic.id, b.doctor, md5('demo bench patient ' || b.patient)::uuid, pg_temp.id('a1'), b.at, b.at + interval '15 minutes',
         tstzrange(b.at, b.at + interval '15 minutes'), 'booked'
    FROM bench b ORDER BY b.doctor, b.at;
  INSERT INTO core.appointment (id, clinic_id, status, doctor_id, patient_id, service_id, slot_id, starts_at, ends_at, name, phone,
                                reason, source, mailed, created_at, updated_at)
  SELECT b.id, clinic.id, CASE WHEN b.at < now() THEN 'completed' ELSE 'confirmed' END, b.doctor,
         md5('demo bench patient ' || b.patient)::uuid, pg_temp.id('a1'), b.slot, b.at, b.at + interval '15 minutes',
         'Bench Patient ' || b.patient, '+9197' || lpad(b.patient::text, 8, '0'), pg_temp.reason(b.k::text, pg_temp.id('a1')),
         'desk', true, least(b.at, now()) - interval '3 days', least(b.at, now()) - interval '3 days'
    FROM bench b;
  SET LOCAL session_replication_role = origin;
  PERFORM feed.rebuild(clinic.id);
END $$;

DO $$
BEGIN
  IF EXISTS (SELECT FROM core.clinic c WHERE c.id = pg_temp.id('1')) THEN
    RETURN;
  END IF;
  CALL pg_temp.make_clinic();
  CALL pg_temp.make_patients();
  CALL pg_temp.make_weeks();
  CALL pg_temp.make_waiting();
  CALL pg_temp.make_bench(coalesce(nullif(current_setting('opdesk.demo_appointments', true), '')::int, 0) );
  PERFORM feed.fold(pg_temp.id('1'));
END $$;

ANALYZE;
