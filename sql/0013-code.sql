-- 0013-code.sql - patients sign in by a code that is sent to them; messages to people.

CREATE TABLE core.outbox (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id  uuid NOT NULL REFERENCES core.clinic,
  kind       text NOT NULL,
  channel    text NOT NULL CHECK (channel IN ('sms', 'email', 'whatsapp')),
  recipient  text NOT NULL CHECK (length(recipient) <= 254),
  subject    text,
  body       text NOT NULL,
  status     text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed', 'dead')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz
);
CREATE INDEX outbox_kind ON core.outbox (clinic_id, kind, created_at);
COMMENT ON TABLE core.outbox IS 'Messages to people.  Written in the transaction that they speak of, sent by a job.';
COMMENT ON COLUMN core.outbox.kind IS 'What it is about: code.';
COMMENT ON COLUMN core.outbox.recipient IS 'E.164, or an e-mail address.';
COMMENT ON COLUMN core.outbox.subject IS 'Of an e-mail.';
COMMENT ON COLUMN core.outbox.expires_at IS 'Of no use afterwards: then nobody sends it any more.';
CREATE POLICY functions_only ON core.outbox TO opdesk_auth USING (clinic_id = (SELECT auth.clinic_id()));
GRANT SELECT, INSERT, DELETE ON core.outbox TO opdesk_auth;

CREATE TABLE auth.code (
  clinic_id  uuid NOT NULL REFERENCES core.clinic,
  address    text NOT NULL CHECK (length(address) <= 254),
  hash       bytea,
  tries      int NOT NULL DEFAULT 0,
  failures   int NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (clinic_id, address)
);
COMMENT ON TABLE auth.code
  IS 'The last one-time code asked for at an address: one row each, so the newest alone counts.  Unknown addresses have their row too.';
COMMENT ON COLUMN auth.code.address IS 'E.164, or an e-mail address in lower case.';
COMMENT ON COLUMN auth.code.hash IS 'HMAC of address and code under the server''s key; NULL: no code fits (used, or nobody is known there).';
COMMENT ON COLUMN auth.code.tries IS 'Wrong answers to this code: five at most.';
COMMENT ON COLUMN auth.code.failures IS 'Wrong answers since the last right one, over all codes: a hundred shut the address.';

