-- 0006-slot.sql - holds and bookings, and the one function that knows what is free.
--
-- Whoever takes time locks first the patients' rows, then the doctors', each
-- in the order of their ids.  So takers of one doctor queue, the next one sees
-- what the last one took, and nobody meets a deadlock.  The exclusion
-- constraints hold even where somebody forgets the lock.

CREATE TABLE core.slot (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id  uuid NOT NULL DEFAULT core.this_clinic(),
  doctor_id  uuid NOT NULL,
  patient_id uuid,
  service_id uuid NOT NULL,
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  during     tstzrange NOT NULL,
  state      text NOT NULL CHECK (state IN ('hold', 'booked', 'expired', 'released')),
  token_hash bytea,
  address    text,
  expires_at timestamptz,
  CONSTRAINT validation_error__starts_at CHECK (ends_at > starts_at AND lower(during) = starts_at
    AND upper(during) >= ends_at AND upper(during) <= starts_at + interval '12 hours'
    AND lower_inc(during) AND NOT upper_inc(during)),
  CONSTRAINT a_hold_expires CHECK (state <> 'hold' OR expires_at IS NOT NULL AND token_hash IS NOT NULL),
  CONSTRAINT not_found__doctor_id FOREIGN KEY (clinic_id, doctor_id) REFERENCES core.doctor (clinic_id, id),
  CONSTRAINT not_found__patient_id FOREIGN KEY (clinic_id, patient_id) REFERENCES core.patient (clinic_id, id),
  CONSTRAINT not_found__service_id FOREIGN KEY (clinic_id, service_id) REFERENCES core.service (clinic_id, id),
  CONSTRAINT slot_taken EXCLUDE USING gist (doctor_id WITH =, during WITH &&)
    WHERE (state IN ('hold', 'booked')),
  CONSTRAINT patient_busy EXCLUDE USING gist (patient_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (state = 'booked' AND patient_id IS NOT NULL)
);
-- Under a policy && is a leaky condition and never reaches the gist index;
-- reading therefore goes by starts_at, writing by the constraint.
CREATE INDEX slot_day ON core.slot (doctor_id, starts_at) INCLUDE (during, state, expires_at, clinic_id, id)
  WHERE state IN ('hold', 'booked');
CREATE INDEX slot_patient ON core.slot (patient_id, starts_at) WHERE state = 'booked' AND patient_id IS NOT NULL;
CREATE INDEX slot_address ON core.slot (clinic_id, address) WHERE state = 'hold';
COMMENT ON TABLE core.slot IS 'A piece of a doctor''s time that somebody holds, has booked, or had.';
COMMENT ON COLUMN core.slot.during IS 'The visit and its buffer.  12 hours at most: free_slots looks back that far.';
COMMENT ON COLUMN core.slot.token_hash IS 'SHA-256 of the reservation token; it stays when the hold has become a booking.';
COMMENT ON COLUMN core.slot.address IS 'Where the hold was asked for, to count how many one address keeps.';
COMMENT ON COLUMN core.slot.expires_at IS 'Of a hold.  Once it is past the time is free, without any job having run.';
COMMENT ON CONSTRAINT slot_taken ON core.slot IS 'The race between two visitors is decided here.';
COMMENT ON CONSTRAINT patient_busy ON core.slot IS 'Nobody is in two rooms at once.';

-- Everyone must see when a doctor is busy, else free times would be wrong for
-- patients; nobody sees with whom.
CREATE POLICY visible ON core.slot USING (clinic_id = (SELECT auth.clinic_id()));
GRANT SELECT (id, clinic_id, doctor_id, service_id, starts_at, ends_at, during, state, expires_at) ON core.slot
   TO opdesk_web, opdesk_hub, opdesk_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON core.slot TO opdesk_api;

--
-- Reading
--

-- The free times of a doctor for a service.
--   besides  a slot that is about to be moved, else NULL
--   anytime  for staff: neither notice nor horizon, and today from its beginning
CREATE FUNCTION core.free_slots(doctor uuid, service uuid, first_day date, last_day date, besides uuid, anytime boolean)
RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, during tstzrange)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH clinic AS MATERIALIZED (
    SELECT c.id, c.time_zone AS zone, free_slots.first_day::timestamp AT TIME ZONE c.time_zone AS opens,
           (free_slots.last_day + 1)::timestamp AT TIME ZONE c.time_zone AS closes,
           (clock_timestamp() AT TIME ZONE c.time_zone)::date::timestamp AT TIME ZONE c.time_zone AS today
      FROM core.clinic c WHERE c.id = (SELECT auth.clinic_id())),
  taken AS MATERIALIZED (
    SELECT coalesce(range_agg(s.during), '{}') AS busy
      FROM core.slot s
     WHERE s.doctor_id = free_slots.doctor AND s.state IN ('hold', 'booked')
       AND s.starts_at > (SELECT opens - interval '12 hours' FROM clinic)
       AND s.starts_at < (SELECT closes + interval '12 hours' FROM clinic)
       AND (s.state = 'booked' OR s.expires_at > clock_timestamp()) AND s.id IS DISTINCT FROM free_slots.besides),
  shut AS MATERIALIZED (
    SELECT coalesce(range_agg(tstzrange(e.starts_at, e.ends_at)), '{}') AS closed
      FROM core.exception e
     WHERE e.clinic_id = (SELECT id FROM clinic) AND (e.doctor_id = free_slots.doctor OR e.doctor_id IS NULL) AND e.kind = 'closed'
       AND e.ends_at > (SELECT opens FROM clinic) AND e.starts_at < (SELECT closes + interval '12 hours' FROM clinic))
  SELECT DISTINCT ON (g.at) g.at, g.at + v.duration, tstzrange(g.at, g.at + v.duration + greatest(v.buffer, o.buffer))
    FROM core.service v
   CROSS JOIN clinic c
   CROSS JOIN taken
   CROSS JOIN shut
   CROSS JOIN LATERAL core.openings(free_slots.doctor, free_slots.first_day, free_slots.last_day, c.zone) o
   CROSS JOIN LATERAL generate_series(o.opens, o.closes - v.duration - greatest(v.buffer, o.buffer), o.step) g(at)
   WHERE v.id = free_slots.service
     AND NOT taken.busy && tstzrange(g.at, g.at + v.duration + greatest(v.buffer, o.buffer))
     AND NOT shut.closed && tstzrange(g.at, g.at + v.duration)
     AND g.at >= c.opens AND g.at < c.closes
     AND g.at >= CASE WHEN free_slots.anytime THEN c.today ELSE clock_timestamp() + v.notice END
     AND (free_slots.anytime OR g.at <= clock_timestamp() + v.horizon)
   ORDER BY g.at, greatest(v.buffer, o.buffer);
