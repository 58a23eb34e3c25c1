-- auth.sql - what cgi-bin/auth.c calls, and what every program asks before it acts: limits and stored answers.
--
-- The functions of signing in belong to opdesk_auth and are for opdesk_signin
-- alone, the role that cgi-bin/auth, otp, factor and passwords alone connect as.
RESET ROLE;

-- What a password is compared with where there is none: a hash that no password
-- has, which costs what that of one of the staff does, for the same name always
-- the same one's.  So nobody is known by a cost that was raised since.
CREATE FUNCTION api.signin_decoy(clinic uuid, email text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT substring(a.password_hash FROM '^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$') || repeat('A', 22) || '$' || repeat('A', 43)
            FROM auth.account a WHERE a.clinic_id = signin_decoy.clinic AND a.password_hash LIKE '$argon2id$%'
           ORDER BY sha256(convert_to(signin_decoy.email || a.id, 'UTF8')) LIMIT 1);
END $$;

-- With the caller's name, wherever it stands; nobody: an account of NULL.  Only
-- A to Z are also a to z, as in lib/str.h: tries are counted by what was typed,
-- and to lower() the Kelvin sign is a k as well.
CREATE FUNCTION api.signin_find(email text)
RETURNS TABLE (account uuid, clinic uuid, role text, name text, hash text, disabled boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here uuid := coalesce(auth.clinic_id(), auth.clinic_of(NULL));
  typed text := lower(btrim(signin_find.email) COLLATE "C");
  decoy text := api.signin_decoy(here, typed);
BEGIN
  RETURN QUERY SELECT u.id, u.clinic_id, u.role, auth.name_of(u), coalesce(u.password_hash, decoy), coalesce(u.disabled, false)
    FROM (SELECT) nobody
    LEFT JOIN auth.account u
      ON u.clinic_id = here AND lower(u.email) = lower(btrim(signin_find.email)) AND lower(u.email COLLATE "C") = typed;
END $$;

CREATE FUNCTION api.signin_key()
RETURNS TABLE (account uuid, clinic uuid, role text, name text, hash text, disabled boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT u.id, u.clinic_id, u.role, u.name, u.password_hash, u.disabled
    FROM auth.account u
   WHERE u.clinic_id = coalesce(auth.clinic_id(), auth.clinic_of(NULL)) AND u.is_key;
END $$;

-- Opens a session and, with a refresh hash, its family of refresh tokens.  The
-- locks wait for whoever disables the account or revokes the device right now.
CREATE FUNCTION api.signin_open(session uuid, account uuid, secret_hash bytea, lifetime_s int, refresh_hash bytea, refresh_s int,
  device uuid DEFAULT NULL, agent text DEFAULT NULL, OUT body json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  u auth.account;
  ends timestamptz := clock_timestamp() + lifetime_s * interval '1 second';
  is_new boolean := false;
BEGIN
  SELECT * INTO u FROM auth.account x WHERE x.id = account AND NOT x.disabled FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'unauthenticated' USING ERRCODE = 'OD000';
  END IF;
  IF device IS NOT NULL THEN
    UPDATE auth.device d SET entered_at = clock_timestamp()
     WHERE d.id = device AND d.entered_at IS NULL AND d.account_id = account AND d.approved_at IS NOT NULL AND d.revoked_at IS NULL;
    is_new := FOUND;
    PERFORM FROM auth.device d WHERE d.id = device AND d.account_id = account AND d.approved_at IS NOT NULL AND d.revoked_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'unauthenticated' USING ERRCODE = 'OD000';
    END IF;
  END IF;
  INSERT INTO auth.session (id, clinic_id, account_id, role, doctor_id, patient_id, secret_hash, expires_at, device_id, agent)
  VALUES (session, u.clinic_id, u.id, u.role, u.doctor_id, u.patient_id, signin_open.secret_hash, ends, device, signin_open.agent);
  IF refresh_hash IS NOT NULL THEN
    INSERT INTO auth.refresh (hash, clinic_id, session_id, expires_at)
    VALUES (refresh_hash, u.clinic_id, session, least(ends, clock_timestamp() + refresh_s * interval '1 second'));
  END IF;
  IF is_new THEN
    PERFORM api.signin_notify(account, 'device_new');
  END IF;
  body := json_build_object('user', json_build_object('id', u.id, 'role', u.role, 'name', auth.name_of(u)), 'expiresAt', ends);
END $$;

-- The admin key was tried and is another: on record, whatever becomes of it.
CREATE FUNCTION api.signin_refused() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM audit.note('refused', 'session', NULL, (SELECT jsonb_build_object('account_id', k.account) FROM api.signin_key() k));
END $$;

-- A password takes its time to be compared, in no transaction: until this one
-- ends it stays what it was, the hash that it was compared with, or that is
-- renewed.  If it is another by now, all has to be looked at again.
CREATE FUNCTION api.signin_hold(account uuid, was text, anew text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF anew IS NULL THEN
    PERFORM FROM auth.account u WHERE u.id = account AND u.password_hash = was AND NOT u.disabled FOR SHARE;
  ELSE
    UPDATE auth.account u SET password_hash = anew WHERE u.id = account AND u.password_hash = was AND NOT u.disabled;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'another password' USING ERRCODE = '40001';
  END IF;
END $$;

-- rotated: the new token counts.  repeated: within 10 s of its use the last
-- used token gets the same successor again (two tabs, a lost answer).  reused:
-- anything older ends the family, which the caller must commit.  The successor
-- is made with the first of the keys; one that is asked for again may be made
-- with an older one, and nth says with which.
CREATE FUNCTION api.signin_refresh(old_hash bytea, new_hashes bytea[], refresh_s int,
  OUT session uuid, OUT account uuid, OUT role text, OUT name text, OUT expires_at timestamptz, OUT secret_hash bytea,
  OUT outcome text, OUT nth int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r auth.refresh;
BEGIN
  SELECT * INTO r FROM auth.refresh x WHERE x.hash = old_hash FOR UPDATE;
  SELECT s.id, u.id, s.role, auth.name_of(u), s.expires_at, s.secret_hash
    INTO session, account, role, name, expires_at, secret_hash
    FROM auth.session s JOIN auth.account u ON u.id = s.account_id
   WHERE s.id = r.session_id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND NOT u.disabled;
  IF NOT FOUND OR r.used_at IS NULL AND r.expires_at <= clock_timestamp() THEN
    outcome := 'unknown';
  ELSIF r.used_at IS NULL THEN
    UPDATE auth.refresh x SET used_at = clock_timestamp(), successor = new_hashes[1] WHERE x.hash = old_hash;
    INSERT INTO auth.refresh (hash, clinic_id, session_id, expires_at)
    VALUES (new_hashes[1], r.clinic_id, r.session_id, least(signin_refresh.expires_at, clock_timestamp() + refresh_s * interval '1 second'));
    outcome := 'rotated';
    nth := 1;
  ELSIF r.used_at > clock_timestamp() - interval '10 seconds' AND r.successor = ANY (new_hashes)
        AND EXISTS (SELECT FROM auth.refresh x WHERE x.hash = r.successor AND x.used_at IS NULL) THEN
    outcome := 'repeated';
    nth := array_position(new_hashes, r.successor);
  ELSE
    UPDATE auth.session s SET revoked_at = clock_timestamp() WHERE s.id = r.session_id AND s.revoked_at IS NULL;
    IF FOUND THEN
      PERFORM api.signin_notify(account, 'token_reused');
    END IF;
    outcome := 'reused';
  END IF;
END $$;

-- Ends the caller's session, or all of the caller's account.
CREATE FUNCTION api.signout(everywhere boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE auth.session s SET revoked_at = clock_timestamp()
   WHERE (s.id = auth.session_id() OR everywhere AND s.account_id = auth.uid()) AND s.revoked_at IS NULL;
END $$;

CALL pg_temp.belong_to_auth('signin_decoy', 'signin_find', 'signin_key', 'signin_open', 'signin_refused', 'signin_hold', 'signin_refresh', 'signout');
GRANT USAGE ON SCHEMA api TO opdesk_auth;
GRANT EXECUTE ON FUNCTION api.signin_find, api.signin_key, api.signin_open, api.signin_refused, api.signin_hold, api.signin_refresh TO opdesk_signin;
GRANT EXECUTE ON FUNCTION api.signout TO opdesk_web;
SET LOCAL ROLE opdesk_api;

-- Counts one use of a limited action, in a transaction of its own.  wait_s: 0
-- when it may happen, else the seconds to wait.  remaining: how many more may,
-- until the oldest use is forgotten in reset_s seconds.  A refused try is not
-- a use, or hammering would lock for ever.
CREATE FUNCTION api.count_use(bucket text, most int, window_s int, OUT wait_s int, OUT remaining int, OUT reset_s int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  span interval := window_s * interval '1 second';
  recent timestamptz[];
  t timestamptz;
BEGIN
  INSERT INTO core.limit_use AS u (bucket, uses, used_at) VALUES (count_use.bucket, '{}', clock_timestamp())
  ON CONFLICT ON CONSTRAINT limit_use_pkey DO NOTHING;
  SELECT u.uses INTO recent FROM core.limit_use u WHERE u.bucket = count_use.bucket FOR UPDATE;
  t := clock_timestamp();
  recent := ARRAY(SELECT x FROM unnest(recent) x WHERE x > t - span ORDER BY x);
  IF cardinality(recent) >= most THEN
    wait_s := greatest(1, ceil(extract(epoch FROM coalesce(recent[cardinality(recent) - most + 1], t) + span - t)));
    remaining := 0;
    reset_s := wait_s;
    RETURN;
  END IF;
  UPDATE core.limit_use u SET uses = recent || t, used_at = t WHERE u.bucket = count_use.bucket;
  wait_s := 0;
  remaining := most - 1 - cardinality(recent);
  reset_s := greatest(1, ceil(extract(epoch FROM coalesce(recent[1], t) + span - t)));
END $$;

-- Takes the newest use back: a try that turned out to be right.
CREATE FUNCTION api.forgive_use(bucket text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE core.limit_use u SET uses = trim_array(u.uses, 1)
   WHERE u.bucket = forgive_use.bucket AND cardinality(u.uses) > 0;
END $$;

-- Asks for a stored answer, and reserves the key until this transaction ends.
CREATE FUNCTION api.idem_take(route text, scope text, key text, body_hash bytea, OUT state text, OUT status int, OUT body json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kept core.idempotency;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'idem', auth.clinic_id(), route, scope, key), 0)) THEN
    state := 'busy';
    RETURN;
  END IF;
  SELECT * INTO kept FROM core.idempotency i
   WHERE i.clinic_id = auth.clinic_id() AND i.route = idem_take.route AND i.scope = idem_take.scope AND i.key = idem_take.key
     AND i.created_at > clock_timestamp() - interval '24 hours';
  state := CASE WHEN NOT FOUND THEN 'new' WHEN kept.body_hash <> idem_take.body_hash THEN 'mismatch' ELSE 'replay' END;
  IF state = 'replay' THEN
    status := kept.status;
    body := kept.body;
  END IF;
END $$;

-- Keeps the answer, in the transaction whose answer it is.
CREATE FUNCTION api.idem_keep(route text, scope text, key text, body_hash bytea, status int, body json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO core.idempotency AS i (clinic_id, route, scope, key, body_hash, status, body)
  VALUES (auth.clinic_id(), idem_keep.route, idem_keep.scope, idem_keep.key, idem_keep.body_hash, idem_keep.status, idem_keep.body)
  ON CONFLICT ON CONSTRAINT idempotency_pkey DO UPDATE
    SET body_hash = EXCLUDED.body_hash, status = EXCLUDED.status, body = EXCLUDED.body, created_at = EXCLUDED.created_at;
END $$;

-- Which of these hashes a reservation or a stranger's visit has; 1: none.  For an
-- answer that is given again after a new key has come.
CREATE FUNCTION api.token_key(id uuid, hashes bytea[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  FOR n IN 1 .. cardinality(hashes) LOOP
    PERFORM auth.carry(hashes[n]);
    IF EXISTS (SELECT FROM core.slot s WHERE s.id = token_key.id AND s.token_hash = hashes[n])
       OR EXISTS (SELECT FROM core.appointment a WHERE a.id = token_key.id AND a.edit_hash = hashes[n]) THEN
      RETURN n;
    END IF;
  END LOOP;
  RETURN 1;
END $$;

GRANT EXECUTE ON FUNCTION api.forgive_use TO opdesk_signin;
GRANT EXECUTE ON FUNCTION api.count_use TO opdesk_auth;
GRANT EXECUTE ON FUNCTION api.count_use, api.idem_take, api.idem_keep, api.token_key TO opdesk_web;
