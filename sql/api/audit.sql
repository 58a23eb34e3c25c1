-- audit.sql - what cgi-bin/audit.c reads, and the traces that every program leaves.  The record is in 0014-audit.sql.
SET LOCAL ROLE opdesk_api;

-- Something was read; before the answer leaves, in a transaction of its own.
CREATE FUNCTION api.trace(object text, id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM audit.note('read', object, id);
END $$;

--
-- An event as the API gives it
--

-- Events are numbered; clients know ids as UUIDs only.
CREATE FUNCTION api.audit_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN lpad(to_hex(n), 32, '0')::uuid;
CREATE FUNCTION api.audit_number(id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN ('x' || right(translate(id::text, '-', ''), 16))::bit(64)::bigint;

-- Before and after by the names that clients know, whatever was done.
CREATE FUNCTION api.audit_fields(action text, fields jsonb) RETURNS json LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT coalesce(json_object_agg(left(f.key, 1) || substr(replace(initcap(f.key), '_', ''), 2),
                   CASE WHEN f.value = '"changed"' OR jsonb_typeof(f.value) = 'array' THEN f.value
                        WHEN action IN ('deleted', 'signed_out', 'ended') THEN jsonb_build_array(f.value, NULL)
                        ELSE jsonb_build_array(NULL, f.value) END), '{}')
            FROM jsonb_each(fields) f);
END $$;

-- What a thing is called today; NULL: it is gone, or has no name.
CREATE FUNCTION api.audit_name(kind text, id uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE
    WHEN kind IN ('appointment', 'message', 'lock') THEN (SELECT a.name FROM core.appointment a WHERE a.id = audit_name.id)
    WHEN kind IN ('patient', 'patient_id', 'reach') THEN (SELECT p.name FROM core.patient p WHERE p.id = audit_name.id)
    WHEN kind IN ('doctor', 'doctor_id') THEN (SELECT d.name FROM core.doctor d WHERE d.id = audit_name.id)
    WHEN kind IN ('service', 'service_id') THEN (SELECT v.name FROM core.service v WHERE v.id = audit_name.id)
    WHEN kind IN ('account', 'account_id', 'approved_by', 'second_factor', 'password_link') THEN auth.person(audit_name.id, NULL) ->> 'name'
    WHEN kind = 'device' THEN api.device_person(audit_name.id)
    WHEN kind IN ('clinic', 'system_config') THEN (SELECT c.name FROM core.clinic c WHERE c.id = audit_name.id) END;
END $$;

-- The names of those that the fields name by id: {"id": "name"}.
CREATE FUNCTION api.audit_names(fields jsonb) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(json_object_agg(x.id, api.audit_name(x.kind, x.id::uuid)), '{}')
            FROM (SELECT DISTINCT f.key, v.value #>> '{}'
                    FROM jsonb_each(fields) f
                   CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(f.value) WHEN 'array' THEN f.value
                                                                                      ELSE jsonb_build_array(f.value) END) v
                   WHERE f.key IN ('doctor_id', 'service_id', 'patient_id', 'account_id', 'approved_by') AND v.value <> 'null') x(kind, id));
END $$;

CREATE TYPE api.audit_row AS (
  id uuid, at timestamptz, actor json, action text, object text, "objectId" uuid, name text, fields json, names json, "requestId" text,
  address text, "sessionId" uuid
);

CREATE FUNCTION api.audit_told(e audit.event) RETURNS SETOF api.audit_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT api.audit_id(e.id), e.at, auth.person(e.account_id, e.role), e.action, e.object, e.object_id, api.audit_name(e.object, e.object_id),
         api.audit_fields(e.action, e.fields), api.audit_names(e.fields), e.request, e.address, e.session_id;
END;

--
-- Lists, newest first.  One function for each filter that may lead, as in
-- appointments.sql.  The policy of audit.event lets administrators read.
--

CREATE FUNCTION api.audit_of_clinic(actor uuid, action text, object text, object_id uuid, first date, last date,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.audit_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT t.* FROM (SELECT e FROM audit.event e
           WHERE e.clinic_id = (SELECT auth.clinic_id())
             AND e.at >= (SELECT core.list_from(audit_of_clinic.first)) AND e.at < (SELECT core.list_until(audit_of_clinic.last))
             AND e.at <= audit_of_clinic.before_at
             AND (e.at < audit_of_clinic.before_at OR e.id < api.audit_number(audit_of_clinic.before_id))
             AND (audit_of_clinic.action IS NULL OR e.action = audit_of_clinic.action)
             AND (audit_of_clinic.object IS NULL OR e.object = audit_of_clinic.object)
           ORDER BY e.at DESC, e.id DESC LIMIT audit_of_clinic.rows) x, api.audit_told(x.e) t
   ORDER BY t.at DESC, t.id DESC;
END;

CREATE FUNCTION api.audit_of_actor(actor uuid, action text, object text, object_id uuid, first date, last date,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.audit_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT t.* FROM (SELECT e FROM audit.event e
           WHERE e.account_id = audit_of_actor.actor
             AND e.at >= (SELECT core.list_from(audit_of_actor.first)) AND e.at < (SELECT core.list_until(audit_of_actor.last))
             AND e.at <= audit_of_actor.before_at
             AND (e.at < audit_of_actor.before_at OR e.id < api.audit_number(audit_of_actor.before_id))
             AND (audit_of_actor.action IS NULL OR e.action = audit_of_actor.action)
             AND (audit_of_actor.object IS NULL OR e.object = audit_of_actor.object)
           ORDER BY e.at DESC, e.id DESC LIMIT audit_of_actor.rows) x, api.audit_told(x.e) t
   ORDER BY t.at DESC, t.id DESC;
END;

CREATE FUNCTION api.audit_of_object(actor uuid, action text, object text, object_id uuid, first date, last date,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.audit_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT t.* FROM (SELECT e FROM audit.event e
           WHERE e.object_id = audit_of_object.object_id
             AND e.at >= (SELECT core.list_from(audit_of_object.first)) AND e.at < (SELECT core.list_until(audit_of_object.last))
             AND e.at <= audit_of_object.before_at
             AND (e.at < audit_of_object.before_at OR e.id < api.audit_number(audit_of_object.before_id))
             AND (audit_of_object.actor IS NULL OR e.account_id = audit_of_object.actor)
             AND (audit_of_object.action IS NULL OR e.action = audit_of_object.action)
             AND (audit_of_object.object IS NULL OR e.object = audit_of_object.object)
           ORDER BY e.at DESC, e.id DESC LIMIT audit_of_object.rows) x, api.audit_told(x.e) t
   ORDER BY t.at DESC, t.id DESC;
END;

GRANT EXECUTE ON FUNCTION api.trace, api.audit_id, api.audit_number, api.audit_fields, api.audit_name, api.audit_names, api.audit_told,
  api.audit_of_clinic, api.audit_of_actor, api.audit_of_object TO opdesk_web;