END;
COMMENT ON FUNCTION core.free_slots IS 'What is free, for listing, holding, booking and moving alike: the only place that knows.';
GRANT EXECUTE ON FUNCTION core.free_slots TO opdesk_web;

-- Up to three free times nearest to a wanted one, from the day before it to six days after.
CREATE FUNCTION core.nearest_free(doctor uuid, service uuid, wanted timestamptz, anytime boolean) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
  day date := core.clinic_day(wanted);
BEGIN
  RETURN (SELECT coalesce(json_agg(json_build_object('startsAt', n.starts_at, 'endsAt', n.ends_at) ORDER BY n.starts_at), '[]')
            FROM (SELECT f.starts_at, f.ends_at FROM core.free_slots(doctor, service, day - 1, day + 6, NULL, anytime) f
                   ORDER BY abs(extract(epoch FROM f.starts_at - wanted)), f.starts_at LIMIT 3) n);
END $$;

-- What a visit at that time would occupy; NULLs when it is not free.  Outside
-- hours (staff only) nothing counts but that nobody else is there.
CREATE FUNCTION core.piece(doctor uuid, service uuid, starts timestamptz, besides uuid, anytime boolean, outside boolean,
  OUT ends_at timestamptz, OUT during tstzrange) LANGUAGE plpgsql STABLE AS $$
DECLARE
  day date;
BEGIN
  IF NOT outside THEN
    day := core.clinic_day(starts);
    SELECT f.ends_at, f.during INTO ends_at, during
      FROM core.free_slots(doctor, service, day, day, besides, anytime) f WHERE f.starts_at = starts;
    RETURN;
  END IF;
  SELECT starts + v.duration, tstzrange(starts, starts + v.duration + v.buffer) INTO ends_at, during
    FROM core.service v
   WHERE v.id = service
     AND NOT EXISTS (SELECT FROM core.slot s
                      WHERE s.doctor_id = doctor AND s.state IN ('hold', 'booked') AND s.id IS DISTINCT FROM besides
                        AND s.starts_at > starts - interval '12 hours' AND s.starts_at < starts + interval '12 hours'
                        AND s.during && tstzrange(starts, starts + v.duration + v.buffer)
                        AND (s.state = 'booked' OR s.expires_at > clock_timestamp()));
END $$;

