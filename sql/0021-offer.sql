-- 0021-offer.sql - an administrator changes the clinic, and what it offers: doctors and services.
--
-- What is not offered any more stays, with its visits; strangers and patients
-- find no time of it, and staff still do.

ALTER TABLE core.clinic ADD version int NOT NULL DEFAULT 1, ADD CONSTRAINT validation_error__name CHECK (length(btrim(name)) BETWEEN 1 AND 200);
ALTER TABLE core.doctor ADD offered boolean NOT NULL DEFAULT true;
ALTER TABLE core.service ADD version int NOT NULL DEFAULT 1, ADD offered boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN core.clinic.version IS 'Of what an administrator changes.';
COMMENT ON COLUMN core.doctor.version IS 'Of name, speciality and whether one can be booked.';
COMMENT ON COLUMN core.doctor.offered IS 'Whether strangers and patients can book them.';
COMMENT ON COLUMN core.service.version IS 'Of everything but the order.';
COMMENT ON COLUMN core.service.offered IS 'Whether strangers and patients can book it.';

CREATE TRIGGER rise BEFORE UPDATE ON core.clinic FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.version = NEW.version) EXECUTE FUNCTION core.rise();
DROP TRIGGER rise ON core.doctor;
CREATE TRIGGER rise BEFORE UPDATE ON core.doctor FOR EACH ROW
  WHEN ((OLD.name, OLD.speciality, OLD.offered) IS DISTINCT FROM (NEW.name, NEW.speciality, NEW.offered)) EXECUTE FUNCTION core.rise();
CREATE TRIGGER rise BEFORE UPDATE ON core.service FOR EACH ROW
  WHEN ((OLD.name, OLD.description, OLD.duration, OLD.buffer, OLD.price, OLD.notice, OLD.horizon, OLD.cancel_until, OLD.auto_confirm, OLD.offered)
        IS DISTINCT FROM
        (NEW.name, NEW.description, NEW.duration, NEW.buffer, NEW.price, NEW.notice, NEW.horizon, NEW.cancel_until, NEW.auto_confirm, NEW.offered))
  EXECUTE FUNCTION core.rise();

-- The first that is offered counts where no service is named.
CREATE OR REPLACE FUNCTION core.first_service() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT v.id FROM core.service v WHERE v.clinic_id = auth.clinic_id() ORDER BY NOT v.offered, v.position, v.name, v.id LIMIT 1);
END $$;

-- 404 for a doctor or a service that the clinic does not have, or that is not
-- for the caller to book.
CREATE FUNCTION core.must_be_offered(doctor uuid, service uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM core.doctor d WHERE d.id = doctor AND (d.offered OR auth.is_staff())) THEN
    RAISE EXCEPTION 'not_found__doctor_id' USING ERRCODE = 'OD000';
  END IF;
  IF NOT EXISTS (SELECT FROM core.service v WHERE v.id = service AND (v.offered OR auth.is_staff())) THEN
    RAISE EXCEPTION 'not_found__service_id' USING ERRCODE = 'OD000';
  END IF;
END $$;

CREATE POLICY change ON core.clinic FOR UPDATE TO opdesk_api
  USING (id = (SELECT auth.clinic_id()) AND (SELECT auth.role()) = 'admin');
CREATE POLICY change ON core.service FOR UPDATE TO opdesk_api
  USING (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.role()) = 'admin');
CREATE POLICY add ON core.service FOR INSERT TO opdesk_api
  WITH CHECK (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.role()) = 'admin');
CREATE POLICY hire ON core.doctor AS RESTRICTIVE FOR INSERT TO opdesk_api
  WITH CHECK ((SELECT auth.role()) = 'admin');
GRANT UPDATE ON core.clinic, core.service TO opdesk_api;
GRANT INSERT ON core.doctor, core.service TO opdesk_api;

CALL core.settle();
