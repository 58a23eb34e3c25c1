-- history.sql - what cgi-bin/history.c calls: who changed an appointment, and what the staff say about it.
--
-- Lists are newest first.  before_at and before_id are the last row of the
-- page before this one ('infinity' to begin with).
SET LOCAL ROLE opdesk_api;

-- 404 for a row that the caller does not see; an empty list says something else.
CREATE FUNCTION api.must_see(appointment uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM core.appointment a WHERE a.id = appointment AND NOT a.is_deleted) THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
END $$;

-- Revisions are numbered; clients know ids as UUIDs only.
CREATE FUNCTION api.revision_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN lpad(to_hex(n), 32, '0')::uuid;
CREATE FUNCTION api.revision_number(id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN ('x' || right(translate(id::text, '-', ''), 16))::bit(64)::bigint;

CREATE FUNCTION api.revisions(appointment uuid, before_at timestamptz, before_id uuid, rows int)
RETURNS TABLE (id uuid, version int, "changedAt" timestamptz, actor json, fields jsonb) LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM api.must_see(appointment);
  RETURN QUERY
  SELECT api.revision_id(r.id), r.version, r.changed_at, auth.person(r.account_id, r.role), r.fields
    FROM core.revision r
   WHERE r.appointment_id = appointment AND (before_at = 'infinity' OR r.id < api.revision_number(before_id))
   ORDER BY r.id DESC LIMIT rows;
END $$;

CREATE FUNCTION api.messages(appointment uuid, before_at timestamptz, before_id uuid, rows int)
RETURNS TABLE (id uuid, text text, author json, "createdAt" timestamptz) LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM api.must_see(appointment);
  RETURN QUERY
  SELECT m.id, m.text, auth.person(m.account_id, m.role), m.created_at
    FROM core.message m
   WHERE m.appointment_id = appointment AND m.created_at <= before_at AND (m.created_at < before_at OR m.id > before_id)
   ORDER BY m.created_at DESC, m.id LIMIT rows;
END $$;

CREATE FUNCTION api.say(appointment uuid, words text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m core.message;
BEGIN
  PERFORM api.must_see(appointment);
  INSERT INTO core.message (appointment_id, account_id, role, text) VALUES (appointment, auth.uid(), auth.role(), words) RETURNING * INTO m;
  body := json_build_object('message', core.message_json(m));
END $$;

GRANT EXECUTE ON FUNCTION api.must_see, api.revision_id, api.revision_number, api.revisions, api.messages, api.say TO opdesk_web;