-- Whether somebody has exactly that start.  False says nothing yet.
CREATE FUNCTION core.is_taken(doctor uuid, starts timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM core.slot s
                  WHERE s.doctor_id = doctor AND s.starts_at = starts AND s.state IN ('hold', 'booked')
                    AND (s.state = 'booked' OR s.expires_at > clock_timestamp()));
END $$;

--
-- Taking
--

CREATE FUNCTION core.lock_people(patients uuid[], doctors uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(array_remove(patients, NULL)) > 0 THEN
    PERFORM FROM core.patient p WHERE p.id = ANY (patients) ORDER BY p.id FOR NO KEY UPDATE;
  END IF;
  PERFORM FROM core.doctor d WHERE d.id = ANY (doctors) ORDER BY d.id FOR NO KEY UPDATE;
END $$;

-- 404 for a doctor or a service that the clinic does not have.
CREATE FUNCTION core.must_exist(doctor uuid, service uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM core.doctor d WHERE d.id = doctor) THEN
    RAISE EXCEPTION 'not_found__doctor_id' USING ERRCODE = 'OD000';
  END IF;
  IF NOT EXISTS (SELECT FROM core.service v WHERE v.id = service) THEN
    RAISE EXCEPTION 'not_found__service_id' USING ERRCODE = 'OD000';
  END IF;
END $$;

-- Asked for before the constraint could say so, because ON CONFLICT DO NOTHING
-- does not tell which constraint refused.
CREATE FUNCTION core.must_be_idle(patient uuid, first timestamptz, last timestamptz, besides uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF EXISTS (SELECT FROM core.slot s
              WHERE s.patient_id = patient AND s.state = 'booked' AND s.id IS DISTINCT FROM besides
                AND s.starts_at > first - interval '12 hours' AND s.starts_at < last AND s.ends_at > first) THEN
    RAISE EXCEPTION 'patient_busy' USING ERRCODE = 'OD000';
  END IF;
END $$;

-- Holds that ran out would still stand in the constraint's way.
CREATE FUNCTION core.expire_holds(doctor uuid, span tstzrange) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.slot s SET state = 'expired'
   WHERE s.doctor_id = doctor AND s.state = 'hold' AND s.expires_at <= clock_timestamp()
     AND s.starts_at > lower(span) - interval '12 hours' AND s.starts_at < upper(span) AND s.during && span;
END $$;

-- Takes a free time: a new slot, or s itself when it has been one (a booked
-- one is then moved).  In: s with doctor_id, service_id, patient_id, starts_at and
-- what state and token it shall have.  Out: s as it stands, or its id NULL
-- when the time is not free.  The caller has locked the people.  Of a new one
-- the constraint says whether a dead hold is in the way, which is seldom.
CREATE FUNCTION core.take(INOUT s core.slot, anytime boolean, outside boolean) LANGUAGE plpgsql AS $$
DECLARE
  f record := core.piece(s.doctor_id, s.service_id, s.starts_at, s.id, anytime, outside);
  moved boolean := s.state = 'booked' AND EXISTS (SELECT FROM core.slot t WHERE t.id = s.id);
BEGIN
  IF f.ends_at IS NULL THEN
    s.id := NULL;
    RETURN;
  END IF;
  IF s.patient_id IS NOT NULL AND s.state = 'booked' THEN
    PERFORM core.must_be_idle(s.patient_id, s.starts_at, f.ends_at, s.id);
  END IF;
  IF moved THEN
    PERFORM core.expire_holds(s.doctor_id, f.during);
    UPDATE core.slot t
       SET doctor_id = s.doctor_id, patient_id = s.patient_id, service_id = s.service_id, state = s.state,
           starts_at = s.starts_at, ends_at = f.ends_at, during = f.during
     WHERE t.id = s.id RETURNING * INTO s;
    RETURN;
  END IF;
  s.id := coalesce(s.id, gen_random_uuid());
  s.clinic_id := auth.clinic_id();
  s.ends_at := f.ends_at;
  s.during := f.during;
  INSERT INTO core.slot SELECT s.* ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    PERFORM core.expire_holds(s.doctor_id, f.during);
    INSERT INTO core.slot SELECT s.* ON CONFLICT DO NOTHING;
    s.id := CASE WHEN FOUND THEN s.id END;
  END IF;
END $$;

-- The hold with this token, or 404.
CREATE FUNCTION core.held(id uuid, hash bytea) RETURNS core.slot LANGUAGE plpgsql STABLE AS $$
DECLARE
  s core.slot;
BEGIN
  SELECT * INTO s FROM core.slot t WHERE t.id = held.id AND t.token_hash = hash;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
  RETURN s;
END $$;

CALL core.settle();
