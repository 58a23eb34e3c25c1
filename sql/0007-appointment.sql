-- 0007-appointment.sql - visits, from lead to completed, and who changed what.

CREATE TABLE core.appointment (
  id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id         uuid NOT NULL DEFAULT core.this_clinic(),
  version           int NOT NULL DEFAULT 1,
  status            text NOT NULL DEFAULT 'lead',
  doctor_id         uuid,
  patient_id        uuid,
  service_id        uuid,
  slot_id           uuid REFERENCES core.slot ON DELETE SET NULL,
  starts_at         timestamptz,
  ends_at           timestamptz,
  name              text NOT NULL,
  phone             text,
  email             text,
  reason            text,
  notes             text,
  source            text NOT NULL DEFAULT 'web',
  walk_in           boolean NOT NULL DEFAULT false,
  is_deleted        boolean NOT NULL DEFAULT false,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  mailed            boolean NOT NULL DEFAULT false,
  edit_hash         bytea,
  status_before     text,
  status_changed_at timestamptz,
  listed_at         timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(starts_at, 'infinity'::timestamptz)) STORED,
  CONSTRAINT not_found__doctor_id FOREIGN KEY (clinic_id, doctor_id) REFERENCES core.doctor (clinic_id, id),
  CONSTRAINT not_found__patient_id FOREIGN KEY (clinic_id, patient_id) REFERENCES core.patient (clinic_id, id),
  CONSTRAINT not_found__service_id FOREIGN KEY (clinic_id, service_id) REFERENCES core.service (clinic_id, id),
  CONSTRAINT validation_error__status CHECK (status IN
    ('lead', 'requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show')),
  CONSTRAINT validation_error__source CHECK (source IN ('web', 'patient', 'desk', 'chatbot')),
  CONSTRAINT validation_error__starts_at CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND ends_at > starts_at AND isfinite(starts_at)),
  CONSTRAINT validation_error__name CHECK (length(btrim(name)) BETWEEN 1 AND 200),
  CONSTRAINT validation_error__phone CHECK (length(phone) <= 32),
  CONSTRAINT validation_error__email CHECK (length(email) <= 254 AND email ~ '^[^@\s]+@[^@\s]+$'),
  CONSTRAINT validation_error__reason CHECK (length(reason) <= 2000),
  CONSTRAINT validation_error__notes CHECK (length(notes) <= 10000)
);
-- The order of every list: newest first, rows without a time before them.
CREATE INDEX appointment_clinic ON core.appointment (clinic_id, listed_at DESC, id) WHERE NOT is_deleted;
CREATE INDEX appointment_doctor ON core.appointment (doctor_id, listed_at DESC, id) WHERE NOT is_deleted;
CREATE INDEX appointment_patient ON core.appointment (patient_id, listed_at DESC, id) WHERE NOT is_deleted;
CREATE INDEX appointment_slot ON core.appointment (slot_id) WHERE slot_id IS NOT NULL;
CREATE INDEX appointment_mail ON core.appointment (clinic_id, created_at) WHERE NOT mailed AND status = 'lead';
COMMENT ON TABLE core.appointment IS 'A visit, wished for, coming or past.';
COMMENT ON COLUMN core.appointment.version IS 'Rises with every change of what people see; clients save against it.';
COMMENT ON COLUMN core.appointment.slot_id IS 'The doctor''s time it occupies, or did; leads and walk-ins have none.';
COMMENT ON COLUMN core.appointment.name IS 'As it was typed; the patient''s own name stands in their row.';
COMMENT ON COLUMN core.appointment.phone IS 'E.164.';
COMMENT ON COLUMN core.appointment.reason IS 'Why they come, in their words.';
COMMENT ON COLUMN core.appointment.notes IS 'The staff''s: neither patients nor strangers read them.';
COMMENT ON COLUMN core.appointment.source IS 'Who made it: web (a stranger), patient, desk (staff), chatbot.';
COMMENT ON COLUMN core.appointment.walk_in IS 'Came without a time.';
COMMENT ON COLUMN core.appointment.is_deleted IS 'Gone for everybody, kept for the record.  A cancelled visit is not deleted.';
COMMENT ON COLUMN core.appointment.mailed IS 'Was in a summary to the admin.  Bookkeeping: raises no version.';
COMMENT ON COLUMN core.appointment.edit_hash IS 'SHA-256 of the token with which a stranger edits this one row.';
COMMENT ON COLUMN core.appointment.status_before IS 'What an undo returns to; NULL after one.';
COMMENT ON COLUMN core.appointment.listed_at IS 'Place in lists.  A column, because a bare COALESCE never reaches an index below a policy.';

