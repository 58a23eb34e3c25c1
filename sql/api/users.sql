-- users.sql - what cgi-bin/users.c calls: the accounts of the staff, for administrators.
--
-- The functions belong to opdesk_auth, as identity does, and look at who asks.
-- Patients have accounts by signing in; the account of the admin key is nobody's.
RESET ROLE;

CREATE TYPE api.user_row AS (
  id uuid, version int, role text, name text, email text, "doctorId" uuid, disabled boolean, "hasPassword" boolean, "hasSecondFactor" boolean,
  "createdAt" timestamptz
);

CREATE FUNCTION api.user_of(u auth.account) RETURNS api.user_row LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (u.id, u.version, u.role, auth.name_of(u), u.email, u.doctor_id, u.disabled, u.password_hash IS NOT NULL,
          EXISTS (SELECT FROM auth.totp f WHERE f.account_id = u.id AND f.confirmed_at IS NOT NULL), u.created_at);
END $$;

CREATE FUNCTION api.users() RETURNS SETOF api.user_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT r.* FROM auth.account u CROSS JOIN LATERAL api.user_of(u) r
   WHERE u.clinic_id = auth.clinic_id() AND auth.role() = 'admin' AND u.role <> 'patient' AND NOT u.is_key
   ORDER BY u.disabled, lower(r.name), u.id;
END $$;

