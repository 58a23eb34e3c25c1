-- 0015-device.sql - the devices that staff sign in from, and which session is on which.
--
-- A device is known by a random id in a cookie, of which the hash stands here.
-- Approval is for one account on one device: a colleague at the same computer
-- asks for their own.  Ending it ends what was opened there.
--
-- Source: requirements AUTH-5, AUTH-10; security.md A-19, A-20.

CREATE TABLE auth.device (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id   uuid NOT NULL REFERENCES core.clinic,
  account_id  uuid NOT NULL,
  hash        bytea NOT NULL CHECK (length(hash) = 32),
  agent       text CHECK (length(agent) <= 200),
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  approved_at timestamptz,
  approved_by uuid,
  revoked_at  timestamptz,
  UNIQUE (account_id, hash),
  FOREIGN KEY (clinic_id, account_id) REFERENCES auth.account (clinic_id, id) ON DELETE CASCADE
);
CREATE INDEX device_hash ON auth.device (clinic_id, hash);
COMMENT ON TABLE auth.device IS 'What a member of staff signs in from: waiting, approved or revoked.';
COMMENT ON COLUMN auth.device.hash IS 'SHA-256 of the id in the device''s cookie.';
COMMENT ON COLUMN auth.device.agent IS 'User-Agent of the last sign-in, for whoever has to tell devices apart.';
COMMENT ON COLUMN auth.device.seen_at IS 'When the right password came from here last.';
COMMENT ON COLUMN auth.device.approved_at IS 'NULL: an administrator has not looked at it yet.';
COMMENT ON COLUMN auth.device.approved_by IS 'The account of the administrator; NULL: the link that `opdesk setup` printed.';
COMMENT ON COLUMN auth.device.revoked_at IS 'Nobody signs in from here until it is approved anew.';

ALTER TABLE auth.session ADD device_id uuid REFERENCES auth.device ON DELETE CASCADE, ADD agent text CHECK (length(agent) <= 200);
CREATE INDEX session_device ON auth.session (device_id) WHERE device_id IS NOT NULL;
COMMENT ON COLUMN auth.session.device_id IS 'NULL: opened without a device, as by the admin key, by a code, or where devices need no approval.';
COMMENT ON COLUMN auth.session.agent IS 'User-Agent of the sign-in, so that people know their sessions apart.';

ALTER TABLE auth.account ADD enrols_until timestamptz;
COMMENT ON COLUMN auth.account.enrols_until IS 'Until then the first new device is approved by itself: the first administrator has nobody to ask.';

-- Whoever is on a device that is not approved any more is out with the next request.
CREATE FUNCTION auth.dismiss_device() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE auth.session s SET revoked_at = clock_timestamp() WHERE s.device_id = NEW.id AND s.revoked_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER dismiss AFTER UPDATE ON auth.device FOR EACH ROW
  WHEN (NEW.revoked_at IS NOT NULL OR NEW.approved_at IS NULL) EXECUTE FUNCTION auth.dismiss_device();

-- What an administrator changes of an account counts as a change of it.
DROP TRIGGER rise ON auth.account;
CREATE TRIGGER rise BEFORE UPDATE ON auth.account FOR EACH ROW
  WHEN ((OLD.name, OLD.email, OLD.phone, OLD.language, OLD.role, OLD.doctor_id, OLD.patient_id, OLD.disabled)
        IS DISTINCT FROM (NEW.name, NEW.email, NEW.phone, NEW.language, NEW.role, NEW.doctor_id, NEW.patient_id, NEW.disabled))
  EXECUTE FUNCTION auth.rise();

-- For functions that look past the policies: administrators only.
CREATE FUNCTION auth.demand_admin() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF auth.role() IS DISTINCT FROM 'admin' THEN
    RAISE EXCEPTION 'forbidden' USING ERRCODE = 'OD000';
  END IF;
END $$;

CALL audit.watch('auth.device', 'device', besides => '{created_at,seen_at,agent}');
CALL core.settle();