-- A policy is worded so that the planner keeps its index: each part one value
-- that is computed once.  Asking "role = 'admin' OR ..." cost ten times as much.
CREATE POLICY visible ON core.appointment USING (clinic_id = (SELECT auth.clinic_id())
  AND ((SELECT auth.sees_clinic()) OR doctor_id = (SELECT auth.doctor_id()) OR patient_id = (SELECT auth.patient_id())
       OR edit_hash = (SELECT auth.edit_hash())));
CREATE POLICY visible ON core.patient USING (clinic_id = (SELECT auth.clinic_id())
  AND ((SELECT auth.sees_clinic()) OR id = (SELECT auth.patient_id())
       OR EXISTS (SELECT FROM core.appointment a
                  WHERE a.doctor_id = (SELECT auth.doctor_id()) AND a.patient_id = patient.id AND NOT a.is_deleted)));
GRANT SELECT (id, clinic_id, version, status, doctor_id, patient_id, service_id, slot_id, starts_at, ends_at, name, phone, email,
              reason, notes, source, walk_in, is_deleted, created_at, updated_at, mailed, status_before, status_changed_at, listed_at)
   ON core.appointment TO opdesk_web, opdesk_hub, opdesk_worker;
GRANT SELECT, INSERT, UPDATE ON core.appointment TO opdesk_api;

CREATE TABLE core.revision (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clinic_id      uuid NOT NULL,
  appointment_id uuid NOT NULL,
  version        int NOT NULL,
  account_id     uuid,
  role           text,
  changed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  fields         jsonb NOT NULL
);
CREATE INDEX revision_appointment ON core.revision (appointment_id, id);
COMMENT ON TABLE core.revision IS 'Who changed what of an appointment, field by field.  Written by a trigger, never changed.';
COMMENT ON COLUMN core.revision.appointment_id IS 'No foreign key: the record outlives the row.';
COMMENT ON COLUMN core.revision.version IS 'The version this change made.';
COMMENT ON COLUMN core.revision.account_id IS 'NULL: a stranger, or plain SQL (then role is NULL too).';
COMMENT ON COLUMN core.revision.fields
  IS '{"status": ["requested", "confirmed"]}: before and after; {} when the row was made, NULLs after a delete.';
CREATE POLICY visible ON core.revision FOR SELECT USING (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.is_staff())
  AND EXISTS (SELECT FROM core.appointment a WHERE a.id = revision.appointment_id));
CREATE POLICY add ON core.revision FOR INSERT TO opdesk_api WITH CHECK (true);
GRANT SELECT ON core.revision TO opdesk_web;
GRANT INSERT ON core.revision TO opdesk_api;

--
-- The row as JSON
--

CREATE FUNCTION core.appointment_object(a core.appointment) RETURNS jsonb LANGUAGE sql STABLE
RETURN jsonb_build_object('id', a.id, 'version', a.version, 'status', a.status, 'doctorId', a.doctor_id, 'patientId', a.patient_id,
  'serviceId', a.service_id, 'startsAt', a.starts_at, 'endsAt', a.ends_at, 'name', a.name, 'phone', a.phone, 'email', a.email,
  'reason', a.reason, 'notes', a.notes, 'source', a.source, 'walkIn', a.walk_in, 'isDeleted', a.is_deleted,
  'createdAt', a.created_at, 'updatedAt', a.updated_at);
COMMENT ON FUNCTION core.appointment_object IS 'All that people may see, for the feed and the revisions; notes are in it.';

