-- 0002-core.sql - clinics, doctors, patients, services.

CREATE TABLE core.clinic (
  id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name      text NOT NULL,
  host      text UNIQUE,
  position  int NOT NULL DEFAULT 1,
  time_zone text NOT NULL DEFAULT 'Asia/Kolkata',
  country   text NOT NULL DEFAULT 'IN' CHECK (country ~ '^[A-Z]{2}$'),
  currency  text NOT NULL DEFAULT 'INR' CHECK (currency ~ '^[A-Z]{3}$'),
  phone     text,
  address   text
);
COMMENT ON TABLE core.clinic IS 'A clinic.  One is usual, several may share a database and see nothing of each other.';
COMMENT ON COLUMN core.clinic.host IS 'Requests to this host, in lower case, belong to the clinic.';
COMMENT ON COLUMN core.clinic.position IS 'The lowest is the clinic of a request whose host nobody has.';
COMMENT ON COLUMN core.clinic.country IS 'ISO 3166; national phone numbers are of this country.';
COMMENT ON COLUMN core.clinic.currency IS 'ISO 4217, of every price.';

-- Whose row it is when nobody says: the caller's clinic, else the first one.
CREATE FUNCTION core.this_clinic() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce(auth.clinic_id(), (SELECT c.id FROM core.clinic c ORDER BY c.position, c.id LIMIT 1));
END $$;

CREATE TABLE core.system_config (
  clinic_id      uuid PRIMARY KEY DEFAULT core.this_clinic() REFERENCES core.clinic ON DELETE CASCADE,
  last_mailed_at timestamptz
);
COMMENT ON TABLE core.system_config IS 'What the system remembers about a clinic beside its settings.';
COMMENT ON COLUMN core.system_config.last_mailed_at IS 'When the summary of new leads was sent last: at most every 15 minutes.';

CREATE TABLE core.doctor (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id        uuid NOT NULL DEFAULT core.this_clinic() REFERENCES core.clinic,
  version          int NOT NULL DEFAULT 1,
  name             text NOT NULL,
  speciality       text,
  position         int NOT NULL DEFAULT 1,
  schedule_version int NOT NULL DEFAULT 1,
  schedule_xact    xid8,
  rules            json NOT NULL DEFAULT '[]',
  UNIQUE (clinic_id, id),
  CONSTRAINT validation_error__name CHECK (length(btrim(name)) BETWEEN 1 AND 200),
  CONSTRAINT validation_error__speciality CHECK (length(speciality) <= 200)
);
COMMENT ON TABLE core.doctor IS 'Who sees patients.  Its row lock queues those who want the doctor''s time.';
COMMENT ON COLUMN core.doctor.version IS 'Of name and speciality.';
COMMENT ON COLUMN core.doctor.position IS 'Order on the pages.';
COMMENT ON COLUMN core.doctor.schedule_version IS 'Of rules and exceptions together; rises once in a transaction that changes them.';
COMMENT ON COLUMN core.doctor.schedule_xact IS 'The transaction that raised schedule_version last.';
COMMENT ON COLUMN core.doctor.rules IS 'The weekly hours as pages get them, kept: writing them out took a quarter of the time of a list of free times.';

CREATE TABLE core.patient (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id  uuid NOT NULL DEFAULT core.this_clinic() REFERENCES core.clinic,
  version    int NOT NULL DEFAULT 1,
  name       text NOT NULL,
  phone      text,
  email      text,
  created_at timestamptz NOT NULL DEFAULT now(),
  search     text NOT NULL GENERATED ALWAYS AS (lower(name || E'\n' || coalesce(phone, '') || E'\n' || coalesce(email, ''))) STORED,
  UNIQUE (clinic_id, id),
  CONSTRAINT validation_error__name CHECK (length(btrim(name)) BETWEEN 1 AND 200),
  CONSTRAINT validation_error__phone CHECK (length(phone) <= 32),
  CONSTRAINT validation_error__email CHECK (length(email) <= 254 AND email ~ '^[^@\s]+@[^@\s]+$')
);
CREATE INDEX patient_phone ON core.patient (clinic_id, phone);
CREATE INDEX patient_email ON core.patient (clinic_id, lower(email));
CREATE INDEX patient_name ON core.patient (clinic_id, name, id) INCLUDE (phone, search);
COMMENT ON TABLE core.patient IS 'Who is known to a clinic.  People who share a phone share one row until they are split.';
COMMENT ON COLUMN core.patient.phone IS 'E.164.';
COMMENT ON COLUMN core.patient.search IS 'What one looks for: lower() of a row costs seven times what looking into it does.';

