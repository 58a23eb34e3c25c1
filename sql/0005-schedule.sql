-- 0005-schedule.sql - when doctors work: weekly rules and exceptions.

CREATE TABLE core.rule (
  id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id uuid NOT NULL DEFAULT core.this_clinic(),
  doctor_id uuid NOT NULL,
  weekday   int NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  opens     time NOT NULL,
  closes    time NOT NULL,
  step      interval NOT NULL DEFAULT '15 minutes',
  buffer    interval NOT NULL DEFAULT '0',
  valid     daterange NOT NULL DEFAULT '(,)',
  CONSTRAINT not_found__doctor_id FOREIGN KEY (clinic_id, doctor_id) REFERENCES core.doctor (clinic_id, id) ON DELETE CASCADE,
  CONSTRAINT validation_error__rules CHECK (closes > opens AND NOT isempty(valid)
    AND step BETWEEN '5 minutes' AND '8 hours' AND buffer BETWEEN '0' AND '4 hours'),
  CONSTRAINT validation_error__rules__overlap EXCLUDE USING gist (doctor_id WITH =, weekday WITH =, valid WITH &&,
    int4range((extract(epoch FROM opens) / 60)::int, (extract(epoch FROM closes) / 60)::int) WITH &&)
);
-- All that free times need, or the constraint's own index looks as good and takes three times as long.
CREATE INDEX rule_doctor ON core.rule (doctor_id, weekday) INCLUDE (opens, closes, step, buffer, valid, clinic_id);
COMMENT ON TABLE core.rule IS 'Weekly hours.  Visits start every step from opens, in the wall-clock time of the clinic.';
COMMENT ON COLUMN core.rule.weekday IS '1 is Monday.';
COMMENT ON COLUMN core.rule.buffer IS 'Kept free after a visit; the larger of this and the service''s counts.';
COMMENT ON COLUMN core.rule.valid IS 'Days on which the rule counts.';

CREATE TABLE core.exception (
  id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  clinic_id uuid NOT NULL DEFAULT core.this_clinic(),
  doctor_id uuid,
  kind      text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at   timestamptz NOT NULL,
  step      interval NOT NULL DEFAULT '15 minutes',
  CONSTRAINT not_found__doctor_id FOREIGN KEY (clinic_id, doctor_id) REFERENCES core.doctor (clinic_id, id) ON DELETE CASCADE,
  CONSTRAINT validation_error__exceptions CHECK (kind IN ('closed', 'extra') AND ends_at > starts_at
    AND step BETWEEN '5 minutes' AND '8 hours'
    AND (kind = 'closed' OR doctor_id IS NOT NULL AND ends_at <= starts_at + interval '24 hours'))
);
CREATE INDEX exception_when ON core.exception (clinic_id, ends_at);
COMMENT ON TABLE core.exception IS 'Hours beside the rules: closed (leave, holiday) or extra.';
COMMENT ON COLUMN core.exception.doctor_id IS 'NULL: the whole clinic is closed.';
COMMENT ON COLUMN core.exception.step IS 'Of an extra session.';

CREATE POLICY visible ON core.rule USING (clinic_id = (SELECT auth.clinic_id()));
CREATE POLICY visible ON core.exception USING (clinic_id = (SELECT auth.clinic_id()));
GRANT SELECT ON core.rule, core.exception TO opdesk_web, opdesk_api, opdesk_hub, opdesk_worker;
GRANT INSERT, DELETE ON core.rule, core.exception TO opdesk_api;

