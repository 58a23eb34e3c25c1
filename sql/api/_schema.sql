-- _schema.sql - the empty schema that the files beside this one fill.  First of them, in one transaction with them.

DROP SCHEMA IF EXISTS api CASCADE;
CREATE SCHEMA api AUTHORIZATION opdesk_api;
GRANT USAGE ON SCHEMA api TO opdesk_web;

-- For files that make functions of identity, as the superuser: they belong to
-- opdesk_auth, which makes nothing in this schema by itself.
CREATE PROCEDURE pg_temp.belong_to_auth(VARIADIC names text[]) LANGUAGE plpgsql AS $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'api'::regnamespace AND p.proname = ANY (names) LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO opdesk_auth', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;

SET LOCAL ROLE opdesk_api;

CREATE FUNCTION api.schema_version() RETURNS int LANGUAGE sql STABLE
BEGIN ATOMIC SELECT coalesce(max(substring(m.name FROM '^[0-9]+')::int), 0) FROM core.migration m; END;
COMMENT ON FUNCTION api.schema_version IS 'Number of the last schema step; programs refuse to serve an older one than they need.';
GRANT EXECUTE ON FUNCTION api.schema_version TO opdesk_web;

-- One row of the API, in the order in which clients get it.
CREATE TYPE api.appointment_row AS (
  id uuid, version int, status text, "doctorId" uuid, "patientId" uuid, "serviceId" uuid,
  "startsAt" timestamptz, "endsAt" timestamptz, name text, phone text, email text, reason text, notes text,
  source text, "walkIn" boolean, "isDeleted" boolean, "createdAt" timestamptz, "updatedAt" timestamptz
);