CREATE TABLE auth.reach (
  clinic_id  uuid NOT NULL REFERENCES core.clinic,
  patient_id uuid NOT NULL,
  address    text NOT NULL,
  proven_at  timestamptz,
  PRIMARY KEY (patient_id, address),
  FOREIGN KEY (clinic_id, patient_id) REFERENCES core.patient (clinic_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX reach_proven ON auth.reach (clinic_id, address) WHERE proven_at IS NOT NULL;
COMMENT ON TABLE auth.reach
  IS 'Addresses that patients have proven, and those that they only say are theirs: nobody signs in by the latter.';
COMMENT ON COLUMN auth.reach.proven_at IS 'When a code sent there came back last; NULL: said, not proven.';

-- Whom a phone or an e-mail stands for is asked at each sign-in.
CREATE INDEX appointment_phone ON core.appointment (clinic_id, phone) WHERE phone IS NOT NULL AND NOT is_deleted;
CREATE INDEX appointment_email ON core.appointment (clinic_id, lower(email)) WHERE email IS NOT NULL AND NOT is_deleted;

-- Sign-in looks at a clinic before anybody has a right to.
CREATE POLICY signin ON core.appointment FOR SELECT TO opdesk_auth USING (true);
CREATE POLICY signin_add ON core.patient FOR INSERT TO opdesk_auth WITH CHECK (true);
GRANT SELECT (id, clinic_id, patient_id, name, phone, email, is_deleted, created_at) ON core.appointment TO opdesk_auth;
GRANT INSERT ON core.patient TO opdesk_auth;

-- Whose an address is: who has proven it, else who has it from the clinic.
-- What a patient merely says is theirs lets nobody in, or they could lie in
-- wait for its owner.
CREATE FUNCTION auth.patient_at(address text) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce(
    (SELECT r.patient_id FROM auth.reach r
      WHERE r.clinic_id = auth.clinic_id() AND r.address = patient_at.address AND r.proven_at IS NOT NULL),
    (SELECT p.id
       FROM (SELECT x.id, x.created_at FROM core.patient x WHERE x.clinic_id = auth.clinic_id() AND x.phone = patient_at.address
             UNION ALL
             SELECT x.id, x.created_at FROM core.patient x WHERE x.clinic_id = auth.clinic_id() AND lower(x.email) = patient_at.address) p
      WHERE NOT EXISTS (SELECT FROM auth.reach r WHERE r.patient_id = p.id AND r.address = patient_at.address)
      ORDER BY p.created_at, p.id LIMIT 1));
END $$;

-- The visits at which an address stands.
CREATE FUNCTION auth.visits_at(address text) RETURNS TABLE (id uuid, patient_id uuid, name text, created_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT a.id, a.patient_id, a.name, a.created_at FROM core.appointment a
     WHERE a.clinic_id = auth.clinic_id() AND a.phone = visits_at.address AND NOT a.is_deleted
    UNION ALL
    SELECT a.id, a.patient_id, a.name, a.created_at FROM core.appointment a
     WHERE a.clinic_id = auth.clinic_id() AND lower(a.email) = visits_at.address AND a.email IS NOT NULL AND NOT a.is_deleted;
END $$;

-- The patient of an address that was proven; made from the newest visit when
-- there is none, with that address and no other, since nothing else of the
-- visit is proven.
CREATE FUNCTION auth.welcome(address text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  patient uuid := auth.patient_at(address);
  typed text;
BEGIN
  IF patient IS NULL THEN
    SELECT v.name INTO typed FROM auth.visits_at(address) v ORDER BY v.patient_id IS NOT NULL, v.created_at DESC LIMIT 1;
    IF typed IS NULL THEN
      RETURN NULL;
    END IF;
    INSERT INTO core.patient (clinic_id, name, phone, email)
    VALUES (auth.clinic_id(), typed, CASE WHEN address LIKE '+%' THEN address END, CASE WHEN address NOT LIKE '+%' THEN address END)
    RETURNING id INTO patient;
  END IF;
  INSERT INTO auth.reach AS r (clinic_id, patient_id, address, proven_at) VALUES (auth.clinic_id(), patient, welcome.address, clock_timestamp())
  ON CONFLICT ON CONSTRAINT reach_pkey DO UPDATE SET proven_at = EXCLUDED.proven_at;
  INSERT INTO auth.account (clinic_id, role, patient_id) VALUES (auth.clinic_id(), 'patient', patient) ON CONFLICT DO NOTHING;
  RETURN patient;
END $$;

-- A patient says that an address is theirs.
CREATE FUNCTION auth.claim(address text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO auth.reach (clinic_id, patient_id, address) VALUES (auth.clinic_id(), auth.patient_id(), lower(btrim(claim.address)))
  ON CONFLICT DO NOTHING;
END $$;

-- The desk has seen who it is: the address is that patient's, whoever had proven
-- it before, and codes work there again however often they were guessed at.
CREATE FUNCTION auth.vouch(patient uuid, address text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE auth.reach r SET proven_at = NULL
   WHERE r.clinic_id = auth.clinic_id() AND r.address = vouch.address AND r.patient_id <> patient AND r.proven_at IS NOT NULL;
  INSERT INTO auth.reach AS r (clinic_id, patient_id, address, proven_at) VALUES (auth.clinic_id(), patient, vouch.address, clock_timestamp())
  ON CONFLICT ON CONSTRAINT reach_pkey DO UPDATE SET proven_at = EXCLUDED.proven_at;
  INSERT INTO auth.account (clinic_id, role, patient_id) VALUES (auth.clinic_id(), 'patient', patient) ON CONFLICT DO NOTHING;
  UPDATE auth.code c SET hash = NULL, failures = 0, expires_at = clock_timestamp()
   WHERE c.clinic_id = auth.clinic_id() AND c.address = vouch.address;
END $$;

-- Gives visits that have no patient to one; they keep the name that was typed.
-- What somebody is editing waits for the next sign-in, and of two visits at
-- one hour only the first takes the patient's time.
CREATE FUNCTION core.adopt(patient uuid, visits uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  visit uuid;
  slot uuid;
BEGIN
  PERFORM core.lock_people(ARRAY[patient], '{}');
  FOREACH visit IN ARRAY visits LOOP
    BEGIN
      UPDATE core.appointment a SET patient_id = patient WHERE a.id = visit AND a.patient_id IS NULL AND NOT a.is_deleted
      RETURNING a.slot_id INTO slot;
    EXCEPTION WHEN SQLSTATE 'OD000' THEN
      slot := NULL;
    END;
    BEGIN
      UPDATE core.slot s SET patient_id = patient WHERE s.id = slot AND s.state = 'booked';
    EXCEPTION WHEN exclusion_violation THEN
      NULL;
    END;
  END LOOP;
END $$;
COMMENT ON FUNCTION core.adopt IS 'In the context of the whole clinic, so for sign-in alone.';

-- Out with codes that nobody can use, but not with failures that may yet count.
CREATE FUNCTION auth.sweep_codes() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.code c
   WHERE c.expires_at < clock_timestamp() - CASE WHEN c.failures = 0 THEN interval '1 day' ELSE interval '1 year' END;
END $$;

CALL core.settle();
GRANT EXECUTE ON FUNCTION core.phone, core.e164, core.calling_code, core.adopt TO opdesk_auth;
GRANT EXECUTE ON FUNCTION auth.claim, auth.vouch TO opdesk_api;
GRANT EXECUTE ON FUNCTION auth.sweep_codes TO opdesk_worker;
