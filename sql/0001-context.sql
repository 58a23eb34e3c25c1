-- 0001-context.sql - the register of schema steps, and who is asking.
--
-- auth.enter() leaves the context of a request in a parameter that only
-- opdesk_auth may set.  So nothing has to be signed or verified, and reading
-- it costs what reading any parameter costs.  Its parts, with commas between:
--
--   1 role   2 clinic   3 account   4 session   5 'all' or nothing
--   6 doctor 7 patient  8 hash of the edit token
--
-- The parameter's own purpose is to name C functions whose errors leave a
-- backtrace in the log; no C function is called like one of these parts.

CREATE TABLE core.migration (
  name       text PRIMARY KEY,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE core.migration IS 'The schema steps that were applied here.  About the installation, so without a clinic.';
COMMENT ON COLUMN core.migration.name IS 'File name of the step; its number comes first.';
COMMENT ON COLUMN core.migration.checksum IS 'Of the file as it was applied: a step that was edited later is noticed.';
CREATE POLICY visible ON core.migration FOR SELECT USING (true);
GRANT SELECT ON core.migration TO opdesk_web, opdesk_hub, opdesk_worker;

-- The n-th part.  Once a transaction that set it is over, the parameter is an
-- empty text again: no context, no rows.
CREATE FUNCTION auth.field(n int) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT nullif(split_part(current_setting('backtrace_functions'), ',', n), ''); END;

CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(1); END;
CREATE FUNCTION auth.clinic_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(2)::uuid; END;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(3)::uuid; END;
CREATE FUNCTION auth.session_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(4)::uuid; END;
CREATE FUNCTION auth.sees_clinic() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(5) IS NOT NULL; END;
CREATE FUNCTION auth.doctor_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(6)::uuid; END;
CREATE FUNCTION auth.patient_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT auth.field(7)::uuid; END;
CREATE FUNCTION auth.edit_hash() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT decode(auth.field(8), 'hex'); END;

CREATE FUNCTION auth.is_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC SELECT coalesce(auth.field(1) IN ('admin', 'frontdesk', 'doctor', 'system'), false); END;
COMMENT ON FUNCTION auth.is_staff IS 'Whether the caller reads notes, sets a status and books without notice.';

-- The list that is the caller's: the clinic's, a doctor's, or a patient's.
CREATE FUNCTION auth.scope() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN auth.sees_clinic() THEN auth.clinic_id() ELSE coalesce(auth.doctor_id(), auth.patient_id()) END;
END;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA auth TO opdesk_api, opdesk_auth, opdesk_web, opdesk_hub, opdesk_worker;

-- The last line of every step: owners, forced policies and no rights for
-- PUBLIC are given here, so that no step can forget them.  A table's owner has
-- a policy for itself, without which migrations would change 0 rows in silence.
CREATE PROCEDURE core.settle() LANGUAGE plpgsql AS $$
DECLARE
  o record;
BEGIN
  FOR o IN SELECT c.oid::regclass AS name, CASE n.nspname WHEN 'auth' THEN 'opdesk_auth' ELSE 'opdesk_owner' END AS owner
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('core', 'feed', 'auth') AND c.relkind IN ('r', 'p')
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', o.name, o.owner);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', o.name);
    IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = o.name AND p.polname = 'owner') THEN
      EXECUTE format('CREATE POLICY owner ON %s TO %I USING (true)', o.name, o.owner);
    END IF;
  END LOOP;
  FOR o IN SELECT p.oid::regprocedure AS name, CASE n.nspname WHEN 'auth' THEN 'opdesk_auth' ELSE 'opdesk_api' END AS owner
             FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('core', 'feed', 'auth') AND p.prokind = 'f'
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO %I', o.name, o.owner);
  END LOOP;
  REVOKE ALL ON ALL ROUTINES IN SCHEMA core, feed, auth FROM PUBLIC;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA core, feed TO opdesk_api;
END $$;
COMMENT ON PROCEDURE core.settle IS 'Ends a schema step: owners, forced policies, no rights for PUBLIC.';
CALL core.settle();
