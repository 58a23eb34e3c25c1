-- locks.sql - what cgi-bin/locks.c calls: edit leases.  The rules are in 0010-lock.sql.
SET LOCAL ROLE opdesk_api;

-- The lease of a row that is the caller's to see, locked; 404.  What was
-- loaded without triggers gets its row here.
CREATE FUNCTION api.lock_of(appointment uuid) RETURNS core.lock LANGUAGE plpgsql AS $$
DECLARE
  l core.lock;
BEGIN
  IF NOT EXISTS (SELECT FROM core.appointment a WHERE a.id = appointment AND NOT a.is_deleted) THEN
    PERFORM api.refuse('not_found');
  END IF;
  SELECT * INTO l FROM core.lock t WHERE t.appointment_id = appointment FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    INSERT INTO core.lock (appointment_id, clinic_id) VALUES (appointment, auth.clinic_id()) ON CONFLICT DO NOTHING;
    SELECT * INTO l FROM core.lock t WHERE t.appointment_id = appointment FOR NO KEY UPDATE;
  END IF;
  RETURN l;
END $$;

CREATE FUNCTION api.lock_meta(l core.lock, agent text, expected int) RETURNS jsonb LANGUAGE sql STABLE
RETURN jsonb_strip_nulls(jsonb_build_object('userAgent', agent, 'expectedVersion', expected,
                                            'actualVersion', CASE WHEN expected IS NOT NULL THEN l.version END));

CREATE FUNCTION api.lock_body(l core.lock) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN json_build_object('lock', core.lock_json(l), 'state', core.lock_state(l));
END $$;

-- A new grant.  A lease whose time is over is recorded as such before.
CREATE FUNCTION api.give_lock(l core.lock, meta jsonb) RETURNS core.lock LANGUAGE plpgsql AS $$
DECLARE
  version int := CASE core.lock_state(l) WHEN 'unlocked' THEN 1 ELSE l.version + 1 END;
BEGIN
  IF l.account_id IS NOT NULL THEN
    l := core.end_lock(l, 'expired', '{}');
  END IF;
  RETURN core.grant_lock(l, 'acquired', version, meta);
END $$;