CREATE FUNCTION core.appointment_json(a core.appointment) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', a.id, 'version', a.version, 'status', a.status, 'doctorId', a.doctor_id, 'patientId', a.patient_id,
  'serviceId', a.service_id, 'startsAt', a.starts_at, 'endsAt', a.ends_at, 'name', a.name, 'phone', a.phone, 'email', a.email,
  'reason', a.reason, 'notes', CASE WHEN auth.is_staff() THEN a.notes END, 'source', a.source, 'walkIn', a.walk_in,
  'isDeleted', a.is_deleted, 'createdAt', a.created_at, 'updatedAt', a.updated_at);
COMMENT ON FUNCTION core.appointment_json IS 'The row as api.md has it, as the caller may see it.';

--
-- Triggers.  They run as opdesk_api, also for plain SQL.
--

-- Every UPDATE of what people see, whether it changes a value or not: a client
-- that was told "saved" finds another version.  Bookkeeping is not in the list.
CREATE FUNCTION core.rise_appointment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER rise BEFORE UPDATE OF version, status, doctor_id, patient_id, service_id, starts_at, ends_at, name, phone, email,
  reason, notes, source, walk_in, is_deleted ON core.appointment FOR EACH ROW EXECUTE FUNCTION core.rise_appointment();

CREATE FUNCTION core.keep_identity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'an appointment keeps its id and its clinic';
END $$;
CREATE TRIGGER keep_identity BEFORE UPDATE OF id, clinic_id ON core.appointment FOR EACH ROW
  WHEN ((OLD.id, OLD.clinic_id) IS DISTINCT FROM (NEW.id, NEW.clinic_id)) EXECUTE FUNCTION core.keep_identity();

CREATE FUNCTION core.revise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a core.appointment := coalesce(NEW, OLD);
  changed jsonb := '{}';
BEGIN
  IF TG_OP <> 'INSERT' THEN
    SELECT coalesce(jsonb_object_agg(o.key, jsonb_build_array(o.value, n.value)), '{}') INTO changed
      FROM jsonb_each(core.appointment_object(OLD)) o
      LEFT JOIN jsonb_each(CASE TG_OP WHEN 'UPDATE' THEN core.appointment_object(NEW) ELSE '{}' END) n USING (key)
     WHERE o.key NOT IN ('id', 'version', 'createdAt', 'updatedAt') AND o.value IS DISTINCT FROM n.value;
  END IF;
  INSERT INTO core.revision (clinic_id, appointment_id, version, account_id, role, fields)
  VALUES (a.clinic_id, a.id, a.version + (TG_OP = 'DELETE')::int, auth.uid(), auth.role(), changed);
  RETURN NULL;
END $$;
CREATE TRIGGER revise AFTER INSERT OR DELETE ON core.appointment FOR EACH ROW EXECUTE FUNCTION core.revise();
CREATE TRIGGER revise_change AFTER UPDATE ON core.appointment FOR EACH ROW
  WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION core.revise();

-- Who will not come gives the time back, also when plain SQL says so.
CREATE FUNCTION core.give_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  nobody boolean := auth.role() IS NULL;
BEGIN
  IF nobody THEN
    PERFORM auth.enter_system(OLD.clinic_id);
  END IF;
  UPDATE core.slot s SET state = 'released' WHERE s.id = OLD.slot_id AND s.state = 'booked';
  IF nobody THEN
    PERFORM auth.leave();
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER give_back AFTER UPDATE ON core.appointment FOR EACH ROW
  WHEN (OLD.slot_id IS NOT NULL AND (NEW.is_deleted OR NEW.status IN ('cancelled', 'no_show') OR NEW.slot_id IS DISTINCT FROM OLD.slot_id)
        AND NOT (OLD.is_deleted OR OLD.status IN ('cancelled', 'no_show')))
  EXECUTE FUNCTION core.give_back();
CREATE TRIGGER give_back_deleted AFTER DELETE ON core.appointment FOR EACH ROW
  WHEN (OLD.slot_id IS NOT NULL) EXECUTE FUNCTION core.give_back();

CREATE FUNCTION core.refuse_truncate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'TRUNCATE would leave the change feed behind; use DELETE';
END $$;
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON core.appointment EXECUTE FUNCTION core.refuse_truncate();

CALL core.settle();
GRANT EXECUTE ON FUNCTION core.appointment_object, core.appointment_json TO opdesk_web, opdesk_hub, opdesk_worker;
