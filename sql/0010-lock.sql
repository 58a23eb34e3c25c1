-- 0010-lock.sql - who may edit an appointment right now, and the guard that makes it hold.
--
-- A lock is a lease of 300 seconds that its holder renews.  When it has run
-- out, its holder alone may take it back for 15 seconds, then anyone.  The row
-- is born with the appointment and stays for ever; its fence rises with every
-- grant, never with a renewal.
--
-- core.guard() refuses a write that names a fence which is not that of the
-- caller's own, unexpired lease, and one that names none while somebody else
-- holds the lease.  It pins the lease until commit: a takeover waits for a
-- write that is under way, and a write that was sent before the lock was lost,
-- but comes after, is refused, whatever its sender believes.
--
-- It lets pass what raises no version (mails, reminders), and plain SQL without
-- a context, whose author mends something on purpose: the holder's next save
-- then meets another version.  For the lock is courtesy and the version is
-- truth.  Do not use a lock to decide a race, and do not skip the version
-- because you hold one.
--
-- Source: requirements LOCK-1 to LOCK-8; realtime.md, "Locks".

CREATE TABLE core.lock (
  appointment_id uuid PRIMARY KEY,
  clinic_id      uuid NOT NULL,
  id             uuid,
  account_id     uuid,
  session_id     uuid,
  version        int NOT NULL DEFAULT 0,
  fence          bigint NOT NULL DEFAULT 0,
  acquired_at    timestamptz,
  expires_at     timestamptz NOT NULL DEFAULT '-infinity',
  step           text NOT NULL DEFAULT 'born'
    CHECK (step IN ('born', 'acquired', 'renewed', 'taken_over', 'released', 'expired', 'force_released')),
  metadata       jsonb NOT NULL DEFAULT '{}',
  CHECK ((account_id IS NULL) = (id IS NULL) AND (account_id IS NULL) = (acquired_at IS NULL)
    AND (account_id IS NULL) = (expires_at = '-infinity'))
) WITH (fillfactor = 70);
CREATE INDEX lock_held ON core.lock (expires_at) WHERE account_id IS NOT NULL;
COMMENT ON TABLE core.lock IS 'The edit lease of each appointment.  One row for ever, so that there is always something to pin.';
COMMENT ON COLUMN core.lock.appointment_id IS 'No foreign key: where a row comes back under its id, the fence goes on.';
COMMENT ON COLUMN core.lock.id IS 'Of the grant; renewal keeps it.';
COMMENT ON COLUMN core.lock.account_id IS 'Who holds it, or did until it ran out and was swept; NULL: nobody.';
COMMENT ON COLUMN core.lock.version IS 'Rises with every grant and renewal, and begins at 1 when nobody had a claim.';
COMMENT ON COLUMN core.lock.fence IS 'Rises with every grant and never falls.  Writes name it.';
COMMENT ON COLUMN core.lock.expires_at IS 'By the clock of the database, which is the only one that counts.';
COMMENT ON COLUMN core.lock.step IS 'What happened to it last; the trigger records and announces that.';
COMMENT ON COLUMN core.lock.metadata IS 'Of the last step: userAgent, expectedVersion, actualVersion.';

