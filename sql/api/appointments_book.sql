-- appointments_book.sql - how cgi-bin/appointments.c books.
--
-- api.book is what programs call; the rest are its steps, and those of
-- appointments_change.sql, and nobody else may call them.  People are locked
-- before the row, the row before its slot.
SET LOCAL ROLE opdesk_api;

CREATE FUNCTION api.refuse(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', code USING ERRCODE = 'OD000';
END $$;
COMMENT ON FUNCTION api.refuse IS 'Ends the request with that error code, in lower case; __field may follow.';

--
-- Who may say what
--

-- What is the staff's to say: 403 for who is signed in, and for a stranger a
-- member that does not exist.  A doctor speaks for no other doctor.
CREATE FUNCTION api.check_members(m jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  stranger boolean := coalesce(auth.role(), 'public') = 'public';
  k record;
BEGIN
  IF auth.is_staff() THEN
    IF auth.doctor_id() IS NOT NULL AND m ? 'doctorId' AND (m ->> 'doctorId')::uuid IS DISTINCT FROM auth.doctor_id() THEN
      PERFORM api.refuse('forbidden');
    END IF;
    RETURN;
  END IF;
  FOR k IN SELECT * FROM (VALUES ('status', 'status'), ('walkIn', 'walk_in'), ('outsideHours', 'outside_hours'),
                                 ('undo', 'undo'), ('notes', 'notes'), ('patientId', 'patient_id')) x(member, field)
            WHERE coalesce(m ->> member, 'false') <> 'false'
  LOOP
    IF k.member <> 'patientId' OR (m ->> 'patientId')::uuid IS DISTINCT FROM auth.patient_id() THEN
      PERFORM api.refuse(CASE WHEN stranger THEN 'validation_error__' || k.field ELSE 'forbidden' END);
    END IF;
  END LOOP;
END $$;

-- The moves that the flow has.
CREATE FUNCTION api.may_go(here text, there text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN (here, there) IN (('lead', 'requested'), ('lead', 'confirmed'), ('requested', 'confirmed'), ('confirmed', 'checked_in'),
  ('checked_in', 'in_progress'), ('in_progress', 'completed'), ('lead', 'cancelled'), ('requested', 'cancelled'),
  ('confirmed', 'cancelled'), ('checked_in', 'cancelled'), ('confirmed', 'no_show'));

-- Patients and strangers move and cancel until the service's window closes.
CREATE FUNCTION api.must_be_early(a core.appointment) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF auth.is_staff() THEN
    RETURN;
  END IF;
  IF a.status NOT IN ('lead', 'requested', 'confirmed')
     OR a.starts_at - coalesce((SELECT v.cancel_until FROM core.service v WHERE v.id = a.service_id), '0') < clock_timestamp() THEN
    PERFORM api.refuse('bad_transition');
  END IF;
END $$;

CREATE FUNCTION api.booked_status(service uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT CASE WHEN v.auto_confirm THEN 'confirmed' ELSE 'requested' END FROM core.service v WHERE v.id = service);
END $$;

--
-- What was said
--

-- Name, phone, e-mail, reason, and notes from staff.  Absent stays, null empties.
CREATE FUNCTION api.with_details(a core.appointment, m jsonb) RETURNS core.appointment LANGUAGE plpgsql AS $$
BEGIN
  IF m ? 'name' THEN
    a.name := nullif(btrim(m ->> 'name'), '');
  END IF;
  IF m ? 'phone' THEN
    a.phone := core.phone(m ->> 'phone');
  END IF;
  IF m ? 'email' THEN
    a.email := nullif(btrim(m ->> 'email'), '');
  END IF;
  IF m ? 'reason' THEN
    a.reason := nullif(btrim(m ->> 'reason'), '');
  END IF;
  IF m ? 'notes' AND auth.is_staff() THEN
    a.notes := nullif(btrim(m ->> 'notes'), '');
  END IF;
  IF a.name IS NULL THEN
    PERFORM api.refuse('validation_error__name');
  ELSIF a.phone IS NULL AND NOT auth.is_staff() THEN
    PERFORM api.refuse('validation_error__phone');
  END IF;
  RETURN a;
END $$;

-- The members, with doctor, service and time of the hold where one is named.
CREATE FUNCTION api.with_hold(m jsonb, hash bytea) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  s core.slot;
BEGIN
  IF m ->> 'reservationId' IS NULL THEN
    RETURN m;
  END IF;
  s := core.held((m ->> 'reservationId')::uuid, hash);
  IF (m ->> 'doctorId')::uuid <> s.doctor_id THEN
    PERFORM api.refuse('validation_error__doctor_id');
  ELSIF (m ->> 'serviceId')::uuid <> s.service_id THEN
    PERFORM api.refuse('validation_error__service_id');
  ELSIF (m ->> 'startsAt')::timestamptz <> s.starts_at THEN
    PERFORM api.refuse('validation_error__starts_at');
  END IF;
  RETURN m || jsonb_build_object('doctorId', s.doctor_id, 'serviceId', s.service_id, 'startsAt', s.starts_at);
END $$;

--
-- Taking time
--

-- Seats a at its starts_at: by the hold, by moving the slot it has, or in a
-- new one.  Refused: alternatives.  The caller has locked the people; only a
-- live hold can do without the doctor, whose time it has already.
CREATE FUNCTION api.seat(INOUT a core.appointment, hold uuid, outside boolean, OUT body json, OUT refusal text) LANGUAGE plpgsql AS $$
DECLARE
  staff boolean := auth.is_staff();
  s core.slot;
BEGIN
  IF hold IS NOT NULL AND a.slot_id IS NULL THEN
    UPDATE core.slot t SET state = 'booked', patient_id = a.patient_id, expires_at = NULL
     WHERE t.id = hold AND t.state = 'hold' AND t.expires_at > clock_timestamp() RETURNING * INTO s;
    IF a.patient_id IS NOT NULL THEN
      PERFORM core.must_be_idle(a.patient_id, s.starts_at, s.ends_at, s.id);
    END IF;
  ELSIF hold IS NOT NULL THEN
    UPDATE core.slot t SET state = 'released' WHERE t.id = hold AND t.state = 'hold';
  END IF;
  IF s.id IS NULL THEN
    PERFORM core.lock_people(NULL, ARRAY[a.doctor_id]);
    s.id := a.slot_id;
    s.doctor_id := a.doctor_id;
    s.patient_id := a.patient_id;
    s.service_id := a.service_id;
    s.starts_at := a.starts_at;
    s.state := 'booked';
    s := core.take(s, staff, outside);
  END IF;
  IF s.id IS NULL THEN
    refusal := 'SLOT_TAKEN';
    body := json_build_object('alternatives', core.nearest_free(a.doctor_id, a.service_id, a.starts_at, staff));
    RETURN;
  END IF;
  a.slot_id := s.id;
  a.ends_at := s.ends_at;
END $$;

--
-- POST
--

-- The row that the members describe, without time.
CREATE FUNCTION api.draft(m jsonb, id uuid, edit_hash bytea) RETURNS core.appointment LANGUAGE plpgsql AS $$
DECLARE
  a core.appointment;
BEGIN
  a.id := id;
  a.status := 'lead';
  a.walk_in := false;
  a.source := CASE auth.role() WHEN 'public' THEN 'web' WHEN 'patient' THEN 'patient' WHEN 'chatbot' THEN 'chatbot' ELSE 'desk' END;
  a.edit_hash := CASE auth.role() WHEN 'public' THEN draft.edit_hash END;
  a.patient_id := coalesce(auth.patient_id(), (m ->> 'patientId')::uuid);
  IF a.patient_id IS NOT NULL THEN
    SELECT p.name, p.phone, p.email INTO a.name, a.phone, a.email FROM core.patient p WHERE p.id = a.patient_id;
    IF NOT FOUND THEN
      PERFORM api.refuse('not_found__patient_id');
    END IF;
  END IF;
  a.doctor_id := coalesce((m ->> 'doctorId')::uuid, auth.doctor_id());
  a.service_id := (m ->> 'serviceId')::uuid;
  a.starts_at := (m ->> 'startsAt')::timestamptz;
  RETURN api.with_details(a, jsonb_strip_nulls(m));
END $$;

CREATE FUNCTION api.book(members jsonb, hold_hash bytea, id uuid, edit_hash bytea, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := api.with_hold(members, hold_hash);
  a core.appointment;
  outside boolean := coalesce((m ->> 'outsideHours')::boolean, false);
  r record;
BEGIN
  PERFORM api.check_members(m);
  PERFORM auth.carry(edit_hash);
  a := api.draft(m, id, edit_hash);
  IF (m ->> 'walkIn')::boolean THEN
    a := api.walk_in(a, m);
  ELSIF a.starts_at IS NULL THEN
    a := api.lead(a, m);
  ELSE
    a := api.booking(a, m);
    r := api.seat_new(a, (m ->> 'reservationId')::uuid, outside);
    a := r.a;
    body := r.body;
    refusal := r.refusal;
    IF refusal IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  INSERT INTO core.appointment (id, clinic_id, status, doctor_id, patient_id, service_id, slot_id, starts_at, ends_at, name, phone, email,
                                reason, notes, source, walk_in, edit_hash)
  VALUES (a.id, auth.clinic_id(), a.status, a.doctor_id, a.patient_id, a.service_id, a.slot_id, a.starts_at, a.ends_at, a.name,
          a.phone, a.email, a.reason, a.notes, a.source, a.walk_in, a.edit_hash)
  RETURNING * INTO a;
  body := json_build_object('appointment', core.appointment_json(a));
END $$;

-- No time, no slot: straight to the waiting list.
CREATE FUNCTION api.walk_in(a core.appointment, m jsonb) RETURNS core.appointment LANGUAGE plpgsql AS $$
BEGIN
  IF a.starts_at IS NOT NULL THEN
    PERFORM api.refuse('validation_error__starts_at');
  END IF;
  a.walk_in := true;
  a.status := coalesce(m ->> 'status', 'checked_in');
  IF a.status NOT IN ('checked_in', 'in_progress') THEN
    PERFORM api.refuse('validation_error__status');
  END IF;
  RETURN a;
END $$;

CREATE FUNCTION api.lead(a core.appointment, m jsonb) RETURNS core.appointment LANGUAGE plpgsql AS $$
BEGIN
  IF m ->> 'status' IN ('requested', 'confirmed', 'checked_in') THEN
    PERFORM api.refuse('validation_error__starts_at');
  ELSIF m ->> 'status' <> 'lead' THEN
    PERFORM api.refuse('validation_error__status');
  END IF;
  RETURN a;
END $$;

CREATE FUNCTION api.booking(a core.appointment, m jsonb) RETURNS core.appointment LANGUAGE plpgsql AS $$
BEGIN
  IF a.doctor_id IS NULL THEN
    PERFORM api.refuse('validation_error__doctor_id');
  END IF;
  a.service_id := coalesce(a.service_id, core.first_service());
  IF m ->> 'reservationId' IS NULL THEN
    PERFORM core.must_be_offered(a.doctor_id, a.service_id);
  END IF;
  a.status := coalesce(m ->> 'status', api.booked_status(a.service_id));
  IF a.status NOT IN ('requested', 'confirmed', 'checked_in') THEN
    PERFORM api.refuse('validation_error__status');
  END IF;
  RETURN a;
END $$;

-- The lock is for who may still win, as in api.reserve.
CREATE FUNCTION api.seat_new(INOUT a core.appointment, hold uuid, outside boolean, OUT body json, OUT refusal text) LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  IF hold IS NULL AND core.is_taken(a.doctor_id, a.starts_at) THEN
    refusal := 'SLOT_TAKEN';
    body := json_build_object('alternatives', core.nearest_free(a.doctor_id, a.service_id, a.starts_at, auth.is_staff()));
    RETURN;
  END IF;
  IF a.patient_id IS NOT NULL THEN
    PERFORM core.lock_people(ARRAY[a.patient_id], NULL);
  END IF;
  r := api.seat(a, hold, outside);
  a := r.a;
  body := r.body;
  refusal := r.refusal;
END $$;

GRANT EXECUTE ON FUNCTION api.book TO opdesk_web;