CREATE TABLE core.service (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id    uuid NOT NULL DEFAULT core.this_clinic() REFERENCES core.clinic,
  name         text NOT NULL CHECK (length(btrim(name)) BETWEEN 1 AND 200),
  description  text,
  duration     interval NOT NULL DEFAULT '15 minutes' CHECK (duration BETWEEN '1 minute' AND '8 hours'),
  buffer       interval NOT NULL DEFAULT '0' CHECK (buffer BETWEEN '0' AND '4 hours'),
  price        bigint NOT NULL DEFAULT 0 CHECK (price >= 0),
  notice       interval NOT NULL DEFAULT '0' CHECK (notice >= '0'),
  horizon      interval NOT NULL DEFAULT '90 days' CHECK (horizon >= '0'),
  cancel_until interval NOT NULL DEFAULT '0' CHECK (cancel_until >= '0'),
  auto_confirm boolean NOT NULL DEFAULT true,
  position     int NOT NULL DEFAULT 1,
  UNIQUE (clinic_id, id)
);
COMMENT ON TABLE core.service IS 'What one can book.';
COMMENT ON COLUMN core.service.buffer IS 'Kept free after a visit; the larger of this and the rule''s counts.';
COMMENT ON COLUMN core.service.price IS 'In minor units (paise) of the clinic''s currency.';
COMMENT ON COLUMN core.service.notice IS 'Nobody but staff books nearer than this.';
COMMENT ON COLUMN core.service.horizon IS 'Nobody but staff books farther than this.';
COMMENT ON COLUMN core.service.cancel_until IS 'Patients move and cancel until so long before the visit.';
COMMENT ON COLUMN core.service.auto_confirm IS 'A booking is confirmed at once; else it waits as requested.';
COMMENT ON COLUMN core.service.position IS 'Order on the pages; the first one counts where none is named.';

-- Everyone who has a clinic sees what is offered there.  (SELECT ...) is
-- computed once a statement; see 0006 for how a policy keeps its index.
CREATE POLICY visible ON core.clinic FOR SELECT USING (id = (SELECT auth.clinic_id()));
CREATE POLICY visible ON core.system_config FOR SELECT USING (clinic_id = (SELECT auth.clinic_id()));
CREATE POLICY change ON core.system_config FOR UPDATE USING (clinic_id = (SELECT auth.clinic_id()));
CREATE POLICY visible ON core.doctor USING (clinic_id = (SELECT auth.clinic_id()));
CREATE POLICY visible ON core.service FOR SELECT USING (clinic_id = (SELECT auth.clinic_id()));
-- The patient's policy looks at appointments and stands in 0006.

-- Sign-in reads these before there is a context.
CREATE POLICY signin ON core.clinic FOR SELECT TO opdesk_auth USING (true);
CREATE POLICY signin ON core.doctor FOR SELECT TO opdesk_auth USING (true);
CREATE POLICY signin ON core.patient FOR SELECT TO opdesk_auth USING (true);
GRANT SELECT, REFERENCES ON core.clinic, core.doctor, core.patient TO opdesk_auth;

GRANT SELECT ON core.clinic, core.doctor, core.patient, core.service TO opdesk_web, opdesk_api, opdesk_hub, opdesk_worker;
GRANT SELECT, INSERT, UPDATE ON core.system_config TO opdesk_api;
GRANT SELECT ON core.system_config TO opdesk_worker;
GRANT UPDATE ON core.doctor, core.patient TO opdesk_api;

-- A row's version rises with what its readers see.
CREATE FUNCTION core.rise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER rise BEFORE UPDATE ON core.doctor FOR EACH ROW
  WHEN ((OLD.name, OLD.speciality) IS DISTINCT FROM (NEW.name, NEW.speciality)) EXECUTE FUNCTION core.rise();
CREATE TRIGGER rise BEFORE UPDATE ON core.patient FOR EACH ROW
  WHEN ((OLD.name, OLD.phone, OLD.email) IS DISTINCT FROM (NEW.name, NEW.phone, NEW.email)) EXECUTE FUNCTION core.rise();

--
-- Calendar and clock of the clinic.  plpgsql: an SQL function that reads a
-- table and is called for one value is planned at every call (140 us to 10).
--

CREATE FUNCTION core.clinic_day(at timestamptz) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT (at AT TIME ZONE c.time_zone)::date FROM core.clinic c WHERE c.id = auth.clinic_id());
END $$;
COMMENT ON FUNCTION core.clinic_day IS 'The day an instant falls on, in the clinic''s time zone.';

CREATE FUNCTION core.today() RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT (clock_timestamp() AT TIME ZONE c.time_zone)::date FROM core.clinic c WHERE c.id = auth.clinic_id());
END $$;

CREATE FUNCTION core.day_start(day date) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT day::timestamp AT TIME ZONE c.time_zone FROM core.clinic c WHERE c.id = auth.clinic_id());
END $$;
COMMENT ON FUNCTION core.day_start IS 'The instant at which a day begins in the clinic''s time zone.';

-- Bounds of a list between two days; an open one takes every row with a time.
CREATE FUNCTION core.list_from(day date) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE WHEN day IS NULL THEN '-infinity' ELSE core.day_start(day) END;
END $$;

CREATE FUNCTION core.list_until(day date) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE WHEN day IS NULL THEN 'infinity' ELSE core.day_start(day + 1) END;
END $$;

CREATE FUNCTION core.first_service() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT v.id FROM core.service v WHERE v.clinic_id = auth.clinic_id() ORDER BY v.position, v.name, v.id LIMIT 1);
END $$;

GRANT EXECUTE ON FUNCTION core.clinic_day, core.today, core.day_start, core.list_from, core.list_until, core.first_service
  TO opdesk_web, opdesk_hub, opdesk_worker;

-- A new clinic has its row in system_config.
CREATE FUNCTION core.open_clinic() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO core.system_config (clinic_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE POLICY add ON core.system_config FOR INSERT TO opdesk_api WITH CHECK (true);
CREATE TRIGGER open_clinic AFTER INSERT ON core.clinic FOR EACH ROW EXECUTE FUNCTION core.open_clinic();

CALL core.settle();
