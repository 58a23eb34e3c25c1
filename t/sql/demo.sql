-- demo.sql - the demo clinic, which newcomers, tests and benchmarks rely on.
BEGIN;
\ir prelude.psql

CREATE VIEW tap.a AS SELECT *, (starts_at AT TIME ZONE 'Asia/Kolkata') AS wall FROM core.appointment
  WHERE clinic_id = '00000000-0000-4000-8000-000000000001';
SELECT is((SELECT row(name, time_zone, currency, country)::text FROM core.clinic WHERE id = '00000000-0000-4000-8000-000000000001'),
       '("Hemant Trauma Centre",Asia/Kolkata,INR,IN)', 'the clinic');
SELECT results_eq($$SELECT right(id::text, 2), name FROM core.doctor WHERE clinic_id = '00000000-0000-4000-8000-000000000001'
       AND id::text LIKE '%0000d_' ORDER BY 1$$,
                  $$VALUES ('d1', 'Dr. Meera Rao'), ('d2', 'Dr. Arun Shah')$$, 'its doctors');
SELECT results_eq($$SELECT right(id::text, 2), name, duration, price, auto_confirm, notice, horizon FROM core.service
       WHERE clinic_id = '00000000-0000-4000-8000-000000000001' ORDER BY position$$,
  $$VALUES ('a1', 'Consultation', interval '15 minutes', 50000::bigint, true, interval '0', interval '90 days'),
    ('a2', 'Follow-up', '15 minutes', 30000, true, '0', '90 days'),
           ('a3', 'Physiotherapy', '45 minutes', 90000, false, '0', '90 days')$$, 'its services');
SELECT results_eq($$SELECT right(id::text, 2), split_part(name, ' ', 1), phone FROM core.patient
       WHERE id::text LIKE '00000000-0000-4000-8000-0000000000b_' ORDER BY 1$$,
  $$VALUES ('b1', 'Asha', '+919800000001'), ('b2', 'Bilal', '+919800000002'), ('b3', 'Chitra', '+919800000003')$$,
    'the patients who sign in by code');
SELECT set_eq($$SELECT email || ' ' || role FROM auth.account WHERE clinic_id = '00000000-0000-4000-8000-000000000001' AND email IS NOT NULL$$,
  ARRAY['admin@opdesk.test admin', 'desk@opdesk.test frontdesk', 'meera@opdesk.test doctor', 'arun@opdesk.test doctor'], 'the staff');
SELECT set_eq('SELECT DISTINCT status FROM tap.a', ARRAY['lead', 'requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled',
       'no_show'], 'every status occurs');
SELECT is_empty($$SELECT id FROM tap.a a WHERE wall IS NOT NULL AND NOT EXISTS (SELECT FROM core.rule r WHERE r.doctor_id = a.doctor_id
       AND r.weekday = extract(isodow FROM wall)
                    AND wall::time >= r.opens AND wall::time + (ends_at - starts_at) <= r.closes
                      AND extract(epoch FROM wall::time - r.opens)::int % 900 = 0)$$, 'all are in the doctors'' hours, on the grid');
SELECT is_empty($$SELECT id FROM tap.a WHERE status IN ('completed', 'no_show') AND ends_at > now() OR status IN ('requested', 'confirmed')
       AND ends_at < now() - interval '15 minutes'$$,
                'what is over is over, what comes is to come');
SELECT is_empty($$SELECT a.id FROM tap.a a LEFT JOIN core.slot s ON s.id = a.slot_id
                   WHERE a.starts_at IS NOT NULL AND (s.starts_at, s.ends_at, s.state)
                     IS DISTINCT FROM (a.starts_at, a.ends_at, CASE WHEN status IN ('cancelled', 'no_show') THEN 'released' ELSE 'booked' END)$$,
                'each has its slot, as its status says');
SELECT cmp_ok(count(*) FILTER (WHERE starts_at < now()), '>=', 2::bigint, p.name || ' came before') FROM core.patient p JOIN tap.a a
       ON a.patient_id = p.id WHERE p.id::text LIKE '%0000b_' GROUP BY p.name;
CREATE TABLE tap.patient_coming AS SELECT p.name, count(*) FILTER (WHERE a.starts_at > now()) AS n FROM core.patient p JOIN core.appointment a
  ON a.patient_id = p.id WHERE p.id::text LIKE '00000000-0000-4000-8000-0000000000b_' GROUP BY p.name;
SELECT cmp_ok(n, '>=', 1::bigint, name || ' will come') FROM tap.patient_coming;
SELECT is((SELECT count(*)::int FROM tap.a WHERE walk_in AND created_at > now() - interval '1 day' AND starts_at IS NULL), 2, 'two walked in today');
SELECT is_empty($$SELECT d.doctor, day FROM (VALUES ('00000000-0000-4000-8000-0000000000d1'::uuid),
       ('00000000-0000-4000-8000-0000000000d2')) d(doctor), generate_series(1, 30) n, LATERAL (SELECT tap.day(n) AS day) x
                   WHERE extract(isodow FROM day) < 7 AND (SELECT sum(ends_at - starts_at) FROM core.slot s WHERE s.doctor_id = d.doctor
                     AND s.state = 'booked' AND s.starts_at >= tap.at(n, '00:00')
                     AND s.starts_at < tap.at(n + 1, '00:00')) > interval '4 hours 15 minutes'$$,
                'every working day keeps more than a third of its times free');
SELECT is((SELECT count(*)::int FROM feed.fresh WHERE clinic_id = '00000000-0000-4000-8000-000000000001'), 0, 'the feed is folded');
SELECT is((SELECT n FROM feed.scope WHERE scope = '00000000-0000-4000-8000-000000000001'), (SELECT count(*)::int FROM tap.a), 'and holds them all');

SELECT * FROM finish();
ROLLBACK;
