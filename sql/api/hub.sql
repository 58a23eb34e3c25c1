-- hub.sql - what sbin/opdesk-hub calls: who may listen, and what happened.
GRANT USAGE ON SCHEMA api TO opdesk_hub;
SET LOCAL ROLE opdesk_api;

-- Whether the caller (auth.enter) may listen to a topic, decided by the rows
-- that the policies show; and who they are.  Kinds are those of lib/topic.h;
-- 'none' asks only who is asking.
CREATE FUNCTION api.listen(kind text, topic uuid, OUT allowed boolean, OUT clinic uuid, OUT "isStaff" boolean, OUT doctor uuid,
  OUT patient uuid, OUT name text, OUT email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  clinic := auth.clinic_id();
  "isStaff" := auth.is_staff();
  doctor := auth.doctor_id();
  patient := auth.patient_id();
  SELECT coalesce(u.name, (SELECT d.name FROM core.doctor d WHERE d.id = u.doctor_id), (SELECT p.name FROM core.patient p WHERE p.id = u.patient_id)),
         u.email
    INTO name, email FROM auth.account u WHERE u.id = auth.uid();
  allowed := clinic IS NOT NULL AND coalesce(CASE kind
    WHEN 'none' THEN true
    WHEN 'appointments' THEN auth.sees_clinic()
    WHEN 'dentist' THEN topic = doctor OR auth.sees_clinic() AND EXISTS (SELECT FROM core.doctor d WHERE d.id = topic)
    WHEN 'patient' THEN topic = patient OR auth.sees_clinic() AND EXISTS (SELECT FROM core.patient p WHERE p.id = topic)
    WHEN 'appointment' THEN auth.uid() IS NOT NULL AND EXISTS (SELECT FROM core.appointment a WHERE a.id = topic AND NOT a.is_deleted)
    WHEN 'availability' THEN topic IS NULL OR EXISTS (SELECT FROM core.doctor d WHERE d.id = topic)
    WHEN 'profiles' THEN auth.sees_clinic()
  END, false);
END $$;

-- A change as the hub reads it; bare is the body without what only staff read.
CREATE TYPE api.hub_change AS (
  seq bigint, entity text, op text, id uuid, scopes text, gone text, body jsonb, bare jsonb, made_us bigint
);

-- A set, of one: such a function becomes part of the query, where (f(c)).* would
-- be asked once for every column.
CREATE FUNCTION api.hub_row(c feed.change) RETURNS SETOF api.hub_change LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.seq, c.entity, c.op, c.entity_id, c.scopes::text, c.gone::text, c.body,
         CASE c.entity WHEN 'appointment' THEN c.body - 'notes' END, (extract(epoch FROM c.made_at) * 1000000)::bigint;
END;

-- The next changes of a clinic.
CREATE FUNCTION api.hub_changes(clinic uuid, since bigint, rows int) RETURNS SETOF api.hub_change
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT r.* FROM feed.change c CROSS JOIN LATERAL api.hub_row(c) r
                WHERE c.clinic_id = clinic AND c.seq > since ORDER BY c.seq LIMIT rows;
END $$;

-- What a topic missed, up to a number that the hub knows already.
CREATE FUNCTION api.hub_missed(clinic uuid, since bigint, upto bigint, kind text, topic uuid, rows int) RETURNS SETOF api.hub_change
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT r.* FROM feed.change c CROSS JOIN LATERAL api.hub_row(c) r
   WHERE c.clinic_id = clinic AND c.seq > since AND c.seq <= upto
     AND CASE kind
           WHEN 'appointments' THEN c.entity IN ('appointment', 'lock')
           WHEN 'dentist' THEN c.entity IN ('appointment', 'lock') AND topic = ANY (c.scopes || c.gone)
           WHEN 'patient' THEN c.entity = 'appointment' AND topic = ANY (c.scopes || c.gone)
           WHEN 'appointment' THEN c.entity IN ('lock', 'message') AND c.entity_id = topic
           WHEN 'availability' THEN c.entity IN ('slot', 'availability') AND (topic IS NULL OR c.body ->> 'doctorId' = topic::text)
           WHEN 'profiles' THEN c.entity = 'profile'
         END
   ORDER BY c.seq LIMIT rows;
END $$;

GRANT EXECUTE ON FUNCTION api.schema_version, api.listen, api.hub_changes, api.hub_missed TO opdesk_hub;
