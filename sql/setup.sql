-- setup.sql - what only a superuser can do: roles, the parameter, the extension, the schemas.  Safe to run again.
--
-- Four roles own things and nobody logs in as them: opdesk_owner the tables of
-- core, feed and audit, opdesk_api the functions, opdesk_auth all of identity,
-- opdesk_audit the functions that keep the record.  Functions and tables have
-- different owners, so row policies bind the functions too.  Roles belong to
-- the cluster, the rest to this database.

DO $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT * FROM (VALUES
    ('opdesk_owner', 'NOLOGIN'), ('opdesk_api', 'NOLOGIN'), ('opdesk_auth', 'NOLOGIN'), ('opdesk_audit', 'NOLOGIN'),
    ('opdesk_web', 'LOGIN'), ('opdesk_signin', 'LOGIN'), ('opdesk_hub', 'LOGIN'), ('opdesk_worker', 'LOGIN'),
    ('opdesk_backup', 'LOGIN BYPASSRLS')) x(name, kind)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname = r.name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I %s', r.name, r.kind);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this cluster is being set up at the same moment
      END;
    END IF;
  END LOOP;
END $$;

-- Sign-in does what every program does, and what only sign-in may.
GRANT opdesk_web TO opdesk_signin;
GRANT pg_read_all_data TO opdesk_backup;

-- The context of a request stands in this parameter (see 0001-context.sql), so
-- exactly one role may write it.  It is a developer's option nobody else needs.
GRANT SET ON PARAMETER backtrace_functions TO opdesk_auth;

-- Planning anew at each execution made the list page 1.5 to 1.8 times slower.
-- A generic plan knows neither the limit nor which filters are left out: with
-- bitmaps at hand it read and sorted a doctor's 5,000 visits (7 ms), where the
-- index gives 21 of them in order (0.06 ms).  Compiling never pays here.
DO $$
DECLARE
  r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker'] LOOP
    EXECUTE format('ALTER ROLE %I SET plan_cache_mode = force_generic_plan', r);
    EXECUTE format('ALTER ROLE %I SET enable_bitmapscan = off', r);
    EXECUTE format('ALTER ROLE %I SET jit = off', r);
    EXECUTE format('ALTER ROLE %I SET timezone = ''UTC''', r);
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''5s''', r);
  END LOOP;
  FOREACH r IN ARRAY ARRAY['opdesk_web', 'opdesk_signin'] LOOP
    -- Just under what a program waits for an answer (lib/db.c), so that it
    -- hears why; a lock that takes a second is tried again.
    EXECUTE format('ALTER ROLE %I SET statement_timeout = ''4s''', r);
    EXECUTE format('ALTER ROLE %I SET lock_timeout = ''1s''', r);
  END LOOP;
END $$;

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE SCHEMA IF NOT EXISTS core AUTHORIZATION opdesk_owner;
CREATE SCHEMA IF NOT EXISTS feed AUTHORIZATION opdesk_owner;
CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION opdesk_auth;
CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION opdesk_owner;
CREATE SCHEMA IF NOT EXISTS api AUTHORIZATION opdesk_api;
GRANT USAGE ON SCHEMA core, auth TO opdesk_owner, opdesk_api, opdesk_auth, opdesk_audit, opdesk_web, opdesk_hub, opdesk_worker;
GRANT USAGE ON SCHEMA feed TO opdesk_api, opdesk_hub, opdesk_worker;
GRANT USAGE ON SCHEMA audit TO opdesk_api, opdesk_auth, opdesk_audit, opdesk_web, opdesk_hub, opdesk_worker;
GRANT USAGE ON SCHEMA api TO opdesk_web;

-- Nobody gets anything for being PUBLIC.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE opdesk_api REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE opdesk_auth REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE opdesk_audit REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC; -- the extension's operators live there

DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO opdesk_web, opdesk_signin, opdesk_hub, opdesk_worker, opdesk_backup',
                 current_database());
END $$;