CREATE TABLE core.lock_event (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id      uuid NOT NULL,
  appointment_id uuid NOT NULL,
  lock_id        uuid NOT NULL,
  event          text NOT NULL CHECK (event IN ('acquired', 'released', 'expired', 'force_released', 'taken_over')),
  account_id     uuid NOT NULL,
  by_account_id  uuid,
  held           interval,
  fence          bigint NOT NULL,
  version        int NOT NULL,
  metadata       jsonb NOT NULL,
  made_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX lock_event_appointment ON core.lock_event (appointment_id, made_at DESC, id);
CREATE INDEX lock_event_age ON core.lock_event (clinic_id, made_at);
COMMENT ON TABLE core.lock_event IS 'What happened to locks.  Written by a trigger, never changed.';
COMMENT ON COLUMN core.lock_event.lock_id IS 'The grant that began or ended.';
COMMENT ON COLUMN core.lock_event.account_id IS 'Whose lock it was.';
COMMENT ON COLUMN core.lock_event.by_account_id IS 'Who ended it; NULL when it ran out.';
COMMENT ON COLUMN core.lock_event.held IS 'For how long; NULL when it began.';
COMMENT ON COLUMN core.lock_event.version IS 'The lock''s, then.';
COMMENT ON COLUMN core.lock_event.metadata IS 'userAgent and sessionId of who did it, expectedVersion, actualVersion.';

-- Only functions reach these tables.  They ask core.appointment, under its
-- policy, whether the row is the caller's.
CREATE POLICY functions_only ON core.lock TO opdesk_api USING (true);
CREATE POLICY functions_only ON core.lock_event TO opdesk_api USING (true);
GRANT SELECT, INSERT, UPDATE ON core.lock TO opdesk_api;
GRANT SELECT, INSERT ON core.lock_event TO opdesk_api;

--
-- Reading
--

CREATE FUNCTION core.lock_lease() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN interval '300 seconds';
CREATE FUNCTION core.lock_grace() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN interval '15 seconds';

-- Name and e-mail of an account, for whoever may know that it is there.
CREATE FUNCTION auth.face(account uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('name', auth.name_of(u), 'email', u.email) FROM auth.account u WHERE u.id = face.account);
END $$;

CREATE FUNCTION core.lock_state(l core.lock) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE
    WHEN l.account_id IS NULL OR l.expires_at + core.lock_grace() <= clock_timestamp() THEN 'unlocked'
    WHEN l.expires_at <= clock_timestamp() THEN 'expired'
    WHEN l.account_id = auth.uid() THEN 'locked_by_user'
    ELSE 'locked_by_other' END;
END $$;
COMMENT ON FUNCTION core.lock_state IS 'unlocked, locked_by_user, locked_by_other, or expired: its holder alone may take it back.';

CREATE FUNCTION core.lock_object(l core.lock) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF l.account_id IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN jsonb_build_object('id', l.id, 'appointmentId', l.appointment_id, 'userId', l.account_id, 'userInfo', auth.face(l.account_id),
    'createdAt', l.acquired_at, 'expiresAt', l.expires_at, 'version', l.version, 'fence', l.fence);
END $$;
COMMENT ON FUNCTION core.lock_object IS 'A lock as staff see it, for answers and events; NULL when nobody has it.';

-- Patients learn who it is, but not the e-mail that staff sign in with.
CREATE FUNCTION core.lock_json(l core.lock) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  o jsonb := core.lock_object(l);
BEGIN
  RETURN CASE WHEN core.lock_state(l) = 'unlocked' THEN NULL
              WHEN auth.is_staff() OR l.account_id = auth.uid() THEN o
              ELSE jsonb_set(o, '{userInfo,email}', 'null') END;
END $$;
COMMENT ON FUNCTION core.lock_json IS 'The same as the caller may see it.';

--
-- The guard
--

-- Whether the caller may not write now, under that fence or none.  Pins the
-- lease until the transaction ends.
CREATE FUNCTION core.is_barred(appointment uuid, fence bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  l core.lock;
  mine boolean;
  lives boolean;
BEGIN
  SELECT * INTO l FROM core.lock t WHERE t.appointment_id = appointment FOR SHARE;
  mine := coalesce(l.account_id = auth.uid(), false);
  lives := l.account_id IS NOT NULL AND l.expires_at > clock_timestamp();
  IF is_barred.fence IS NULL THEN
    RETURN lives AND NOT mine;
  END IF;
  RETURN NOT (lives AND mine AND l.fence = is_barred.fence);
END $$;
COMMENT ON FUNCTION core.is_barred IS 'Whether a lock forbids the caller to write.  The fence is that of the caller''s grant, NULL if they name none.';

CREATE FUNCTION core.guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF auth.role() IS NOT NULL AND core.is_barred(OLD.id, nullif(current_setting('opdesk.fence', true), '')::bigint) THEN
    RAISE EXCEPTION 'locked' USING ERRCODE = 'OD000';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
-- The columns of trigger rise, and what a booking hangs on.
CREATE TRIGGER guard BEFORE DELETE OR UPDATE OF version, status, doctor_id, patient_id, service_id, starts_at, ends_at, name, phone, email,
  reason, notes, source, walk_in, is_deleted ON core.appointment FOR EACH ROW EXECUTE FUNCTION core.guard();

CREATE FUNCTION core.bear_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO core.lock (appointment_id, clinic_id) VALUES (NEW.id, NEW.clinic_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER bear_lock AFTER INSERT ON core.appointment FOR EACH ROW EXECUTE FUNCTION core.bear_lock();

CREATE FUNCTION core.keep_fence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a fence never falls';
END $$;
CREATE TRIGGER keep_fence BEFORE UPDATE OF fence ON core.lock FOR EACH ROW
  WHEN (NEW.fence < OLD.fence) EXECUTE FUNCTION core.keep_fence();

--
-- What happens to a lock is recorded and announced
--

-- Ages of a test or a repair change neither version nor fence nor holder, so
-- they are no news.
CREATE FUNCTION core.note_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  doctor uuid := (SELECT a.doctor_id FROM core.appointment a WHERE a.id = NEW.appointment_id);
  meta jsonb := NEW.metadata || jsonb_strip_nulls(jsonb_build_object('sessionId', auth.session_id()));
  body jsonb := jsonb_build_object('appointmentId', NEW.appointment_id, 'lock', core.lock_object(NEW));
BEGIN
  IF NEW.step IN ('released', 'expired', 'force_released', 'taken_over') THEN
    INSERT INTO core.lock_event (clinic_id, appointment_id, lock_id, event, account_id, by_account_id, held, fence, version, metadata)
    VALUES (OLD.clinic_id, OLD.appointment_id, OLD.id, NEW.step, OLD.account_id, CASE WHEN NEW.step <> 'expired' THEN auth.uid() END,
            least(clock_timestamp(), OLD.expires_at) - OLD.acquired_at, OLD.fence, OLD.version, meta);
  END IF;
  IF NEW.step IN ('acquired', 'taken_over') THEN
    INSERT INTO core.lock_event (clinic_id, appointment_id, lock_id, event, account_id, fence, version, metadata)
    VALUES (NEW.clinic_id, NEW.appointment_id, NEW.id, 'acquired', NEW.account_id, NEW.fence, NEW.version, meta);
  END IF;
  IF NEW.step = 'taken_over' THEN
    body := body || jsonb_build_object('adminId', NEW.account_id, 'adminInfo', auth.face(NEW.account_id));
  END IF;
  INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
  VALUES (NEW.clinic_id, 'lock', CASE NEW.step WHEN 'acquired' THEN 'acquired' WHEN 'taken_over' THEN 'taken_over'
                                               WHEN 'renewed' THEN 'updated' ELSE 'released' END,
          NEW.appointment_id, NEW.version, ARRAY[NEW.clinic_id, doctor], '{}', body);
  RETURN NULL;
END $$;
CREATE TRIGGER note_lock AFTER UPDATE ON core.lock FOR EACH ROW
  WHEN ((OLD.version, OLD.fence, OLD.account_id) IS DISTINCT FROM (NEW.version, NEW.fence, NEW.account_id))
  EXECUTE FUNCTION core.note_lock();

--
-- Steps.  The caller has the row locked, and has asked whether it may be.
--

CREATE FUNCTION core.grant_lock(l core.lock, step text, version int, metadata jsonb) RETURNS core.lock LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.lock t
     SET id = gen_random_uuid(), account_id = auth.uid(), session_id = auth.session_id(), fence = t.fence + 1, version = grant_lock.version,
         acquired_at = clock_timestamp(), expires_at = clock_timestamp() + core.lock_lease(), step = grant_lock.step, metadata = grant_lock.metadata
   WHERE t.appointment_id = l.appointment_id RETURNING * INTO l;
  RETURN l;
END $$;

CREATE FUNCTION core.renew_lock(l core.lock, metadata jsonb) RETURNS core.lock LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.lock t
     SET version = t.version + 1, session_id = auth.session_id(), expires_at = clock_timestamp() + core.lock_lease(), step = 'renewed',
         metadata = renew_lock.metadata
   WHERE t.appointment_id = l.appointment_id RETURNING * INTO l;
  RETURN l;
END $$;

CREATE FUNCTION core.end_lock(l core.lock, step text, metadata jsonb) RETURNS core.lock LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.lock t
     SET id = NULL, account_id = NULL, session_id = NULL, acquired_at = NULL, expires_at = '-infinity', step = end_lock.step,
         metadata = end_lock.metadata
   WHERE t.appointment_id = l.appointment_id RETURNING * INTO l;
  RETURN l;
END $$;

-- Records and announces what has run out and whose grace is over; how many.
-- Correctness never waits for it: who acquires such a lock does the same.
CREATE FUNCTION core.expire_locks() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock;
  n int := 0;
BEGIN
  FOR l IN
    SELECT * FROM core.lock t
     WHERE t.account_id IS NOT NULL AND t.expires_at <= statement_timestamp() - core.lock_grace()
     ORDER BY t.expires_at FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    PERFORM auth.enter_system(l.clinic_id);
    PERFORM core.end_lock(l, 'expired', '{}');
    n := n + 1;
  END LOOP;
  IF n > 0 THEN
    PERFORM auth.leave();
  END IF;
  RETURN n;
END $$;
COMMENT ON FUNCTION core.expire_locks IS 'To be called every few seconds; in a transaction of its own, for it leaves no context behind.';

INSERT INTO core.lock (appointment_id, clinic_id) SELECT a.id, a.clinic_id FROM core.appointment a ON CONFLICT DO NOTHING;

CALL core.settle();
GRANT EXECUTE ON FUNCTION auth.face TO opdesk_api;
GRANT EXECUTE ON FUNCTION core.expire_locks TO opdesk_hub, opdesk_worker;
