-- availability.sql - what cgi-bin/availability.c calls.
SET LOCAL ROLE opdesk_api;

-- What is not offered any more has times for staff alone.  What is not given:
-- from today, a week, the clinic's first service; where it has none yet there
-- are hours and no times.  OFFSET 0 keeps these three from being computed
-- again wherever they are used.
CREATE FUNCTION api.availability(doctor uuid, first_day date, last_day date, service uuid)
RETURNS TABLE ("doctorId" uuid, "timeZone" text, version int, rules json, exceptions json, slots json)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT d.id, c.time_zone, d.schedule_version, d.rules, core.exceptions_json(d.id),
         (SELECT coalesce(json_agg(f ORDER BY f."startsAt"), '[]')
            FROM (SELECT s.starts_at AS "startsAt", s.ends_at AS "endsAt"
                    FROM core.free_slots(d.id, w.service, w.first_day, w.last_day, NULL::uuid, false) s
               WHERE v.offered AND d.offered OR (SELECT auth.is_staff())) f)
    FROM core.doctor d
    JOIN core.clinic c ON c.id = d.clinic_id
   CROSS JOIN (SELECT s.service, s.first_day, coalesce(availability.last_day, s.first_day + 6) AS last_day
                 FROM (SELECT coalesce(availability.service, core.first_service()) AS service,
                              coalesce(availability.first_day, core.today()) AS first_day OFFSET 0) s OFFSET 0) w
    LEFT JOIN core.service v ON v.id = w.service
   WHERE d.id = availability.doctor AND (v.id IS NOT NULL OR w.service IS NULL);
END;

-- The schedule as GET shows it, without slots.
CREATE FUNCTION api.schedule(doctor uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('doctorId', d.id, 'timeZone', c.time_zone, 'version', d.schedule_version,
                                    'rules', d.rules, 'exceptions', core.exceptions_json(d.id))
            FROM core.doctor d JOIN core.clinic c ON c.id = d.clinic_id WHERE d.id = doctor);
END $$;

