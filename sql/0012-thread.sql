-- 0012-thread.sql - what the staff say to each other about an appointment.

CREATE TABLE core.message (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id      uuid NOT NULL DEFAULT core.this_clinic(),
  appointment_id uuid NOT NULL,
  account_id     uuid,
  role           text,
  text           text NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT not_found__appointment_id FOREIGN KEY (appointment_id) REFERENCES core.appointment ON DELETE CASCADE,
  CONSTRAINT validation_error__text CHECK (length(btrim(text)) BETWEEN 1 AND 4000)
);
CREATE INDEX message_appointment ON core.message (appointment_id, created_at DESC, id);
COMMENT ON TABLE core.message IS 'Discussion of an appointment, for staff only; patients and strangers never see it.  Never changed.';
COMMENT ON COLUMN core.message.appointment_id IS 'What is said goes with the row, if that is ever deleted for good.';
COMMENT ON COLUMN core.message.account_id IS 'Who said it; NULL: plain SQL.';
COMMENT ON COLUMN core.message.role IS 'As what they were signed in.';

-- Whoever may see the appointment and is staff.
CREATE POLICY visible ON core.message FOR SELECT USING (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.is_staff())
  AND EXISTS (SELECT FROM core.appointment a WHERE a.id = message.appointment_id));
CREATE POLICY add ON core.message FOR INSERT TO opdesk_api WITH CHECK (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.is_staff())
  AND EXISTS (SELECT FROM core.appointment a WHERE a.id = message.appointment_id));
GRANT SELECT ON core.message TO opdesk_web;
GRANT SELECT, INSERT ON core.message TO opdesk_api;

-- An account is everybody's own to read (0004), but those who work on the
-- same appointment know each other by name.
CREATE FUNCTION auth.person(account uuid, role text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN json_build_object('id', account, 'name', (SELECT auth.name_of(u) FROM auth.account u
            WHERE u.id = account AND u.clinic_id = auth.clinic_id() AND auth.is_staff()), 'role', role);
END $$;
COMMENT ON FUNCTION auth.person IS 'Who did something, for staff of the same clinic; id and name NULL: a stranger or plain SQL.';

CREATE FUNCTION core.message_json(m core.message) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', m.id, 'text', m.text, 'author', auth.person(m.account_id, m.role), 'createdAt', m.created_at);

-- For the clinic and the appointment's doctor, to whom it is news.
CREATE FUNCTION feed.record_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  nobody boolean := auth.role() IS NULL;
BEGIN
  IF nobody THEN
    PERFORM auth.enter_system(NEW.clinic_id);
  END IF;
  INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
  SELECT NEW.clinic_id, 'message', 'created', a.id, 0, ARRAY[a.clinic_id, a.doctor_id], '{}',
         jsonb_build_object('appointmentId', a.id, 'message', core.message_json(NEW))
    FROM core.appointment a WHERE a.id = NEW.appointment_id;
  IF nobody THEN
    PERFORM auth.leave();
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER record AFTER INSERT ON core.message FOR EACH ROW EXECUTE FUNCTION feed.record_message();

CALL core.settle();
GRANT EXECUTE ON FUNCTION auth.person TO opdesk_api, opdesk_web;
GRANT EXECUTE ON FUNCTION core.message_json TO opdesk_web;