-- A doctor's account belongs to a doctor, whose name it has; everybody else has
-- a name of their own.
CREATE FUNCTION api.user_check(role text, doctor uuid, name text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
  field text := CASE WHEN (role = 'doctor') <> (doctor IS NOT NULL) THEN 'doctor_id'
                     WHEN (role = 'doctor') = (coalesce(btrim(name), '') <> '') THEN 'name' END;
BEGIN
  IF field IS NOT NULL THEN
    RAISE EXCEPTION '%', 'validation_error__' || field USING ERRCODE = 'OD000';
  END IF;
END $$;

-- hash: of the token in the link by which they set their first password.
CREATE FUNCTION api.user_invite(role text, doctor uuid, name text, email text, hash bytea, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  u auth.account;
BEGIN
  PERFORM auth.demand_admin();
  PERFORM api.user_check(role, doctor, name);
  INSERT INTO auth.account (clinic_id, role, doctor_id, name, email)
  VALUES (auth.clinic_id(), user_invite.role, doctor, btrim(user_invite.name), btrim(user_invite.email)) RETURNING * INTO u;
  body := json_build_object('user', api.user_of(u), 'expiresAt', auth.link_password(u.id, hash));
EXCEPTION WHEN unique_violation THEN
  RAISE EXCEPTION 'validation_error__email' USING ERRCODE = 'OD000';
END $$;

-- Refuses whatever would leave the clinic without anybody who administers it
-- and can sign in.  All administrators are locked in one order before anything
-- is looked at, so of two who take the role from each other one is refused.
CREATE FUNCTION api.user_change(id uuid, version int, members jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := members;
  u auth.account;
  n auth.account;
BEGIN
  PERFORM auth.demand_admin();
  PERFORM FROM auth.account a WHERE a.clinic_id = auth.clinic_id() AND (a.role = 'admin' OR a.id = user_change.id) ORDER BY a.id FOR NO KEY UPDATE;
  SELECT * INTO u FROM auth.account a WHERE a.id = user_change.id AND a.clinic_id = auth.clinic_id() AND a.role <> 'patient' AND NOT a.is_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  ELSIF u.version <> user_change.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', api.user_of(u));
    RETURN;
  END IF;
  n := u;
  n.role := coalesce(m ->> 'role', u.role);
  n.doctor_id := CASE WHEN m ? 'doctorId' THEN (m ->> 'doctorId')::uuid WHEN n.role = 'doctor' THEN u.doctor_id END;
  n.name := CASE WHEN m ->> 'name' IS NOT NULL THEN btrim(m ->> 'name') WHEN n.role <> 'doctor' THEN auth.name_of(u) END;
  n.email := CASE WHEN m ? 'email' THEN btrim(m ->> 'email') ELSE u.email END;
  n.disabled := coalesce((m ->> 'disabled')::boolean, u.disabled);
  PERFORM api.user_check(n.role, n.doctor_id, n.name);
  IF n.email IS NULL THEN
    RAISE EXCEPTION 'validation_error__email' USING ERRCODE = 'OD000';
  END IF;
  IF u.role = 'admin' AND NOT u.disabled AND (n.role <> 'admin' OR n.disabled)
     AND NOT EXISTS (SELECT FROM auth.account a WHERE a.clinic_id = u.clinic_id AND a.role = 'admin' AND a.id <> u.id
                       AND NOT a.disabled AND NOT a.is_key AND a.password_hash IS NOT NULL) THEN
    RAISE EXCEPTION 'bad_transition' USING ERRCODE = 'OD000';
  END IF;
  IF lower(n.email) <> lower(u.email) THEN
    PERFORM api.signin_notify(u.id, 'email_changed'); -- while the old address is there
  END IF;
  IF n.disabled OR lower(n.email) IS DISTINCT FROM lower(u.email) THEN
    -- Neither a link that went to the wrong address nor one from before works on.
    DELETE FROM auth.password_link l WHERE l.account_id = u.id;
    DELETE FROM auth.challenge c WHERE c.account_id = u.id;
  END IF;
  UPDATE auth.account a SET role = n.role, doctor_id = n.doctor_id, name = n.name, email = n.email, disabled = n.disabled WHERE a.id = u.id
  RETURNING * INTO u;
  body := to_json(api.user_of(u));
EXCEPTION WHEN unique_violation THEN
  RAISE EXCEPTION 'validation_error__email' USING ERRCODE = 'OD000';
END $$;

-- Who has lost phone and recovery codes shows an administrator who they are.
-- Whoever has them now is out; one's own goes by one's password.
CREATE FUNCTION api.user_drop_factor(id uuid, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_id uuid := (SELECT a.id FROM auth.account a WHERE a.id = user_drop_factor.id AND a.clinic_id = auth.clinic_id());
  was timestamptz;
BEGIN
  PERFORM auth.demand_admin();
  IF user_id = auth.uid() THEN
    refusal := 'BAD_TRANSITION';
    RETURN;
  END IF;
  DELETE FROM auth.totp f WHERE f.account_id = user_id RETURNING f.confirmed_at INTO was;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  ELSIF was IS NOT NULL THEN
    PERFORM api.signin_notify(user_id, 'factor_taken');
  END IF;
  DELETE FROM auth.challenge c WHERE c.account_id = user_id;
  UPDATE auth.session s SET revoked_at = clock_timestamp() WHERE s.account_id = user_id AND s.revoked_at IS NULL;
END $$;

CALL pg_temp.belong_to_auth('user_of', 'users', 'user_check', 'user_invite', 'user_change', 'user_drop_factor');
GRANT EXECUTE ON FUNCTION api.users, api.user_invite, api.user_change, api.user_drop_factor TO opdesk_web;

-- For `opdesk setup`, as the superuser that it is: the first administrator of a
-- fresh installation, in a clinic that is made if there is none.  settled: some
-- administrator can sign in; nobody: there is none, and no e-mail; linked: the
-- token of that hash sets their password, within a week, and the first device
-- that they then sign in from needs nobody's approval.
CREATE FUNCTION api.first_admin(email text, time_zone text, hash bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  clinic uuid := (SELECT c.id FROM core.clinic c ORDER BY c.position, c.id LIMIT 1);
  u auth.account;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('opdesk first admin', 0));
  IF EXISTS (SELECT FROM auth.account a WHERE a.role = 'admin' AND NOT a.is_key AND NOT a.disabled AND a.password_hash IS NOT NULL) THEN
    RETURN 'settled';
  ELSIF coalesce(email, '') = '' THEN
    RETURN 'nobody';
  END IF;
  IF clinic IS NULL THEN
    INSERT INTO core.clinic (name, time_zone) VALUES ('Clinic', first_admin.time_zone) RETURNING id INTO clinic;
  END IF;
  PERFORM auth.enter_system(clinic);
  INSERT INTO auth.account (clinic_id, role, name, email) VALUES (clinic, 'admin', 'Administrator', first_admin.email) ON CONFLICT DO NOTHING;
  UPDATE auth.account a SET enrols_until = clock_timestamp() + interval '7 days'
   WHERE a.clinic_id = clinic AND a.role = 'admin' AND NOT a.disabled AND lower(a.email) = lower(first_admin.email)
  RETURNING * INTO u;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'validation_error__email' USING ERRCODE = 'OD000';
  END IF;
  PERFORM auth.link_password(u.id, hash);
  PERFORM auth.leave();
  RETURN 'linked';
END $$;
ALTER FUNCTION api.first_admin OWNER TO opdesk_api;
REVOKE ALL ON FUNCTION api.first_admin FROM PUBLIC;
