-- 0014-audit.sql - who did what: events that nobody can quietly change.
--
-- A trigger on each table that people change (audit.watch) writes an event in
-- the transaction of the change, so there is neither a change without an event
-- nor an event without a change.  Events are never updated, and deleted only
-- behind a checkpoint (audit.forget).
--
-- Within seconds audit.link_all() links what has been committed into one chain
-- a clinic, in the order of the change feed: what one look finds goes behind
-- what an earlier look found, and among itself by id.  Each link's hash is over
-- the event, its number in the chain and the hash before it, as audit.line()
-- says and opdesk(8) documents.  Writers take no lock for that.
--
-- No role of the programs has UPDATE or TRUNCATE here, the tables' owner neither;
-- DELETE has opdesk_audit alone, whose one function that uses it is
-- audit.forget().  A superuser can do anything: `opdesk audit verify` finds it,
-- and a head that is kept elsewhere finds a chain that was made anew.
--
-- Source: requirements AUD-1, decision 7; security.md K-75 to K-77, R15.

CREATE TABLE audit.event (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clinic_id  uuid NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  role       text,
  account_id uuid,
  session_id uuid,
  action     text NOT NULL,
  object     text NOT NULL,
  object_id  uuid,
  fields     jsonb NOT NULL,
  request    text,
  address    text
);
CREATE INDEX event_time ON audit.event (clinic_id, at DESC, id DESC);
CREATE INDEX event_object ON audit.event (object_id, at DESC, id DESC);
CREATE INDEX event_account ON audit.event (account_id, at DESC, id DESC);
COMMENT ON TABLE audit.event IS 'Who did what.  Written by triggers, never changed.';
COMMENT ON COLUMN audit.event.role IS 'As what they were signed in; public: a stranger, system: a job, NULL: plain SQL.';
COMMENT ON COLUMN audit.event.account_id IS 'No foreign key: the record outlives the account.';
COMMENT ON COLUMN audit.event.action
  IS 'created, updated, deleted; read; signed_in, signed_out, ended, refused; taken_over, force_released; forgotten.';
COMMENT ON COLUMN audit.event.object IS 'What kind of thing; a lock and a message go by the id of their appointment.';
COMMENT ON COLUMN audit.event.fields
  IS 'By column: {"status": ["requested", "confirmed"]}, before and after; of what was created or deleted {"status": "requested"}, as it is or was, without NULLs.  A secret is "changed".';
COMMENT ON COLUMN audit.event.request IS 'X-Request-Id of the answer.';
COMMENT ON COLUMN audit.event.address
  IS 'Of strangers, and of who signs in or out; for anybody else it stands at the sign-in of their session.';

