-- 0004-identity.sql - accounts, sessions, and the one door into the database.
--
-- auth.enter() is called once per request, in the request's transaction.  It
-- compares the session's secret, so signing out works at once, and leaves the
-- context that every policy trusts (0001).

CREATE TABLE auth.account (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id     uuid NOT NULL DEFAULT core.this_clinic() REFERENCES core.clinic,
  version       int NOT NULL DEFAULT 1,
  role          text NOT NULL CHECK (role IN ('patient', 'doctor', 'frontdesk', 'admin')),
  name          text,
  email         text,
  phone         text,
  language      text,
  doctor_id     uuid,
  patient_id    uuid,
  password_hash text,
  is_key        boolean NOT NULL DEFAULT false,
  disabled      boolean NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (clinic_id, id),
  CONSTRAINT not_found__doctor_id FOREIGN KEY (clinic_id, doctor_id) REFERENCES core.doctor (clinic_id, id),
  CONSTRAINT not_found__patient_id FOREIGN KEY (clinic_id, patient_id) REFERENCES core.patient (clinic_id, id),
  CONSTRAINT role_has_its_person CHECK ((role = 'doctor') = (doctor_id IS NOT NULL) AND (role = 'patient') = (patient_id IS NOT NULL)),
  CONSTRAINT validation_error__name CHECK (CASE WHEN role IN ('doctor', 'patient') THEN name IS NULL
                                                ELSE coalesce(length(btrim(name)) BETWEEN 1 AND 200, false) END),
  CONSTRAINT validation_error__email CHECK (length(email) <= 254 AND email ~ '^[^@\s]+@[^@\s]+$'),
  CONSTRAINT validation_error__language CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')
);
CREATE UNIQUE INDEX validation_error__email__taken ON auth.account (clinic_id, lower(email));
CREATE UNIQUE INDEX account_patient ON auth.account (patient_id);
CREATE UNIQUE INDEX account_key ON auth.account (clinic_id) WHERE is_key;
COMMENT ON TABLE auth.account IS 'Who may sign in, and as what.';
COMMENT ON COLUMN auth.account.name IS 'Of staff; a doctor''s and a patient''s name stands in their own row.';
COMMENT ON COLUMN auth.account.email IS 'What staff sign in with.';
COMMENT ON COLUMN auth.account.password_hash IS 'Argon2id, as PHC string; NULL: no sign-in by password.';
COMMENT ON COLUMN auth.account.is_key IS 'The account behind the clinic''s admin key.';

CREATE TABLE auth.session (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id   uuid NOT NULL REFERENCES core.clinic,
  account_id  uuid NOT NULL,
  role        text NOT NULL CHECK (role IN ('patient', 'doctor', 'frontdesk', 'admin', 'chatbot')),
  doctor_id   uuid,
  patient_id  uuid,
  secret_hash bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  revoked_at  timestamptz,
  context     text NOT NULL GENERATED ALWAYS AS (translate(role || ',' || clinic_id || ',' || account_id || ',' || id || ','
                || CASE WHEN role IN ('admin', 'frontdesk') THEN 'all' ELSE '' END || ','
                || coalesce(doctor_id::text, '') || ',' || coalesce(patient_id::text, ''), '-', '')) STORED,
  FOREIGN KEY (clinic_id, account_id) REFERENCES auth.account (clinic_id, id) ON DELETE CASCADE,
  CONSTRAINT role_has_its_person CHECK (
    (role = 'doctor') = (doctor_id IS NOT NULL) AND (role IN ('patient', 'chatbot')) = (patient_id IS NOT NULL))
);
CREATE INDEX session_account ON auth.session (account_id);
COMMENT ON TABLE auth.session IS 'Who is signed in.  Role and person stand here, so one index read answers "who is asking".';
COMMENT ON COLUMN auth.session.secret_hash IS 'SHA-256 of the secret inside the token.';
COMMENT ON COLUMN auth.session.expires_at IS 'End of the session and of its family of refresh tokens.';
COMMENT ON COLUMN auth.session.context IS 'Ready to be set: building it took a third of auth.enter().';

CREATE TABLE auth.refresh (
  hash       bytea PRIMARY KEY,
  clinic_id  uuid NOT NULL REFERENCES core.clinic,
  session_id uuid NOT NULL REFERENCES auth.session ON DELETE CASCADE,
  successor  bytea,
  used_at    timestamptz,
  expires_at timestamptz NOT NULL
);
CREATE INDEX refresh_session ON auth.refresh (session_id);
COMMENT ON TABLE auth.refresh IS 'Refresh tokens; those of one session are a family.';
COMMENT ON COLUMN auth.refresh.hash IS 'SHA-256 of the token.';
COMMENT ON COLUMN auth.refresh.successor IS 'Hash of the token that was given for this one.';
COMMENT ON COLUMN auth.refresh.used_at IS 'NULL: not yet used.';

