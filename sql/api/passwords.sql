-- passwords.sql - what cgi-bin/passwords.c calls: setting another password.  The tables are in 0016-factor.sql.
--
-- Hashes are computed in C, between two transactions: the second looks whether
-- what the first has found still holds.
RESET ROLE;

CREATE FUNCTION api.signin_own()
RETURNS TABLE (account uuid, role text, name text, hash text, disabled boolean, email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT u.id, u.role, auth.name_of(u), u.password_hash, u.disabled, u.email
    FROM auth.account u WHERE u.id = auth.uid() AND u.password_hash IS NOT NULL;
END $$;

-- Whose a link is, while it works.
CREATE FUNCTION api.signin_by_link(link bytea)
RETURNS TABLE (account uuid, role text, name text, hash text, disabled boolean, email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT u.id, u.role, auth.name_of(u), u.password_hash, u.disabled, u.email
    FROM auth.password_link l JOIN auth.account u ON u.id = l.account_id
   WHERE l.hash = link AND l.clinic_id = auth.clinic_id() AND l.expires_at > clock_timestamp() AND NOT u.disabled AND u.email IS NOT NULL;
END $$;

-- was: the hash that the old password was compared with.
CREATE FUNCTION api.signin_change_password(was text, hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM auth.account u WHERE u.id = auth.uid() AND u.password_hash = was FOR UPDATE) THEN
    RAISE EXCEPTION 'invalid_credentials' USING ERRCODE = 'OD000';
  END IF;
  PERFORM auth.set_password(auth.uid(), hash, auth.session_id());
  PERFORM api.signin_notify(auth.uid(), 'password_changed');
END $$;

-- Whoever deletes the link has used it.
CREATE FUNCTION api.signin_reset_password(link bytea, hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  who uuid := (SELECT f.account FROM api.signin_by_link(link) f);
BEGIN
  DELETE FROM auth.password_link l WHERE l.account_id = who AND l.hash = link;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'invalid_credentials' USING ERRCODE = 'OD000';
  END IF;
  PERFORM auth.set_password(who, hash, NULL);
  PERFORM api.signin_notify(who, 'password_set');
END $$;

CALL pg_temp.belong_to_auth('signin_own', 'signin_by_link', 'signin_change_password', 'signin_reset_password');
GRANT EXECUTE ON FUNCTION api.signin_own, api.signin_by_link, api.signin_change_password, api.signin_reset_password TO opdesk_signin;
SET LOCAL ROLE opdesk_api;

-- For an administrator, and by invitation: the hash of a link's token, and
-- until when it works.  An older link of that account does so no longer.
CREATE FUNCTION api.password_link(account uuid, hash bytea, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ends timestamptz := CASE WHEN auth.role() = 'admin' THEN auth.link_password(account, hash) END;
BEGIN
  IF ends IS NULL THEN
    refusal := 'NOT_FOUND';
  ELSE
    body := json_build_object('expiresAt', ends);
  END IF;
END $$;
GRANT EXECUTE ON FUNCTION api.password_link TO opdesk_web;