-- Whoever changes hours raises the version that pages save against, once in a
-- transaction, whatever the number of statements.
CREATE FUNCTION core.touch_schedule(clinic uuid, doctor uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.doctor d
     SET schedule_version = d.schedule_version + (d.schedule_xact IS DISTINCT FROM pg_current_xact_id())::int,
         schedule_xact = pg_current_xact_id(), rules = core.rules_json(d.id)
   WHERE d.clinic_id = clinic AND (d.id = doctor OR doctor IS NULL);
END $$;
COMMENT ON FUNCTION core.touch_schedule IS 'Raises a doctor''s schedule version and writes out the rules; of all doctors when it is NULL.';

-- Plain SQL has no context and gets the clinic's for this one step.
CREATE FUNCTION core.schedule_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  nobody boolean := auth.role() IS NULL;
  r record;
BEGIN
  FOR r IN SELECT DISTINCT c.clinic_id, c.doctor_id FROM changed c LOOP
    IF nobody THEN
      PERFORM auth.enter_system(r.clinic_id);
    END IF;
    PERFORM core.touch_schedule(r.clinic_id, r.doctor_id);
  END LOOP;
  IF nobody THEN
    PERFORM auth.leave();
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE
  t text;
  o text[];
BEGIN
  FOREACH t IN ARRAY ARRAY['rule', 'exception'] LOOP
    FOREACH o SLICE 1 IN ARRAY ARRAY[['INSERT', 'NEW', 'added'], ['UPDATE', 'NEW', 'updated'],
                                     ['UPDATE', 'OLD', 'left'], ['DELETE', 'OLD', 'removed']] LOOP
      EXECUTE format('CREATE TRIGGER %I AFTER %s ON core.%I REFERENCING %s TABLE AS changed
                      FOR EACH STATEMENT EXECUTE FUNCTION core.schedule_changed()', o[3], o[1], t, o[2]);
    END LOOP;
  END LOOP;
END $$;

-- When a doctor is there between two days.  A day's grid starts at its own
-- first minute and counts real minutes, so a day on which the clock jumps has
-- fewer or more visits, and none twice.
CREATE FUNCTION core.openings(doctor uuid, first_day date, last_day date, zone text)
RETURNS TABLE (opens timestamptz, closes timestamptz, step interval, buffer interval)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (d.day + r.opens) AT TIME ZONE openings.zone, (d.day + r.closes) AT TIME ZONE openings.zone, r.step, r.buffer
    FROM generate_series(0, openings.last_day - openings.first_day) i
   CROSS JOIN LATERAL (SELECT openings.first_day + i AS day) d
    JOIN core.rule r ON r.doctor_id = openings.doctor AND r.weekday = extract(isodow FROM d.day) AND r.valid @> d.day
  UNION ALL
  SELECT e.starts_at, e.ends_at, e.step, interval '0'
    FROM core.exception e
   WHERE e.doctor_id = openings.doctor AND e.kind = 'extra'
     AND e.ends_at > openings.first_day::timestamp AT TIME ZONE openings.zone
     AND e.starts_at < (openings.last_day + 1)::timestamp AT TIME ZONE openings.zone;
END;

-- What the availability page shows and saves: every rule, and the doctor's own
-- exceptions that end today or later.
CREATE FUNCTION core.rules_json(doctor uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(json_agg(json_build_object(
                   'weekday', r.weekday, 'start', to_char(r.opens, 'HH24:MI'), 'end', to_char(r.closes, 'HH24:MI'),
                   'slotMinutes', (extract(epoch FROM r.step) / 60)::int, 'bufferMinutes', (extract(epoch FROM r.buffer) / 60)::int,
                   'validFrom', lower(r.valid), 'validTo', upper(r.valid) - 1) ORDER BY r.weekday, r.opens, r.valid), '[]')
            FROM core.rule r WHERE r.doctor_id = doctor);
END $$;

CREATE FUNCTION core.exceptions_json(doctor uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(json_agg(CASE e.kind
                   WHEN 'extra' THEN json_build_object('from', e.starts_at, 'to', e.ends_at, 'kind', e.kind,
                                                       'slotMinutes', (extract(epoch FROM e.step) / 60)::int)
                   ELSE json_build_object('from', e.starts_at, 'to', e.ends_at, 'kind', e.kind) END
                 ORDER BY e.starts_at, e.ends_at), '[]')
            FROM core.exception e
           WHERE e.doctor_id = doctor AND e.clinic_id = auth.clinic_id() AND e.ends_at >= core.day_start(core.today()));
END $$;

CALL core.settle();
GRANT EXECUTE ON FUNCTION core.openings, core.exceptions_json TO opdesk_web;