-- Whoever loses an account, a role or a person is out with the next request.
CREATE FUNCTION auth.dismiss() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE auth.session s SET revoked_at = clock_timestamp() WHERE s.account_id = NEW.id AND s.revoked_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER dismiss AFTER UPDATE ON auth.account FOR EACH ROW
  WHEN (NEW.disabled AND NOT OLD.disabled
        OR (OLD.role, OLD.clinic_id, OLD.doctor_id, OLD.patient_id)
           IS DISTINCT FROM (NEW.role, NEW.clinic_id, NEW.doctor_id, NEW.patient_id))
  EXECUTE FUNCTION auth.dismiss();

CREATE FUNCTION auth.rise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER rise BEFORE UPDATE ON auth.account FOR EACH ROW
  WHEN ((OLD.name, OLD.email, OLD.phone, OLD.language) IS DISTINCT FROM (NEW.name, NEW.email, NEW.phone, NEW.language))
  EXECUTE FUNCTION auth.rise();

-- Every clinic has the account that its admin key opens.
CREATE FUNCTION auth.cut_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO auth.account (clinic_id, role, name, is_key) VALUES (NEW.id, 'admin', 'Clinic key', true);
  RETURN NULL;
END $$;
CREATE TRIGGER cut_key AFTER INSERT ON core.clinic FOR EACH ROW EXECUTE FUNCTION auth.cut_key();

--
-- The door
--

-- Who is asking, or 401.  No session: a stranger, in the clinic of that host.
-- set_config(.., true) ends with the transaction, so poolers are harmless.
CREATE FUNCTION auth.enter(session uuid, secret bytea, host text, OUT role text, OUT doctor uuid, OUT patient uuid, OUT account uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  clinic uuid;
BEGIN
  IF session IS NULL THEN
    clinic := coalesce((SELECT c.id FROM core.clinic c WHERE c.host = lower(enter.host)),
                       auth.clinic_of(host));
    PERFORM set_config('backtrace_functions', 'public,' || coalesce(translate(clinic::text, '-', ''), '') || ',,,,,', true);
    role := 'public';
    RETURN;
  END IF;
  SELECT split_part(set_config('backtrace_functions', s.context, true), ',', 1), s.doctor_id, s.patient_id, s.account_id
    INTO role, doctor, patient, account
    FROM auth.session s
   WHERE s.id = session AND s.secret_hash = sha256(secret)
     AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'unauthenticated' USING ERRCODE = 'OD000';
  END IF;
END $$;
COMMENT ON FUNCTION auth.enter IS 'Checks the session and sets the context of this transaction.  Once per request.';

-- The port does not count.  Nobody's host is the first clinic's.
CREATE FUNCTION auth.clinic_of(host text) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked text := lower(host);
  bare text := CASE WHEN asked LIKE '%:%' THEN regexp_replace(asked, ':[0-9]+$', '') ELSE asked END;
BEGIN
  RETURN coalesce((SELECT c.id FROM core.clinic c WHERE c.host IN (asked, bare) ORDER BY c.position, c.id LIMIT 1),
                  (SELECT c.id FROM core.clinic c ORDER BY c.position, c.id LIMIT 1));
END $$;

-- For the hub, the worker and jobs: the whole of one clinic.
CREATE FUNCTION auth.enter_system(clinic uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('backtrace_functions', 'system,' || translate(clinic::text, '-', '') || ',,,all,,', true);
END $$;

CREATE FUNCTION auth.leave() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('backtrace_functions', '', true);
END $$;
COMMENT ON FUNCTION auth.leave IS 'Ends the context before the transaction does.';

CREATE FUNCTION auth.name_of(u auth.account) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce(u.name, (SELECT d.name FROM core.doctor d WHERE d.id = u.doctor_id),
                  (SELECT p.name FROM core.patient p WHERE p.id = u.patient_id));
END $$;

-- Lets the caller see, beside what is theirs, the row with this edit token.
CREATE FUNCTION auth.carry(hash bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('backtrace_functions', array_to_string((string_to_array(current_setting('backtrace_functions'), ','))[1:7], ',')
                                            || ',' || coalesce(encode(hash, 'hex'), ''), true);
END $$;

-- Out with what nobody can use any more.
CREATE FUNCTION auth.sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.session s WHERE least(s.expires_at, s.revoked_at) < clock_timestamp() - interval '30 days';
  DELETE FROM auth.refresh r WHERE r.expires_at < clock_timestamp() - interval '1 day';
END $$;

-- Everyone reads and writes their own account, without its password.
CREATE POLICY own ON auth.account FOR SELECT USING (id = (SELECT auth.uid()));
CREATE POLICY change ON auth.account FOR UPDATE USING (id = (SELECT auth.uid()));
GRANT SELECT (id, clinic_id, version, role, name, email, phone, language, doctor_id, patient_id) ON auth.account TO opdesk_web, opdesk_api;
GRANT UPDATE (name, phone, language) ON auth.account TO opdesk_api;

CALL core.settle();
GRANT EXECUTE ON FUNCTION auth.enter TO opdesk_web, opdesk_hub, opdesk_worker;
GRANT EXECUTE ON FUNCTION auth.enter_system TO opdesk_api, opdesk_hub, opdesk_worker;
GRANT EXECUTE ON FUNCTION auth.leave, auth.carry TO opdesk_api;
GRANT EXECUTE ON FUNCTION auth.sweep TO opdesk_worker;
