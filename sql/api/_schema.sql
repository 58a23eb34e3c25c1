-- _schema.sql - the empty schema that the files beside this one fill.  First of them, in one transaction with them.

DROP SCHEMA IF EXISTS api CASCADE;
CREATE SCHEMA api AUTHORIZATION opdesk_api;
GRANT USAGE ON SCHEMA api TO opdesk_web;
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
