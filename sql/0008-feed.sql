-- 0008-feed.sql - the numbered record of changes, and what sync reads.
--
-- A writer leaves one row in feed.fresh, inside its transaction, and takes no
-- lock that another writer wants.  Whoever reads the feed (hub, sync, worker)
-- first calls feed.fold(): under the clinic's clock row it gives what has been
-- committed since then the next numbers.  So numbers are gap-free, a reader who
-- saw number N has seen everything up to N, and a change that commits late gets
-- a later number.  The order of one row's changes is that of their writing: the
-- second writer of a row waits for the first, so its feed.fresh.id is larger.

CREATE TABLE feed.clock (
  clinic_id uuid PRIMARY KEY REFERENCES core.clinic ON DELETE CASCADE,
  epoch     uuid NOT NULL DEFAULT gen_random_uuid(),
  seq       bigint NOT NULL DEFAULT 0,
  purged_to bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
COMMENT ON TABLE feed.clock IS 'Last number given in a clinic.  Its row lock is held by whoever folds, never by a writer.';
COMMENT ON COLUMN feed.clock.epoch IS 'Changes after a restore, so that old cursors are refused.';
COMMENT ON COLUMN feed.clock.purged_to IS 'Cursors before this number are refused: what followed them is forgotten.';

CREATE TABLE feed.fresh (
  id        bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id uuid NOT NULL,
  entity    text NOT NULL,
  op        text NOT NULL,
  entity_id uuid NOT NULL,
  version   int NOT NULL,
  scopes    uuid[] NOT NULL,
  gone      uuid[] NOT NULL,
  body      jsonb NOT NULL,
  made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (clinic_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE feed.fresh IS 'Changes that are committed and not yet numbered.  Nearly always empty.';

CREATE TABLE feed.change (
  clinic_id uuid NOT NULL,
  seq       bigint NOT NULL,
  entity    text NOT NULL,
  op        text NOT NULL,
  entity_id uuid NOT NULL,
  version   int NOT NULL,
  scopes    uuid[] NOT NULL,
  gone      uuid[] NOT NULL,
  body      jsonb NOT NULL,
  made_at   timestamptz NOT NULL,
  folded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (clinic_id, seq)
);
CREATE INDEX change_age ON feed.change (clinic_id, folded_at);
COMMENT ON TABLE feed.change IS 'The feed itself: every change once, in order, until feed.purge().';

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['fresh', 'change'] LOOP
    EXECUTE format('COMMENT ON COLUMN feed.%I.entity IS ''appointment, slot, availability, profile, lock, message, session.''', t);
    EXECUTE format('COMMENT ON COLUMN feed.%I.op IS ''created, updated, deleted; of a slot: reserved, released.''', t);
    EXECUTE format('COMMENT ON COLUMN feed.%I.version IS ''The row''''s after the change; 0 for what has none.''', t);
    EXECUTE format('COMMENT ON COLUMN feed.%I.scopes IS ''Clinic, doctor, patient whose lists hold the row now.''', t);
    EXECUTE format('COMMENT ON COLUMN feed.%I.gone IS ''Those whose lists held it before, and no longer do.''', t);
    EXECUTE format('COMMENT ON COLUMN feed.%I.body IS ''What the event carries; notes are not for every reader of a topic.''', t);
    EXECUTE format('COMMENT ON COLUMN feed.%I.made_at IS ''When it was written, which is before it was committed.''', t);
  END LOOP;
END $$;

CREATE TABLE feed.item (
  clinic_id uuid NOT NULL,
  scope     uuid NOT NULL,
  id        uuid NOT NULL,
  version   int NOT NULL,
  seq       bigint NOT NULL,
  deleted   boolean NOT NULL,
  PRIMARY KEY (scope, id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
-- Bare: as a covering index it looked cheaper than the key for finding one
-- row, and then the whole list was read for each change that was folded.
CREATE INDEX item_seq ON feed.item (scope, seq);
COMMENT ON TABLE feed.item IS 'Each list''s appointments with their last change only.';
COMMENT ON COLUMN feed.item.scope IS 'Whose list: id of a clinic, doctor or patient.';
COMMENT ON COLUMN feed.item.deleted IS 'Marks what left the list.';

CREATE TABLE feed.scope (
  clinic_id uuid NOT NULL,
  scope     uuid PRIMARY KEY,
  seq       bigint NOT NULL,
  n         int NOT NULL,
  x1        bigint NOT NULL,
  x2        bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE feed.scope IS 'One row a list: last change, count, XOR of the halves of md5(id:version).';
COMMENT ON COLUMN feed.scope.n IS 'How many rows the list holds.';

CREATE TABLE feed.hash (
  clinic_id uuid NOT NULL,
  scope     uuid PRIMARY KEY,
  seq       bigint NOT NULL,
  md5       text NOT NULL CHECK (md5 ~ '^[0-9a-f]{32}$')
);
COMMENT ON TABLE feed.hash
  IS 'The hash of api.md, valid while seq is the list''s.  A table of its own: in feed.scope polls failed with 40001.';

CREATE TABLE feed.hub (
  node    text PRIMARY KEY,
  seen_at timestamptz NOT NULL
);
COMMENT ON TABLE feed.hub IS 'Which hubs are alive.  They serve every clinic, so this has none.';

-- No grants but to opdesk_api: only functions reach these tables, and they
-- choose the scope themselves.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['clock', 'fresh', 'change', 'item', 'scope', 'hash', 'hub'] LOOP
    EXECUTE format('CREATE POLICY functions_only ON feed.%I TO opdesk_api USING (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON feed.%I TO opdesk_api', t);
  END LOOP;
END $$;

--
-- Writing
--

CREATE FUNCTION feed.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a core.appointment := coalesce(NEW, OLD);
  had uuid[] := '{}';
  has uuid[] := '{}';
BEGIN
  IF TG_OP <> 'INSERT' AND NOT OLD.is_deleted THEN
    had := ARRAY[OLD.clinic_id, OLD.doctor_id, OLD.patient_id];
  END IF;
  IF TG_OP <> 'DELETE' AND NOT NEW.is_deleted THEN
    has := ARRAY[NEW.clinic_id, NEW.doctor_id, NEW.patient_id];
  END IF;
  IF had = '{}' AND has = '{}' THEN
    RETURN NULL; -- it was gone and still is
  END IF;
  INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
  VALUES (a.clinic_id, 'appointment', CASE WHEN has = '{}' THEN 'deleted' WHEN had = '{}' THEN 'created' ELSE 'updated' END,
          a.id, a.version + (TG_OP = 'DELETE')::int, has,
          CASE WHEN had = has OR had = '{}' THEN '{}' ELSE ARRAY(SELECT unnest(had) EXCEPT SELECT unnest(has)) END,
          CASE WHEN has = '{}' THEN jsonb_build_object('id', a.id, 'version', a.version + (TG_OP = 'DELETE')::int)
               ELSE core.appointment_object(a) END);
  RETURN NULL;
END $$;
CREATE TRIGGER record AFTER INSERT OR DELETE ON core.appointment FOR EACH ROW EXECUTE FUNCTION feed.record();
CREATE TRIGGER record_change AFTER UPDATE ON core.appointment FOR EACH ROW
  WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION feed.record();

-- Time that is taken or free again.  A hold that runs out says nothing: it is
-- free by the clock, and whoever lists knows.  The past is no news.
CREATE FUNCTION feed.record_slot() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  had boolean := TG_OP <> 'INSERT' AND OLD.state IN ('hold', 'booked');
  has boolean := TG_OP <> 'DELETE' AND NEW.state IN ('hold', 'booked');
  freed boolean := false;
  taken boolean := false;
BEGIN
  IF had AND NOT (has AND (OLD.doctor_id, OLD.during) = (NEW.doctor_id, NEW.during)) AND (TG_OP = 'DELETE' OR NEW.state <> 'expired') THEN
    freed := OLD.ends_at >= clock_timestamp();
  END IF;
  IF has AND NOT (had AND (OLD.doctor_id, OLD.during) = (NEW.doctor_id, NEW.during)) THEN
    taken := NEW.ends_at >= clock_timestamp();
  END IF;
  IF freed THEN
    INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
    VALUES (OLD.clinic_id, 'slot', 'released', OLD.id, 0, '{}', '{}',
            jsonb_build_object('doctorId', OLD.doctor_id, 'startsAt', OLD.starts_at, 'endsAt', OLD.ends_at));
  END IF;
  IF taken THEN
    INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
    VALUES (NEW.clinic_id, 'slot', 'reserved', NEW.id, 0, '{}', '{}',
            jsonb_build_object('doctorId', NEW.doctor_id, 'startsAt', NEW.starts_at, 'endsAt', NEW.ends_at));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER record AFTER INSERT OR DELETE ON core.slot FOR EACH ROW EXECUTE FUNCTION feed.record_slot();
CREATE TRIGGER record_change AFTER UPDATE ON core.slot FOR EACH ROW
  WHEN (OLD.state IN ('hold', 'booked') <> NEW.state IN ('hold', 'booked') OR (OLD.doctor_id, OLD.during) <> (NEW.doctor_id, NEW.during))
  EXECUTE FUNCTION feed.record_slot();

CREATE FUNCTION feed.record_schedule() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
  VALUES (NEW.clinic_id, 'availability', 'updated', NEW.id, NEW.schedule_version, '{}', '{}',
          jsonb_build_object('doctorId', NEW.id, 'version', NEW.schedule_version));
  RETURN NULL;
END $$;
CREATE TRIGGER record_schedule AFTER UPDATE ON core.doctor FOR EACH ROW
  WHEN (OLD.schedule_version <> NEW.schedule_version) EXECUTE FUNCTION feed.record_schedule();

-- Argument: the role of the profile.  An account of a doctor or patient is
-- announced by its person.
CREATE FUNCTION feed.record_profile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
  VALUES (NEW.clinic_id, 'profile', 'updated', NEW.id, NEW.version, '{}', '{}',
          jsonb_build_object('id', NEW.id, 'name', NEW.name, 'role', coalesce(TG_ARGV[0], to_jsonb(NEW) ->> 'role')));
  RETURN NULL;
END $$;
CREATE TRIGGER record_profile AFTER UPDATE ON core.doctor FOR EACH ROW
  WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION feed.record_profile('doctor');
CREATE TRIGGER record_profile AFTER UPDATE ON core.patient FOR EACH ROW
  WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION feed.record_profile('patient');
CREATE TRIGGER record_profile AFTER UPDATE ON auth.account FOR EACH ROW
  WHEN (OLD.version <> NEW.version AND NEW.name IS NOT NULL) EXECUTE FUNCTION feed.record_profile();

CREATE FUNCTION feed.start_clock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO feed.clock (clinic_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER start_clock AFTER INSERT ON core.clinic FOR EACH ROW EXECUTE FUNCTION feed.start_clock();

--
-- Folding
--

CREATE FUNCTION feed.half(id uuid, version int, h int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || substr(md5(id::text || ':' || version::text), h * 16 - 15, 16))::bit(64)::bigint;

-- Numbers what is fresh in a clinic; the last number.  READ COMMITTED: each
-- statement after the lock sees all that earlier folders left.  Each step goes
-- on behind the one before, so that many thousand changes of one transaction
-- do not walk again and again over those just deleted.
CREATE FUNCTION feed.fold(clinic uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head bigint;
  behind bigint := 0;
  n bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM feed.fresh f WHERE f.clinic_id = clinic) THEN
    SELECT c.seq INTO head FROM feed.clock c WHERE c.clinic_id = clinic;
    RETURN coalesce(head, 0);
  END IF;
  SELECT c.seq INTO head FROM feed.clock c WHERE c.clinic_id = clinic FOR NO KEY UPDATE;
  LOOP
    SELECT s.n, s.last_id INTO n, behind FROM feed.fold_some(clinic, head, behind) s;
    head := head + n;
    EXIT WHEN n < 1000;
  END LOOP;
  UPDATE feed.clock c SET seq = head WHERE c.clinic_id = clinic;
  RETURN head;
END $$;
COMMENT ON FUNCTION feed.fold IS 'Numbers what is committed and not yet numbered.  Before every reading of the feed.';

-- Up to a thousand changes of a clinic whose clock is locked at head, behind
-- some id; how many, and the last one's id.
CREATE FUNCTION feed.fold_some(clinic uuid, head bigint, behind bigint, OUT n bigint, OUT last_id bigint) LANGUAGE plpgsql AS $$
BEGIN
  WITH taken AS (
    DELETE FROM feed.fresh f
     WHERE f.clinic_id = clinic AND f.id > behind AND f.id <= (SELECT max(g.id) FROM (
             SELECT id FROM feed.fresh WHERE clinic_id = clinic AND id > behind ORDER BY id LIMIT 1000) g)
    RETURNING f.*),
  numbered AS (
    INSERT INTO feed.change (clinic_id, seq, entity, op, entity_id, version, scopes, gone, body, made_at)
    SELECT clinic, head + row_number() OVER (ORDER BY t.id), t.entity, t.op, t.entity_id, t.version,
           array_remove(t.scopes, NULL), array_remove(t.gone, NULL), t.body, t.made_at
      FROM taken t
    RETURNING seq, entity, entity_id, version, scopes, gone),
  leaf AS (
    SELECT DISTINCT ON (l.scope, l.id) l.*
      FROM (SELECT unnest(scopes) AS scope, entity_id AS id, version, seq, false AS deleted
              FROM numbered WHERE entity = 'appointment'
            UNION ALL
            SELECT unnest(gone), entity_id, version, seq, true FROM numbered WHERE entity = 'appointment') l
     ORDER BY l.scope, l.id, l.seq DESC),
  step AS (
    SELECT l.scope, l.seq, (NOT l.deleted)::int - coalesce(o.live, 0) AS n,
           CASE WHEN l.deleted THEN 0 ELSE feed.half(l.id, l.version, 1) END # coalesce(o.x1, 0) AS x1,
           CASE WHEN l.deleted THEN 0 ELSE feed.half(l.id, l.version, 2) END # coalesce(o.x2, 0) AS x2
      FROM leaf l
      LEFT JOIN LATERAL (SELECT 1 AS live, feed.half(i.id, i.version, 1) AS x1, feed.half(i.id, i.version, 2) AS x2
                           FROM feed.item i WHERE i.scope = l.scope AND i.id = l.id AND NOT i.deleted
                         OFFSET 0) o ON true),
  put AS (
    INSERT INTO feed.item (clinic_id, scope, id, version, seq, deleted)
    SELECT clinic, scope, id, version, seq, deleted FROM leaf
    ON CONFLICT (scope, id) DO UPDATE
      SET version = EXCLUDED.version, seq = EXCLUDED.seq, deleted = EXCLUDED.deleted),
  total AS (
    INSERT INTO feed.scope AS s (clinic_id, scope, seq, n, x1, x2)
    SELECT clinic, scope, max(seq), sum(step.n), bit_xor(x1), bit_xor(x2) FROM step GROUP BY scope
    ON CONFLICT (scope) DO UPDATE
      SET seq = EXCLUDED.seq, n = s.n + EXCLUDED.n, x1 = s.x1 # EXCLUDED.x1, x2 = s.x2 # EXCLUDED.x2)
  SELECT count(*), max(t.id) INTO n, last_id FROM taken t;
END $$;

-- For the hub: folds every clinic that has something fresh and is not being
-- folded by somebody else, and says how far each has come.
CREATE FUNCTION feed.fold_all() RETURNS TABLE (clinic_id uuid, seq bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  FOR clinic_id IN
    SELECT c.clinic_id FROM feed.clock c
     WHERE EXISTS (SELECT FROM feed.fresh f WHERE f.clinic_id = c.clinic_id)
     ORDER BY 1 FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    seq := feed.fold(clinic_id);
    RETURN NEXT;
  END LOOP;
END $$;

-- Where every clinic's feed stands, for a hub that starts.
CREATE FUNCTION feed.heads() RETURNS TABLE (clinic_id uuid, epoch uuid, seq bigint, purged_to bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT c.clinic_id, c.epoch, c.seq, c.purged_to FROM feed.clock c ORDER BY 1;
END $$;

-- What happened in a clinic after a number.  The caller sees a hole at once:
-- the first row must be since + 1, else it was purged.
CREATE FUNCTION feed.changes(clinic uuid, since bigint, rows int) RETURNS SETOF feed.change
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT * FROM feed.change c WHERE c.clinic_id = clinic AND c.seq > since ORDER BY c.seq LIMIT rows;
END $$;

-- Forgets changes and tombstones older than keep; cursors before purged_to are refused.
CREATE FUNCTION feed.purge(clinic uuid, keep interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  upto bigint;
BEGIN
  PERFORM FROM feed.clock c WHERE c.clinic_id = clinic FOR NO KEY UPDATE;
  SELECT max(c.seq) INTO upto FROM feed.change c WHERE c.clinic_id = clinic AND c.folded_at < clock_timestamp() - keep;
  UPDATE feed.clock c SET purged_to = upto WHERE c.clinic_id = clinic AND upto > c.purged_to;
  DELETE FROM feed.item i
   USING (SELECT DISTINCT unnest(c.scopes || c.gone) AS scope, c.entity_id FROM feed.change c
           WHERE c.clinic_id = clinic AND c.seq <= upto AND c.entity = 'appointment') p
   WHERE i.scope = p.scope AND i.id = p.entity_id AND i.deleted AND i.seq <= upto;
  DELETE FROM feed.change c WHERE c.clinic_id = clinic AND c.seq <= upto;
  RETURN upto;
END $$;

-- Makes a clinic's lists anew from its appointments, under a new epoch, so that
-- every cursor is refused and every client compares all it has: after a
-- restore, and after loading so much that recording each row would not pay.
CREATE FUNCTION feed.rebuild(clinic uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head bigint;
BEGIN
  SELECT c.seq INTO head FROM feed.clock c WHERE c.clinic_id = clinic FOR NO KEY UPDATE;
  DELETE FROM feed.fresh f WHERE f.clinic_id = clinic;
  DELETE FROM feed.change c WHERE c.clinic_id = clinic;
  DELETE FROM feed.item i WHERE i.clinic_id = clinic;
  DELETE FROM feed.scope s WHERE s.clinic_id = clinic;
  DELETE FROM feed.hash h WHERE h.clinic_id = clinic;
  PERFORM auth.enter_system(clinic);
  INSERT INTO feed.item (clinic_id, scope, id, version, seq, deleted)
  SELECT clinic, s.scope, a.id, a.version, head + row_number() OVER (ORDER BY a.created_at, a.id), false
    FROM core.appointment a, unnest(ARRAY[a.clinic_id, a.doctor_id, a.patient_id]) s(scope)
   WHERE a.clinic_id = clinic AND NOT a.is_deleted AND s.scope IS NOT NULL;
  PERFORM auth.leave();
  INSERT INTO feed.scope (clinic_id, scope, seq, n, x1, x2)
  SELECT clinic, i.scope, max(i.seq), count(*), bit_xor(feed.half(i.id, i.version, 1)), bit_xor(feed.half(i.id, i.version, 2))
    FROM feed.item i WHERE i.clinic_id = clinic GROUP BY i.scope;
  UPDATE feed.clock c
     SET epoch = gen_random_uuid(), seq = q.top, purged_to = q.top
    FROM (SELECT coalesce(max(i.seq), head) + 1 AS top FROM feed.item i WHERE i.clinic_id = clinic) q
   WHERE c.clinic_id = clinic;
END $$;

-- A hub reports every few seconds; ten without one count as none.
CREATE FUNCTION feed.report(node text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO feed.hub AS h (node, seen_at) VALUES (report.node, clock_timestamp())
  ON CONFLICT ON CONSTRAINT hub_pkey DO UPDATE SET seen_at = EXCLUDED.seen_at;
  DELETE FROM feed.hub h WHERE h.seen_at < clock_timestamp() - interval '1 day';
END $$;

CALL core.settle();
GRANT EXECUTE ON FUNCTION feed.fold, feed.fold_all, feed.heads, feed.changes, feed.report TO opdesk_hub;
GRANT EXECUTE ON FUNCTION feed.fold, feed.fold_all, feed.heads, feed.changes, feed.purge TO opdesk_worker;
INSERT INTO feed.clock (clinic_id) SELECT id FROM core.clinic ON CONFLICT DO NOTHING;
