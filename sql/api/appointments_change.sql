-- appointments_change.sql - how cgi-bin/appointments.c changes and cancels.
--
-- api.change, api.amend and api.cancel are what programs call; the rest are
-- their steps.
SET LOCAL ROLE opdesk_api;

--
-- PUT and PATCH
--

-- The row as the members want it: doctor, service, time and patient only.
CREATE FUNCTION api.wish(a core.appointment, m jsonb) RETURNS core.appointment LANGUAGE plpgsql AS $$
BEGIN
  IF m ? 'doctorId' THEN
    a.doctor_id := (m ->> 'doctorId')::uuid;
  END IF;
  IF m ? 'serviceId' THEN
    a.service_id := (m ->> 'serviceId')::uuid;
  END IF;
  IF m ? 'startsAt' THEN
    a.starts_at := (m ->> 'startsAt')::timestamptz;
  END IF;
  IF m ? 'patientId' AND auth.is_staff() THEN
    a.patient_id := (m ->> 'patientId')::uuid;
  END IF;
  RETURN a;
END $$;

-- The caller's row, locked, and before it the people whose time is at stake;
-- 404.  By token: the row it was given for, until it is checked in.
CREATE FUNCTION api.grasp(id uuid, m jsonb, by_token boolean) RETURNS core.appointment LANGUAGE plpgsql AS $$
DECLARE
  a core.appointment;
  w core.appointment;
BEGIN
  SELECT * INTO a FROM core.appointment t WHERE t.id = grasp.id;
  w := api.wish(a, m);
  IF (w.doctor_id, w.service_id, w.starts_at, w.patient_id) IS DISTINCT FROM (a.doctor_id, a.service_id, a.starts_at, a.patient_id)
    OR m ? 'undo' THEN
    PERFORM core.lock_people(ARRAY[a.patient_id, w.patient_id], ARRAY[a.doctor_id, w.doctor_id]);
  END IF;
  SELECT * INTO a FROM core.appointment t
   WHERE t.id = grasp.id AND NOT t.is_deleted
     AND (NOT by_token OR t.edit_hash = auth.edit_hash() AND t.status IN ('lead', 'requested', 'confirmed'))
     FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM api.refuse('not_found');
  END IF;
  RETURN a;
END $$;

-- Another patient, or none, for a visit that may have its time already.
CREATE FUNCTION api.relink(a core.appointment, patient uuid) RETURNS core.appointment LANGUAGE plpgsql AS $$
BEGIN
  IF patient IS NOT NULL AND NOT EXISTS (SELECT FROM core.patient p WHERE p.id = patient) THEN
    PERFORM api.refuse('not_found__patient_id');
  END IF;
  a.patient_id := patient;
  IF EXISTS (SELECT FROM core.slot s WHERE s.id = a.slot_id AND s.state = 'booked') THEN
    PERFORM core.must_be_idle(patient, a.starts_at, a.ends_at, a.slot_id);
    UPDATE core.slot s SET patient_id = patient WHERE s.id = a.slot_id;
  END IF;
  RETURN a;
END $$;

-- To another doctor, service or time.  A lead that gets a time is booked by it.
CREATE FUNCTION api.move(INOUT a core.appointment, w core.appointment, hold uuid, outside boolean, OUT body json, OUT refusal text)
LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  IF a.starts_at IS NOT NULL AND w.starts_at IS NULL THEN
    PERFORM api.refuse('validation_error__starts_at');
  ELSIF auth.role() IN ('patient', 'chatbot') AND a.status <> 'lead' AND (w.doctor_id, w.service_id)
    IS DISTINCT FROM (a.doctor_id, a.service_id) THEN
    PERFORM api.refuse('forbidden');
  ELSIF a.status NOT IN ('lead', 'requested', 'confirmed', 'checked_in') THEN
    PERFORM api.refuse('bad_transition');
  END IF;
  PERFORM api.must_be_early(a);
  a.doctor_id := w.doctor_id;
  a.service_id := w.service_id;
  a.starts_at := w.starts_at;
  IF a.starts_at IS NULL THEN
    RETURN;
  ELSIF a.doctor_id IS NULL THEN
    PERFORM api.refuse('validation_error__doctor_id');
  END IF;
  a.service_id := coalesce(a.service_id, core.first_service());
  IF a.status = 'lead' THEN
    PERFORM core.must_be_offered(a.doctor_id, a.service_id);
  ELSE
    PERFORM core.must_exist(a.doctor_id, a.service_id); -- what was booked once can be moved
  END IF;
  r := api.seat(a, hold, outside);
  a := r.a;
  body := r.body;
  refusal := r.refusal;
  IF a.status = 'lead' THEN
    a.status := api.booked_status(a.service_id);
  END IF;
END $$;

-- Back to the status before, within ten minutes and while the time is free.
CREATE FUNCTION api.undo(INOUT a core.appointment, OUT body json, OUT refusal text) LANGUAGE plpgsql AS $$
DECLARE
  s core.slot;
BEGIN
  IF a.status_before IS NULL OR a.status_changed_at <= clock_timestamp() - interval '10 minutes' THEN
    PERFORM api.refuse('bad_transition');
  END IF;
  IF a.status IN ('cancelled', 'no_show') AND a.slot_id IS NOT NULL THEN
    SELECT * INTO s FROM core.slot t WHERE t.id = a.slot_id;
    s.state := 'booked';
    s.patient_id := a.patient_id;
    s := core.take(s, true, true);
    IF s.id IS NULL THEN
      refusal := 'SLOT_TAKEN';
      body := json_build_object('alternatives', core.nearest_free(a.doctor_id, a.service_id, a.starts_at, true));
      RETURN;
    END IF;
  ELSIF a.status_before = 'lead' THEN
    a.slot_id := NULL;
    a.starts_at := NULL;
    a.ends_at := NULL;
  END IF;
  a.status := a.status_before;