-- Coming visits that the doctor's hours no longer cover.
CREATE FUNCTION api.orphaned(doctor uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  zone text := (SELECT c.time_zone FROM core.clinic c WHERE c.id = auth.clinic_id());
  last_day date := (SELECT core.clinic_day(max(a.starts_at)) FROM core.appointment a
                     WHERE a.doctor_id = doctor AND NOT a.is_deleted AND a.status IN ('requested', 'confirmed')
                       AND a.starts_at > clock_timestamp());
BEGIN
  RETURN (
    WITH open AS (SELECT coalesce(range_agg(tstzrange(o.opens, o.closes)), '{}') AS hours
                    FROM core.openings(doctor, core.today(), last_day, zone) o),
    shut AS (SELECT coalesce(range_agg(tstzrange(e.starts_at, e.ends_at)), '{}') AS hours
               FROM core.exception e WHERE e.clinic_id = auth.clinic_id() AND (e.doctor_id = doctor OR e.doctor_id IS NULL)
                AND e.kind = 'closed' AND e.ends_at > clock_timestamp())
    SELECT coalesce(jsonb_agg(a.id ORDER BY a.starts_at, a.id), '[]')
      FROM core.appointment a, open, shut
     WHERE a.doctor_id = doctor AND NOT a.is_deleted AND a.status IN ('requested', 'confirmed') AND a.starts_at > clock_timestamp()
       AND NOT tstzrange(a.starts_at, a.ends_at) <@ (open.hours - shut.hours));
END $$;

-- Both below touch only what differs, so that the record says what was changed
-- and not that everything was made anew.  nth tells equal ones apart.
CREATE FUNCTION api.put_rules(doctor uuid, rules jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wanted jsonb;
BEGIN
  wanted := (SELECT coalesce(jsonb_agg(w), '[]') FROM (
    SELECT r.weekday, r.start AS opens, r."end" AS closes, coalesce(r."slotMinutes", 15) * interval '1 minute' AS step,
           coalesce(r."bufferMinutes", 0) * interval '1 minute' AS buffer, daterange(r."validFrom", r."validTo", '[]') AS valid
      FROM jsonb_to_recordset(rules) r(weekday int, start time, "end" time, "slotMinutes" int, "bufferMinutes" int,
                                       "validFrom" date, "validTo" date)) w);
  DELETE FROM core.rule r
   WHERE r.doctor_id = doctor
     AND NOT EXISTS (SELECT FROM jsonb_to_recordset(wanted) w(weekday int, opens time, closes time, step interval, buffer interval, valid daterange)
                      WHERE (w.weekday, w.opens, w.closes, w.step, w.buffer, w.valid) = (r.weekday, r.opens, r.closes, r.step, r.buffer, r.valid));
  INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes, step, buffer, valid)
  SELECT auth.clinic_id(), doctor, x.*
    FROM (SELECT w.* FROM jsonb_to_recordset(wanted) w(weekday int, opens time, closes time, step interval, buffer interval, valid daterange)
          EXCEPT ALL
          SELECT r.weekday, r.opens, r.closes, r.step, r.buffer, r.valid FROM core.rule r WHERE r.doctor_id = doctor) x;
EXCEPTION
  WHEN integrity_constraint_violation OR data_exception THEN
    RAISE EXCEPTION 'validation_error__rules' USING ERRCODE = 'OD000';
END $$;

-- Replaces exactly those that are shown.
CREATE FUNCTION api.put_exceptions(doctor uuid, exceptions jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  today timestamptz := core.day_start(core.today());
BEGIN
  WITH wanted AS (
    SELECT e.kind, e."from" AS starts_at, e."to" AS ends_at, coalesce(e."slotMinutes", 15) * interval '1 minute' AS step
      FROM jsonb_to_recordset(exceptions) e("from" timestamptz, "to" timestamptz, kind text, "slotMinutes" int)),
  stays AS (
    SELECT x.id FROM (
      SELECT e.id, e.kind, e.starts_at, e.ends_at, e.step, row_number() OVER (PARTITION BY e.kind, e.starts_at, e.ends_at, e.step) AS nth
        FROM core.exception e WHERE e.doctor_id = doctor AND e.clinic_id = auth.clinic_id() AND e.ends_at >= today) x
      JOIN (SELECT w.*, row_number() OVER (PARTITION BY w.kind, w.starts_at, w.ends_at, w.step) AS nth FROM wanted w) w
        USING (kind, starts_at, ends_at, step, nth))
  DELETE FROM core.exception e
   WHERE e.doctor_id = doctor AND e.clinic_id = auth.clinic_id() AND e.ends_at >= today AND e.id NOT IN (SELECT s.id FROM stays s);
  INSERT INTO core.exception (clinic_id, doctor_id, kind, starts_at, ends_at, step)
  SELECT auth.clinic_id(), doctor, x.*
    FROM (SELECT e.kind, e."from", e."to", coalesce(e."slotMinutes", 15) * interval '1 minute'
            FROM jsonb_to_recordset(exceptions) e("from" timestamptz, "to" timestamptz, kind text, "slotMinutes" int)
          EXCEPT ALL
          SELECT e.kind, e.starts_at, e.ends_at, e.step FROM core.exception e
           WHERE e.doctor_id = doctor AND e.clinic_id = auth.clinic_id() AND e.ends_at >= today) x;
EXCEPTION
  WHEN integrity_constraint_violation OR data_exception THEN
    RAISE EXCEPTION 'validation_error__exceptions' USING ERRCODE = 'OD000';
END $$;

CREATE FUNCTION api.save_availability(doctor uuid, version int, rules jsonb, exceptions jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_at int;
BEGIN
  IF NOT auth.is_staff() OR doctor IS DISTINCT FROM coalesce(auth.doctor_id(), doctor) THEN
    RAISE EXCEPTION 'forbidden' USING ERRCODE = 'OD000';
  END IF;
  SELECT d.schedule_version INTO is_at FROM core.doctor d WHERE d.id = doctor FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
  IF is_at IS DISTINCT FROM version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', api.schedule(doctor));
    RETURN;
  END IF;
  IF rules IS NOT NULL THEN
    PERFORM api.put_rules(doctor, rules);
  END IF;
  IF exceptions IS NOT NULL THEN
    PERFORM api.put_exceptions(doctor, exceptions);
  END IF;
  PERFORM core.touch_schedule(auth.clinic_id(), doctor);
  body := api.schedule(doctor) || jsonb_build_object('orphaned', api.orphaned(doctor));
END $$;

GRANT EXECUTE ON FUNCTION api.availability, api.save_availability TO opdesk_web;