-- None: created; the caller's: renewed; another's: refused.  With a fence:
-- that grant is renewed, or nothing is done; so a page whose lock was taken
-- away does not take it back unawares.
CREATE FUNCTION api.acquire_lock(id uuid, expected int, fence bigint, agent text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock := api.lock_of(id);
  state text := core.lock_state(l);
  meta jsonb := api.lock_meta(l, agent, expected);
  mine boolean := coalesce(l.account_id = auth.uid(), false);
BEGIN
  IF state <> 'unlocked' AND NOT mine THEN
    refusal := 'LOCKED_BY_OTHER';
    body := api.lock_body(l);
  ELSIF acquire_lock.fence IS NOT NULL AND NOT (mine AND l.fence = acquire_lock.fence) OR mine AND state <> 'unlocked' AND expected <> l.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('expectedVersion', expected, 'actualVersion', CASE state WHEN 'unlocked' THEN 0 ELSE l.version END,
                              'lock', core.lock_json(l), 'state', state);
  ELSIF state = 'locked_by_user' THEN
    body := api.lock_body(core.renew_lock(l, meta));
  ELSE
    body := (api.lock_body(api.give_lock(l, meta))::jsonb || '{"created": true}')::json;
  END IF;
END $$;

CREATE FUNCTION api.release_lock(id uuid, expected int, agent text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock := api.lock_of(id);
BEGIN
  IF core.lock_state(l) = 'unlocked' THEN
    PERFORM api.refuse('not_found');
  ELSIF l.account_id <> auth.uid() THEN
    PERFORM api.refuse('forbidden');
  ELSIF expected <> l.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('expectedVersion', expected, 'actualVersion', l.version);
  ELSE
    PERFORM core.end_lock(l, 'released', api.lock_meta(l, agent, expected));
  END IF;
END $$;

-- Who may call these two is said in the program and once more here.
CREATE FUNCTION api.must_be_admin() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF auth.role() IS DISTINCT FROM 'admin' THEN
    PERFORM api.refuse('forbidden');
  END IF;
END $$;

CREATE FUNCTION api.force_release_lock(id uuid, agent text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock := api.lock_of(id);
BEGIN
  PERFORM api.must_be_admin();
  IF core.lock_state(l) = 'unlocked' THEN
    PERFORM api.refuse('not_found');
  END IF;
  PERFORM core.end_lock(l, 'force_released', api.lock_meta(l, agent, NULL));
END $$;

CREATE FUNCTION api.takeover_lock(id uuid, agent text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock := api.lock_of(id);
  state text := core.lock_state(l);
  meta jsonb := api.lock_meta(l, agent, NULL);
BEGIN
  PERFORM api.must_be_admin();
  IF state = 'locked_by_user' THEN
    l := core.renew_lock(l, meta);
  ELSIF state = 'unlocked' OR l.account_id = auth.uid() THEN
    l := api.give_lock(l, meta);
  ELSE
    l := core.grant_lock(l, 'taken_over', l.version + 1, meta);
  END IF;
  body := api.lock_body(l);
END $$;

--
-- Reading
--

CREATE FUNCTION api.lock(appointment uuid) RETURNS TABLE (state text, lock json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock;
BEGIN
  IF EXISTS (SELECT FROM core.appointment a WHERE a.id = appointment AND NOT a.is_deleted) THEN
    SELECT * INTO l FROM core.lock t WHERE t.appointment_id = appointment;
    RETURN QUERY SELECT core.lock_state(l), core.lock_json(l)::json;
  END IF;
END $$;

-- All that is held of what the caller sees, the oldest first; those that have
-- run out are held until their grace is over.
CREATE FUNCTION api.locks() RETURNS TABLE (state text, lock json, "appointmentName" text, "startsAt" timestamptz, "doctorId" uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT core.lock_state(l), core.lock_json(l)::json, a.name, a.starts_at, a.doctor_id
    FROM core.lock l
    JOIN core.appointment a ON a.id = l.appointment_id AND NOT a.is_deleted
   WHERE l.account_id IS NOT NULL AND l.expires_at > statement_timestamp() - core.lock_grace()
   ORDER BY l.acquired_at, l.appointment_id;
END $$;

-- The e-mail of staff, and by what device they work, are the staff's.
CREATE FUNCTION api.lock_history(appointment uuid, before_at timestamptz, before_id uuid, rows int)
RETURNS TABLE (id uuid, event text, "lockId" uuid, "user" json, "releasedBy" json, at timestamptz, "durationSeconds" int, fence bigint,
  version int, metadata json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  staff boolean := auth.is_staff();
BEGIN
  IF NOT EXISTS (SELECT FROM core.appointment a WHERE a.id = appointment AND NOT a.is_deleted) THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
  RETURN QUERY
  SELECT e.id, e.event, e.lock_id, api.lock_person(e.account_id, staff), api.lock_person(e.by_account_id, staff), e.made_at,
         round(extract(epoch FROM e.held))::int, e.fence, e.version, CASE WHEN staff THEN e.metadata ELSE '{}' END::json
    FROM core.lock_event e
   WHERE e.appointment_id = appointment AND e.made_at <= before_at AND (e.made_at < before_at OR e.id > before_id)
   ORDER BY e.made_at DESC, e.id
   LIMIT rows;
END $$;

CREATE FUNCTION api.lock_person(account uuid, staff boolean) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
  face jsonb := auth.face(account);
BEGIN
  RETURN CASE WHEN account IS NOT NULL
              THEN json_build_object('id', account, 'name', face -> 'name', 'email', CASE WHEN staff THEN face -> 'email' END) END;
END $$;

-- The last 30 days in numbers.
CREATE FUNCTION api.lock_stats()
RETURNS TABLE (since timestamptz, held int, acquired int, released int, expired int, "forceReleased" int, "takenOver" int,
  "averageSeconds" int, "longestSeconds" int, users json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  from_when timestamptz := statement_timestamp() - interval '30 days';
BEGIN
  PERFORM api.must_be_admin();
  RETURN QUERY
  WITH e AS MATERIALIZED (
    SELECT x.event, x.account_id, extract(epoch FROM x.held) AS seconds FROM core.lock_event x
     WHERE x.clinic_id = auth.clinic_id() AND x.made_at > from_when),
  person AS (
    SELECT x.account_id, count(*) FILTER (WHERE x.event = 'acquired') AS acquired, round(avg(x.seconds)) AS average,
           count(*) FILTER (WHERE x.event IN ('taken_over', 'force_released')) AS lost
      FROM e x GROUP BY 1)
  SELECT from_when, (SELECT count(*)::int FROM api.locks()),
         (count(*) FILTER (WHERE e.event = 'acquired'))::int, (count(*) FILTER (WHERE e.event = 'released'))::int,
         (count(*) FILTER (WHERE e.event = 'expired'))::int, (count(*) FILTER (WHERE e.event = 'force_released'))::int,
         (count(*) FILTER (WHERE e.event = 'taken_over'))::int, round(avg(e.seconds))::int, round(max(e.seconds))::int,
         (SELECT coalesce(json_agg(json_build_object('user', api.lock_person(p.account_id, true), 'acquired', p.acquired,
                                                     'averageSeconds', p.average, 'lost', p.lost) ORDER BY p.acquired DESC, p.account_id), '[]')
            FROM person p)
    FROM e;
END $$;

GRANT EXECUTE ON FUNCTION api.acquire_lock, api.release_lock, api.force_release_lock, api.takeover_lock, api.lock, api.locks, api.lock_history,
  api.lock_stats TO opdesk_web;
