-- seed.sql - the clinic whose rooms are measured: 500 doctors, each a topic.
INSERT INTO core.clinic (id, name, host, position) VALUES (md5('bench realtime')::uuid, 'Bench realtime', 'realtime.bench', 100);
INSERT INTO core.service (id, clinic_id, name, duration) VALUES (md5('bench realtime service')::uuid, md5('bench realtime')::uuid, 'Consultation', '15 minutes');
INSERT INTO core.doctor (id, clinic_id, name, position)
SELECT md5('bench realtime doctor ' || d)::uuid, md5('bench realtime')::uuid, 'Dr. Bench ' || d, d FROM generate_series(1, 500) d;

-- A visit of a doctor who has none at that time: number n of them.
CREATE FUNCTION public.bench_slot(doctor int, n int) RETURNS void LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO core.slot (clinic_id, doctor_id, service_id, starts_at, ends_at, during, state)
  SELECT md5('bench realtime')::uuid, md5('bench realtime doctor ' || doctor)::uuid, md5('bench realtime service')::uuid, t, t + interval '15 minutes',
         tstzrange(t, t + interval '15 minutes'), 'booked'
    FROM (SELECT date_trunc('day', now()) + interval '2 days' + n * interval '15 minutes' AS t) x;
END;
