-- admin.sql - what cgi-bin/admin.c calls: sync.  All of it is about the
-- caller's own list, whichever that is (auth.scope).
SET LOCAL ROLE opdesk_api;

-- Where the caller's list stands.  scope: whose list it is.  hash: as
-- remembered, NULL when the list has changed since.
CREATE FUNCTION api.sync_head(OUT scope uuid, OUT epoch uuid, OUT seq bigint, OUT purged_to bigint, OUT n int, OUT list_seq bigint, OUT hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  clinic uuid := auth.clinic_id();
  mine uuid := auth.scope();
BEGIN
  IF EXISTS (SELECT FROM feed.fresh f WHERE f.clinic_id = clinic) THEN
    PERFORM feed.fold(clinic);
  END IF;
  SELECT mine, c.epoch, c.seq, c.purged_to, coalesce(s.n, 0), coalesce(s.seq, 0),
         CASE WHEN coalesce(s.n, 0) = 0 THEN md5('') WHEN h.seq = s.seq THEN h.md5 END
    INTO scope, epoch, seq, purged_to, n, list_seq, hash
    FROM feed.clock c
    LEFT JOIN feed.scope s ON s.scope = mine
    LEFT JOIN feed.hash h ON h.scope = mine
   WHERE c.clinic_id = clinic;
END $$;

-- The list as the very text that is hashed, and the change it is of.  One
-- statement, so both are of one moment.
CREATE FUNCTION api.sync_list(OUT list_seq bigint, OUT list text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  mine uuid := auth.scope();
BEGIN
  SELECT coalesce((SELECT s.seq FROM feed.scope s WHERE s.scope = mine), 0),
         coalesce((SELECT string_agg(i.id || ':' || i.version, ',' ORDER BY i.id) FROM feed.item i
                    WHERE i.scope = mine AND NOT i.deleted), '')
    INTO list_seq, list;
END $$;

-- Keeps the hash of a list for the next who asks.  Who finds somebody else at
-- it leaves it to them.
CREATE FUNCTION api.sync_remember(list_seq bigint, hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  mine uuid := auth.scope();
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hash ' || mine, 0)) THEN
    RETURN;
  END IF;
  INSERT INTO feed.hash AS h (clinic_id, scope, seq, md5)
  SELECT s.clinic_id, s.scope, s.seq, sync_remember.hash FROM feed.scope s WHERE s.scope = mine AND s.seq = sync_remember.list_seq
  ON CONFLICT ON CONSTRAINT hash_pkey DO UPDATE SET seq = EXCLUDED.seq, md5 = EXCLUDED.md5 WHERE h.seq < EXCLUDED.seq;
END $$;

-- What sync sends of each row; of a deleted one its id only.
CREATE TYPE api.sync_row AS (
  seq bigint, deleted boolean,
  id uuid, version int, status text, "doctorId" uuid, "patientId" uuid, "serviceId" uuid,
  "startsAt" timestamptz, "endsAt" timestamptz, name text, phone text, email text, reason text, notes text,
  source text, "walkIn" boolean, "isDeleted" boolean, "createdAt" timestamptz, "updatedAt" timestamptz
);

-- After a cursor.  The row may be newer than the feed knows; then it comes
-- once more.  One that is gone meanwhile comes as deleted, and again later.
CREATE FUNCTION api.sync_since(since bigint, rows int) RETURNS SETOF api.sync_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  mine uuid := auth.scope();
BEGIN
  RETURN QUERY
  SELECT i.seq, a.id IS NULL, i.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name,
         a.phone, a.email, a.reason, CASE WHEN auth.is_staff() THEN a.notes END, a.source, a.walk_in, a.is_deleted,
         a.created_at, a.updated_at
    FROM (SELECT * FROM feed.item f WHERE f.scope = mine AND f.seq > since ORDER BY f.seq LIMIT rows) i
    LEFT JOIN core.appointment a ON a.id = i.id AND NOT i.deleted AND NOT a.is_deleted
   ORDER BY i.seq;
END $$;

-- Rows that the client lacks or has old, by id.
CREATE FUNCTION api.sync_rows(ids uuid[], rows int) RETURNS SETOF api.sync_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  mine uuid := auth.scope();
BEGIN
  RETURN QUERY
  SELECT i.seq, false, a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name,
         a.phone, a.email, a.reason, CASE WHEN auth.is_staff() THEN a.notes END, a.source, a.walk_in, a.is_deleted,
         a.created_at, a.updated_at
    FROM feed.item i
    JOIN core.appointment a ON a.id = i.id AND NOT a.is_deleted
   WHERE i.scope = mine AND i.id = ANY (ids) AND NOT i.deleted
   ORDER BY i.seq
   LIMIT rows;
END $$;

GRANT EXECUTE ON FUNCTION api.sync_head, api.sync_list, api.sync_remember, api.sync_since, api.sync_rows TO opdesk_web;