CREATE TABLE audit.fresh (
  clinic_id uuid NOT NULL,
  event_id  bigint NOT NULL,
  PRIMARY KEY (clinic_id, event_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE audit.fresh IS 'Events that are committed and not yet linked.  Nearly always empty.';

CREATE TABLE audit.link (
  clinic_id uuid NOT NULL,
  seq       bigint NOT NULL,
  event_id  bigint NOT NULL UNIQUE,
  hash      bytea NOT NULL CHECK (length(hash) = 32),
  linked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (clinic_id, seq)
);
COMMENT ON TABLE audit.link IS 'The chain of each clinic: every event once, in order, without a gap.';
COMMENT ON COLUMN audit.link.hash IS 'SHA-256 of audit.line(), which has the hash before it in it.';

CREATE TABLE audit.checkpoint (
  clinic_id uuid NOT NULL,
  seq       bigint NOT NULL,
  hash      bytea NOT NULL CHECK (length(hash) = 32),
  until     timestamptz NOT NULL,
  made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (clinic_id, seq)
);
COMMENT ON TABLE audit.checkpoint IS 'Up to where a chain was forgotten.  What is left goes on from the last of them.';
COMMENT ON COLUMN audit.checkpoint.hash IS 'Of the last link that is gone.';
COMMENT ON COLUMN audit.checkpoint.until IS 'Every event that is gone was before this.';

-- The owner reads, and no more: even what it could grant itself again would
-- find no policy.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['event', 'fresh', 'link', 'checkpoint'] LOOP
    EXECUTE format('CREATE POLICY owner ON audit.%I FOR SELECT TO opdesk_owner USING (true)', t);
    EXECUTE format('CREATE POLICY keep ON audit.%I FOR SELECT TO opdesk_audit USING (true)', t);
    EXECUTE format('CREATE POLICY add ON audit.%I FOR INSERT TO opdesk_audit WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT ON audit.%I TO opdesk_audit', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['event', 'fresh', 'link'] LOOP
    EXECUTE format('CREATE POLICY forget ON audit.%I FOR DELETE TO opdesk_audit USING (true)', t);
    EXECUTE format('GRANT DELETE ON audit.%I TO opdesk_audit', t);
  END LOOP;
END $$;
-- Neither the number nor the time of an event is for its writer to say.
GRANT INSERT (clinic_id, role, account_id, session_id, action, object, object_id, fields, request, address) ON audit.event TO opdesk_audit;
GRANT INSERT ON audit.fresh TO opdesk_audit;
GRANT INSERT (clinic_id, seq, event_id, hash) ON audit.link TO opdesk_audit;
GRANT INSERT (clinic_id, seq, hash, until) ON audit.checkpoint TO opdesk_audit;
CREATE POLICY visible ON audit.event FOR SELECT TO opdesk_web
  USING (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.role() = 'admin'));
GRANT SELECT ON audit.event TO opdesk_web;
GRANT EXECUTE ON FUNCTION auth.role, auth.uid, auth.session_id, auth.clinic_id, auth.field TO opdesk_audit;

-- Where a privilege does not bind, this does: for an owner or a superuser it is
-- a reminder, and to get past it is an act of its own.
CREATE FUNCTION audit.stand_fast() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'event' THEN
    IF EXISTS (SELECT FROM audit.link l JOIN audit.checkpoint c ON c.clinic_id = l.clinic_id AND c.seq >= l.seq WHERE l.event_id = OLD.id) THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'link' THEN
    IF EXISTS (SELECT FROM audit.checkpoint c WHERE c.clinic_id = OLD.clinic_id AND c.seq >= OLD.seq) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'what is on record stays: % of audit.%', TG_OP, TG_TABLE_NAME;
END $$;
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['event', 'link', 'checkpoint'] LOOP
    EXECUTE format('CREATE TRIGGER stand_fast BEFORE UPDATE OR DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.stand_fast()', t);
    EXECUTE format('CREATE TRIGGER stand_fast_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.stand_fast()', t);
  END LOOP;
END $$;

--
-- Writing
--

-- opdesk.request is set where auth.enter() is called: the request's id, a blank,
-- and the address it came from.  Only where something may change: reading goes
-- as before.
CREATE FUNCTION audit.put(clinic uuid, role text, account uuid, session uuid, action text, object text, id uuid, fields jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  request text := current_setting('opdesk.request', true);
  event bigint;
BEGIN
  INSERT INTO audit.event AS e (clinic_id, role, account_id, session_id, action, object, object_id, fields, request, address)
  VALUES (clinic, put.role, account, session, put.action, put.object, put.id, put.fields, nullif(split_part(request, ' ', 1), ''),
          CASE WHEN put.role = 'public' OR put.object = 'session' THEN nullif(split_part(request, ' ', 2), '') END)
  RETURNING e.id INTO event;
  INSERT INTO audit.fresh (clinic_id, event_id) VALUES (clinic, event);
END $$;

-- What no trigger sees: that something was read, or refused.
CREATE FUNCTION audit.note(action text, object text, id uuid, fields jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM audit.put(auth.clinic_id(), auth.role(), auth.uid(), auth.session_id(), note.action, note.object, note.id, note.fields);
END $$;

-- Arguments: what it is called, column of its id, column of its clinic, columns
-- that are left out, those that are secret.  Comparing is for changes alone:
-- what is new or gone is said as it is, which takes a tenth of the time.
CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  the_row jsonb := to_jsonb(coalesce(NEW, OLD));
  said jsonb := the_row - TG_ARGV[3]::text[];
  was jsonb;
  secret text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    was := to_jsonb(OLD);
    SELECT coalesce(jsonb_object_agg(n.key, jsonb_build_array(was -> n.key, n.value)), '{}') INTO said
      FROM jsonb_each(said) n WHERE n.value IS DISTINCT FROM was -> n.key;
    IF said = '{}' THEN
      RETURN NULL;
    END IF;
  ELSE
    said := jsonb_strip_nulls(said);
  END IF;
  FOREACH secret IN ARRAY TG_ARGV[4]::text[] LOOP
    IF said ? secret THEN
      said := said || jsonb_build_object(secret, 'changed');
    END IF;
  END LOOP;
  PERFORM audit.put((the_row ->> TG_ARGV[2])::uuid, auth.role(), auth.uid(), auth.session_id(),
                    CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END,
                    TG_ARGV[0], (the_row ->> TG_ARGV[1])::uuid, said);
  RETURN NULL;
END $$;

-- From now on every change of a table leaves an event.  besides: columns that
-- are bookkeeping; those that are computed never count.  A column is a secret
-- by its name, or because it holds bytes: hashes do, and whatever is sealed.
CREATE PROCEDURE audit.watch(watched regclass, object text, id text DEFAULT 'id', clinic text DEFAULT 'clinic_id', besides text[] DEFAULT '{}')
LANGUAGE plpgsql AS $$
DECLARE
  skip text[] := besides || ARRAY[id, clinic]
    || ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = watched AND a.attgenerated <> '');
  secret text[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = watched AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attname <> ALL (skip) AND (a.atttypid = 'bytea'::regtype OR a.attname ~ 'hash|secret|token|password'));
  call text := format('EXECUTE FUNCTION audit.record(%L, %L, %L, %L, %L)', object, id, clinic, skip, secret);
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER audit AFTER INSERT OR DELETE ON %s FOR EACH ROW %s', watched, call);
  EXECUTE format('CREATE OR REPLACE TRIGGER audit_change AFTER UPDATE ON %s FOR EACH ROW WHEN (OLD.* *<> NEW.*) %s', watched, call);
END $$;
COMMENT ON PROCEDURE audit.watch IS 'For schema steps: a table that people change is watched, or t/sql/audit.sql says why not.';

CALL audit.watch('core.clinic', 'clinic', clinic => 'id');
CALL audit.watch('core.system_config', 'system_config', id => 'clinic_id');
CALL audit.watch('core.doctor', 'doctor', besides => '{schedule_version,schedule_xact,rules}');
CALL audit.watch('core.patient', 'patient', besides => '{created_at}');
CALL audit.watch('core.service', 'service');
CALL audit.watch('core.rule', 'rule');
CALL audit.watch('core.exception', 'exception');
CALL audit.watch('core.appointment', 'appointment',
                 besides => '{created_at,updated_at,mailed,status_before,status_changed_at,edit_hash}');
CALL audit.watch('core.message', 'message', id => 'appointment_id', besides => '{id,created_at,account_id,role}');
CALL audit.watch('auth.account', 'account', besides => '{created_at}');
CALL audit.watch('auth.reach', 'reach', id => 'patient_id', besides => '{proven_at}');

-- A hold is nobody's record and is over in five minutes, and what is booked is
-- told by its appointment: to say each slot as well made booking twice as much
-- slower.  What matters is a booked one that somebody mends by hand.
CREATE TRIGGER audit_by_hand AFTER UPDATE OR DELETE ON core.slot FOR EACH ROW
  WHEN (current_setting('backtrace_functions') = '' AND OLD.state = 'booked')
  EXECUTE FUNCTION audit.record('slot', 'id', 'clinic_id', '{id,clinic_id,address}', '{token_hash}');

-- Signing in and out.  Who signs in has not entered yet and is who they prove to be.
CREATE FUNCTION audit.record_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record := coalesce(NEW, OLD);
  mine boolean := auth.uid() IS NOT DISTINCT FROM s.account_id;
BEGIN
  IF TG_OP = 'INSERT' AND auth.role() = 'public' THEN
    PERFORM audit.put(s.clinic_id, s.role, s.account_id, s.id, 'signed_in', 'session', s.id, jsonb_build_object('account_id', s.account_id));
  ELSE
    PERFORM audit.put(s.clinic_id, auth.role(), auth.uid(), auth.session_id(),
                      CASE WHEN TG_OP = 'INSERT' THEN 'created' WHEN mine THEN 'signed_out' ELSE 'ended' END, 'session', s.id,
                      jsonb_build_object('account_id', s.account_id));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_begin AFTER INSERT ON auth.session FOR EACH ROW EXECUTE FUNCTION audit.record_session();
CREATE TRIGGER audit_end AFTER UPDATE ON auth.session FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION audit.record_session();
CREATE TRIGGER audit_delete AFTER DELETE ON auth.session FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > now()) EXECUTE FUNCTION audit.record_session();
CREATE TRIGGER audit_change AFTER UPDATE ON auth.session FOR EACH ROW
  WHEN ((OLD.account_id, OLD.role, OLD.doctor_id, OLD.patient_id, OLD.secret_hash)
        IS DISTINCT FROM (NEW.account_id, NEW.role, NEW.doctor_id, NEW.patient_id, NEW.secret_hash))
  EXECUTE FUNCTION audit.record('session', 'id', 'clinic_id', '{id,clinic_id,context,expires_at,revoked_at,created_at}', '{secret_hash}');

-- A lock that was taken from somebody; the others have their own history.
CREATE FUNCTION audit.record_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM audit.put(NEW.clinic_id, auth.role(), auth.uid(), auth.session_id(), NEW.step, 'lock', NEW.appointment_id,
                    jsonb_build_object('account_id', ARRAY[OLD.account_id, NEW.account_id]));
  RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER UPDATE ON core.lock FOR EACH ROW
  WHEN (NEW.step IN ('taken_over', 'force_released') AND OLD.account_id IS NOT NULL AND OLD.id IS DISTINCT FROM NEW.id)
  EXECUTE FUNCTION audit.record_lock();

-- The staff by name, for an administrator who asks what one of them did.
CREATE FUNCTION auth.staff() RETURNS TABLE (id uuid, name text, role text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT u.id, auth.name_of(u), u.role FROM auth.account u
                WHERE u.clinic_id = auth.clinic_id() AND u.role <> 'patient' AND auth.role() = 'admin' ORDER BY 2, 1;
END $$;

--
-- The chain
--

-- What a link's hash is over: fifteen lines, each with its end, NULL as an empty one.
CREATE FUNCTION audit.line(e audit.event, seq bigint, before bytea) RETURNS text LANGUAGE sql STABLE
RETURN array_to_string(ARRAY['opdesk audit 1', e.clinic_id::text, seq::text, encode(before, 'hex'), e.id::text,
  to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.role, e.account_id::text, e.session_id::text, e.action, e.object,
  e.object_id::text, e.request, e.address, e.fields::text, ''], E'\n', '');
COMMENT ON FUNCTION audit.line IS 'The canonical form of an event; lib/audit.c writes the same.';

-- Where a clinic's chain ends; 0 and thirty-two zero bytes before its first link.
CREATE FUNCTION audit.head(clinic uuid, OUT seq bigint, OUT hash bytea, OUT at timestamptz) LANGUAGE plpgsql STABLE AS $$
BEGIN
  SELECT h.seq, h.hash, h.at INTO seq, hash, at
    FROM ((SELECT l.seq, l.hash, l.linked_at AS at FROM audit.link l WHERE l.clinic_id = clinic ORDER BY l.seq DESC LIMIT 1)
          UNION ALL
          (SELECT c.seq, c.hash, c.made_at FROM audit.checkpoint c WHERE c.clinic_id = clinic ORDER BY c.seq DESC LIMIT 1)) h
   ORDER BY h.seq DESC LIMIT 1;
  seq := coalesce(seq, 0);
  hash := coalesce(hash, decode(repeat('00', 32), 'hex'));
END $$;

-- Who links or forgets in a clinic is alone at it, until the transaction ends.
CREATE FUNCTION audit.lock_chain(clinic uuid) RETURNS boolean LANGUAGE sql
RETURN pg_try_advisory_xact_lock(hashtextextended('audit ' || clinic, 0));

-- Links up to two thousand events of a clinic; how many.  READ COMMITTED: what
-- is read behind the lock has all that earlier linkers left.  Nearly always the
-- tables look empty to the planner; after a bulk load a plan made then would
-- compare each row with each, so no sequential scan is allowed.
CREATE FUNCTION audit.link_some(clinic uuid) RETURNS int LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  ids bigint[];
  one bigint;
  e audit.event;
  h record;
  n int := 0;
BEGIN
  IF NOT audit.lock_chain(clinic) THEN
    RETURN 0;
  END IF;
  SELECT * INTO h FROM audit.head(clinic);
  ids := ARRAY(SELECT f.event_id FROM audit.fresh f WHERE f.clinic_id = clinic ORDER BY f.event_id LIMIT 2000);
  FOREACH one IN ARRAY ids LOOP
    SELECT * INTO e FROM audit.event v WHERE v.id = one;
    CONTINUE WHEN NOT FOUND; -- `opdesk audit verify` names it
    h.seq := h.seq + 1;
    h.hash := sha256(convert_to(audit.line(e, h.seq, h.hash), 'UTF8'));
    INSERT INTO audit.link (clinic_id, seq, event_id, hash) VALUES (clinic, h.seq, e.id, h.hash);
    DELETE FROM audit.fresh f WHERE f.clinic_id = clinic AND f.event_id = one;
    n := n + 1;
  END LOOP;
  RETURN n;
END $$;

-- For whoever does it every second: some of each clinic's; how many.  0: nothing
-- is left, or somebody else is at it.
CREATE FUNCTION audit.link_all() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  clinic uuid;
  n int := 0;
BEGIN
  FOR clinic IN SELECT DISTINCT f.clinic_id FROM audit.fresh f ORDER BY 1 LOOP
    n := n + audit.link_some(clinic);
  END LOOP;
  RETURN n;
END $$;
COMMENT ON FUNCTION audit.link_all IS 'A job: links what has been committed since.  To be called every second or so.';

-- Every clinic that has a chain or could have one, and its head.
CREATE FUNCTION audit.heads() RETURNS TABLE (clinic uuid, seq bigint, hash text, at text, waiting bigint, first_id bigint, last_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  WITH RECURSIVE linked AS (
    (SELECT l.clinic_id AS id FROM audit.link l ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT l.clinic_id FROM audit.link l WHERE l.clinic_id > k.id ORDER BY 1 LIMIT 1) FROM linked k WHERE k.id IS NOT NULL),
  known AS (
    SELECT k.id FROM linked k WHERE k.id IS NOT NULL
    UNION SELECT f.clinic_id FROM audit.fresh f
    UNION SELECT c.clinic_id FROM audit.checkpoint c)
  SELECT k.id, h.seq, encode(h.hash, 'hex'), to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), (SELECT count(*) FROM audit.fresh f WHERE f.clinic_id = k.id),
         (SELECT min(e.id) FROM audit.event e), (SELECT max(e.id) FROM audit.event e)
    FROM known k CROSS JOIN LATERAL audit.head(k.id) h ORDER BY k.id;
END $$;

--
-- Verifying.  The hashes are computed by who verifies, not here.
--

-- The chain behind a number, as it stands; event NULL: it is gone.
CREATE FUNCTION audit.chain(clinic uuid, behind bigint, rows int)
RETURNS TABLE (seq bigint, hash text, event bigint, clinic_id uuid, at text, role text, account_id uuid, session_id uuid, action text,
  object text, object_id uuid, request text, address text, fields text, link_event bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT l.seq, encode(l.hash, 'hex'), e.id, e.clinic_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.role,
         e.account_id, e.session_id, e.action, e.object, e.object_id, e.request, e.address, e.fields::text, l.event_id
    FROM audit.link l LEFT JOIN audit.event e ON e.id = l.event_id
   WHERE l.clinic_id = clinic AND l.seq > behind ORDER BY l.seq LIMIT rows;
END $$;

-- Up to where it was forgotten, and the hash to go on from.
CREATE FUNCTION audit.beginning(clinic uuid) RETURNS TABLE (seq bigint, hash text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT c.seq, encode(c.hash, 'hex') FROM audit.checkpoint c WHERE c.clinic_id = clinic
  UNION ALL SELECT 0::bigint, repeat('00', 32) ORDER BY 1 DESC LIMIT 1;
END $$;

-- Events between two ids that are in no chain: waiting to be linked, or, if
-- not, put there by somebody; and those that went while they waited.
CREATE FUNCTION audit.loose(clinic uuid, behind bigint, upto bigint) RETURNS TABLE (id bigint, at timestamptz, waiting boolean, gone boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT coalesce(e.id, f.event_id), e.at, f.event_id IS NOT NULL, e.id IS NULL
    FROM (SELECT * FROM audit.event v WHERE v.clinic_id = clinic AND v.id > behind AND v.id <= upto) e
    FULL JOIN (SELECT * FROM audit.fresh g WHERE g.clinic_id = clinic AND g.event_id > behind AND g.event_id <= upto) f ON f.event_id = e.id
   WHERE NOT EXISTS (SELECT FROM audit.link l WHERE l.event_id = e.id)
   ORDER BY 1;
END $$;

--
-- Forgetting
--

-- Forgets up to ten thousand of the oldest events of a clinic; how many.  A
-- checkpoint says where the rest goes on, and an event that it was done.
CREATE FUNCTION audit.forget(clinic uuid, keep interval) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  bound timestamptz := clock_timestamp() - keep;
  first bigint;
  upto bigint;
BEGIN
  IF keep < interval '90 days' THEN
    RAISE EXCEPTION 'audit events are kept for 90 days at least';
  END IF;
  IF NOT audit.lock_chain(clinic) THEN
    RETURN 0;
  END IF;
  SELECT min(l.seq) INTO first FROM audit.link l WHERE l.clinic_id = clinic;
  SELECT least(min(l.seq) FILTER (WHERE e.at >= bound) - 1, max(l.seq)) INTO upto
    FROM audit.link l LEFT JOIN audit.event e ON e.id = l.event_id
   WHERE l.clinic_id = clinic AND l.seq < first + 10000;
  IF upto IS NULL OR upto < first THEN
    RETURN 0;
  END IF;
  INSERT INTO audit.checkpoint (clinic_id, seq, hash, until) SELECT clinic, l.seq, l.hash, bound FROM audit.link l WHERE l.clinic_id = clinic AND l.seq = upto;
  DELETE FROM audit.event e USING audit.link l WHERE l.clinic_id = clinic AND l.seq <= upto AND e.id = l.event_id;
  DELETE FROM audit.link l WHERE l.clinic_id = clinic AND l.seq <= upto;
  PERFORM audit.put(clinic, coalesce(auth.role(), 'system'), auth.uid(), auth.session_id(), 'forgotten', 'audit', NULL,
                    jsonb_build_object('seq', ARRAY[first, upto]));
  RETURN upto - first + 1;
END $$;

--
-- From here on a schema step is settled with this schema in it (0001): its
-- tables are the owner's, its functions opdesk_audit's.
--

CREATE OR REPLACE PROCEDURE core.settle() LANGUAGE plpgsql AS $$
DECLARE
  o record;
BEGIN
  FOR o IN SELECT c.oid::regclass AS name, CASE n.nspname WHEN 'auth' THEN 'opdesk_auth' ELSE 'opdesk_owner' END AS owner
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('core', 'feed', 'auth', 'audit') AND c.relkind IN ('r', 'p')
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', o.name, o.owner);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', o.name);
    IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = o.name AND p.polname = 'owner') THEN
      EXECUTE format('CREATE POLICY owner ON %s TO %I USING (true)', o.name, o.owner);
    END IF;
  END LOOP;
  FOR o IN SELECT p.oid::regprocedure AS name,
                  CASE n.nspname WHEN 'auth' THEN 'opdesk_auth' WHEN 'audit' THEN 'opdesk_audit' ELSE 'opdesk_api' END AS owner
             FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('core', 'feed', 'auth', 'audit') AND p.prokind = 'f'
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO %I', o.name, o.owner);
  END LOOP;
  REVOKE ALL ON ALL ROUTINES IN SCHEMA core, feed, auth, audit FROM PUBLIC;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA core, feed TO opdesk_api;
END $$;

CALL core.settle();
REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM opdesk_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO opdesk_owner;
GRANT EXECUTE ON FUNCTION auth.staff TO opdesk_web;
GRANT EXECUTE ON FUNCTION audit.note TO opdesk_api, opdesk_auth;
GRANT EXECUTE ON FUNCTION audit.link_all TO opdesk_hub, opdesk_worker;
GRANT EXECUTE ON FUNCTION audit.heads, audit.chain, audit.beginning, audit.loose, audit.forget TO opdesk_worker;