END $$;

-- All that the members ask of a locked row, and the row as it then stands.
CREATE FUNCTION api.apply(INOUT a core.appointment, m jsonb, OUT body json, OUT refusal text) LANGUAGE plpgsql AS $$
DECLARE
  was text := a.status;
  w core.appointment := api.wish(a, m);
  next text := m ->> 'status';
  undone boolean := coalesce((m ->> 'undo')::boolean, false);
  r record;
BEGIN
  IF NOT auth.is_staff() AND a.status NOT IN ('lead', 'requested', 'confirmed') THEN
    PERFORM api.refuse('bad_transition');
  ELSIF undone AND next IS NOT NULL OR m ? 'status' AND next IS NULL THEN
    PERFORM api.refuse('validation_error__status');
  END IF;
  a := api.with_details(a, m);
  IF w.patient_id IS DISTINCT FROM a.patient_id THEN
    a := api.relink(a, w.patient_id);
  END IF;
  IF undone THEN
    r := api.undo(a);
  ELSIF (w.doctor_id, w.service_id, w.starts_at) IS DISTINCT FROM (a.doctor_id, a.service_id, a.starts_at) THEN
    r := api.move(a, w, (m ->> 'reservationId')::uuid, coalesce((m ->> 'outsideHours')::boolean, false));
  ELSE
    SELECT a AS a, NULL::json AS body, NULL::text AS refusal INTO r;
  END IF;
  a := r.a;
  body := r.body;
  refusal := r.refusal;
  IF refusal IS NOT NULL THEN
    RETURN;
  END IF;
  IF next <> was THEN
    IF NOT api.may_go(was, next) THEN
      PERFORM api.refuse('bad_transition');
    ELSIF next IN ('requested', 'confirmed') AND a.starts_at IS NULL THEN
      PERFORM api.refuse('validation_error__starts_at');
    END IF;
    a.status := next;
  END IF;
  IF a.status <> was THEN
    a.status_before := CASE WHEN NOT undone THEN was END;
    a.status_changed_at := clock_timestamp();
  END IF;
  UPDATE core.appointment t
     SET status = a.status, doctor_id = a.doctor_id, patient_id = a.patient_id, service_id = a.service_id, slot_id = a.slot_id,
         starts_at = a.starts_at, ends_at = a.ends_at, name = a.name, phone = a.phone, email = a.email, reason = a.reason, notes = a.notes,
         status_before = a.status_before, status_changed_at = a.status_changed_at
   WHERE t.id = a.id RETURNING * INTO a;
  body := json_build_object('appointment', core.appointment_json(a));
END $$;

-- The lock that forbids the caller to write, as what a refusal owes; NULL when
-- none does.  The guard asks once more, when the row is written.
CREATE FUNCTION api.lock_in_the_way(appointment uuid, fence bigint) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('opdesk.fence', coalesce(fence::text, ''), true);
  RETURN CASE WHEN core.is_barred(appointment, fence)
              THEN json_build_object('lock', (SELECT core.lock_json(l) FROM core.lock l WHERE l.appointment_id = appointment)) END;
END $$;

CREATE FUNCTION api.change(id uuid, version int, members jsonb, hold_hash bytea, fence bigint DEFAULT NULL, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := api.with_hold(members, hold_hash);
  a core.appointment;
BEGIN
  PERFORM api.check_members(m);
  a := api.grasp(id, m, false);
  body := api.lock_in_the_way(a.id, fence);
  IF body IS NOT NULL THEN
    refusal := 'LOCKED';
    RETURN;
  END IF;
  IF a.version IS DISTINCT FROM change.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', core.appointment_json(a));
    RETURN;
  END IF;
  SELECT x.body, x.refusal INTO body, refusal FROM api.apply(a, m) x;
END $$;

-- The holder of the edit token, whoever else they may be.
CREATE FUNCTION api.amend(id uuid, edit_hash bytea, members jsonb, hold_hash bytea, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := api.with_hold(members, hold_hash);
  a core.appointment;
BEGIN
  PERFORM api.check_members(m);
  PERFORM auth.carry(edit_hash);
  a := api.grasp(id, m, true);
  IF core.is_barred(a.id, NULL) THEN
    PERFORM api.refuse('locked');
  END IF;
  SELECT x.body, x.refusal INTO body, refusal FROM api.apply(a, m) x;
END $$;

--
-- DELETE
--

CREATE FUNCTION api.cancel(id uuid, fence bigint DEFAULT NULL, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a core.appointment;
BEGIN
  a := api.grasp(id, '{}', false);
  IF a.status = 'cancelled' THEN
    RETURN;
  END IF;
  body := api.lock_in_the_way(a.id, fence);
  IF body IS NOT NULL THEN
    refusal := 'LOCKED';
    RETURN;
  ELSIF NOT api.may_go(a.status, 'cancelled') THEN
    PERFORM api.refuse('bad_transition');
  END IF;
  PERFORM api.must_be_early(a);
  UPDATE core.appointment t SET status = 'cancelled', status_before = a.status, status_changed_at = clock_timestamp() WHERE t.id = a.id;
END $$;

GRANT EXECUTE ON FUNCTION api.amend, api.change, api.cancel TO opdesk_web;
