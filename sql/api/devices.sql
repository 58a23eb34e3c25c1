-- devices.sql - devices of the staff, and one's own sessions: what cgi-bin/devices.c and lib/device.c call.
--
-- The functions belong to opdesk_auth, as identity does, and look at who asks.
RESET ROLE;

-- A right password came from a device: where it stands.  given: hash of the id
-- that the client has sent, or NULL; one that this clinic never gave counts as
-- none, and fresh is recorded in its place.  At most ten of an account wait.
CREATE FUNCTION api.signin_device(account uuid, given bytea, fresh bytea, agent text, OUT device uuid, OUT approved boolean, OUT known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  u auth.account;
  d auth.device;
BEGIN
  SELECT * INTO u FROM auth.account x WHERE x.id = account FOR NO KEY UPDATE;
  known := EXISTS (SELECT FROM auth.device x WHERE x.clinic_id = u.clinic_id AND x.hash = given);
  UPDATE auth.device x SET seen_at = clock_timestamp(), agent = signin_device.agent WHERE x.account_id = u.id AND x.hash = given
  RETURNING * INTO d;
  IF NOT FOUND THEN
    -- One that is approved right now is asked again, once that is done.
    DELETE FROM auth.device x WHERE x.approved_at IS NULL AND x.revoked_at IS NULL AND x.id IN (SELECT w.id FROM auth.device w
      WHERE w.account_id = u.id AND w.approved_at IS NULL AND w.revoked_at IS NULL ORDER BY w.seen_at DESC OFFSET 9);
    INSERT INTO auth.device (clinic_id, account_id, hash, agent, approved_at)
    VALUES (u.clinic_id, u.id, CASE WHEN known THEN given ELSE fresh END, signin_device.agent,
            CASE WHEN u.enrols_until > clock_timestamp() THEN clock_timestamp() END)
    RETURNING * INTO d;
    UPDATE auth.account x SET enrols_until = NULL WHERE x.id = u.id AND x.enrols_until IS NOT NULL;
  END IF;
  device := d.id;
  approved := d.approved_at IS NOT NULL AND d.revoked_at IS NULL;
END $$;

-- All of the clinic's: those that wait, those that are approved, those that were.
CREATE FUNCTION api.devices()
RETURNS TABLE (id uuid, person json, agent text, state text, "createdAt" timestamptz, "seenAt" timestamptz, "approvedAt" timestamptz,
  "approvedBy" json, "revokedAt" timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT d.id, auth.person(u.id, u.role), d.agent,
         CASE WHEN d.revoked_at IS NOT NULL THEN 'revoked' WHEN d.approved_at IS NULL THEN 'waiting' ELSE 'approved' END,
         d.created_at, d.seen_at, d.approved_at, CASE WHEN d.approved_by IS NOT NULL THEN auth.person(d.approved_by, 'admin') END, d.revoked_at
    FROM auth.device d JOIN auth.account u ON u.id = d.account_id
   WHERE d.clinic_id = auth.clinic_id() AND auth.role() = 'admin'
   ORDER BY d.approved_at IS NOT NULL OR d.revoked_at IS NOT NULL, d.revoked_at IS NOT NULL, d.seen_at DESC, d.id;
END $$;

-- Whose it is, by name: for the record of who did what.
CREATE FUNCTION api.device_person(id uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT auth.name_of(u) FROM auth.device d JOIN auth.account u ON u.id = d.account_id
           WHERE d.id = device_person.id AND d.clinic_id = auth.clinic_id() AND auth.role() = 'admin');
END $$;

-- Doing it again changes nothing, not even who did it.
CREATE FUNCTION api.device_approve(id uuid, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM auth.demand_admin();
  UPDATE auth.device d SET approved_at = clock_timestamp(), approved_by = auth.uid(), revoked_at = NULL, entered_at = NULL
   WHERE d.id = device_approve.id AND d.clinic_id = auth.clinic_id() AND (d.approved_at IS NULL OR d.revoked_at IS NOT NULL);
  SELECT row_to_json(l) INTO body FROM api.devices() l WHERE l.id = device_approve.id;
  IF body IS NULL THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
END $$;

CREATE FUNCTION api.device_revoke(id uuid, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM auth.demand_admin();
  UPDATE auth.device d SET revoked_at = clock_timestamp()
   WHERE d.id = device_revoke.id AND d.clinic_id = auth.clinic_id() AND d.revoked_at IS NULL;
  SELECT row_to_json(l) INTO body FROM api.devices() l WHERE l.id = device_revoke.id;
  IF body IS NULL THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
END $$;

-- The caller's own that are alive, this one first.  A family of refresh tokens
-- of which none can be used any more is not.
CREATE FUNCTION api.sessions()
RETURNS TABLE (id uuid, current boolean, agent text, "createdAt" timestamptz, "seenAt" timestamptz, "expiresAt" timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT s.id, s.id = auth.session_id(), s.agent, s.created_at, coalesce(r.used_at, s.created_at), s.expires_at
    FROM auth.session s
   CROSS JOIN LATERAL (SELECT max(x.used_at) AS used_at, count(*) AS n, count(*) FILTER (WHERE x.used_at IS NULL AND x.expires_at > now()) AS usable
                         FROM auth.refresh x WHERE x.session_id = s.id) r
   WHERE s.account_id = auth.uid() AND s.role <> 'chatbot' AND s.revoked_at IS NULL AND s.expires_at > now()
     AND (r.n = 0 OR r.usable > 0 OR s.id = auth.session_id())
   ORDER BY s.id = auth.session_id() DESC, 5 DESC, s.id;
END $$;

CREATE FUNCTION api.session_end(id uuid, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE auth.session s SET revoked_at = clock_timestamp()
   WHERE s.id = session_end.id AND s.account_id = auth.uid() AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
END $$;

CALL pg_temp.belong_to_auth('signin_device', 'devices', 'device_person', 'device_approve', 'device_revoke', 'sessions', 'session_end');
GRANT EXECUTE ON FUNCTION api.signin_device TO opdesk_signin;
GRANT EXECUTE ON FUNCTION api.devices, api.device_person, api.device_approve, api.device_revoke, api.sessions, api.session_end TO opdesk_web;
