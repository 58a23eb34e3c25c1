-- bulk.sql - what cgi-bin/bulk.c calls: one step for many appointments, all or none.
--
-- A preview does all of it and takes it back, so it cannot say anything else
-- than the doing would.  People are locked before the rows, the rows in the
-- order of their ids, so nobody meets a deadlock (0006).
SET LOCAL ROLE opdesk_api;

-- a: the row as it was found; slot: its time as it was; doctor and starts_at:
-- where a move wants it; outcome: OK, or the code of what stands against it.
CREATE TYPE api.bulk_item AS (id uuid, version int, a core.appointment, slot core.slot, doctor uuid, starts_at timestamptz, outcome text);

--
-- What is asked
--

CREATE FUNCTION api.bulk_check(action text, items jsonb, doctor uuid, day date, to_doctor uuid, minutes int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF items IS NULL AND action = 'undo' OR (items IS NULL) = (doctor IS NULL) THEN
    PERFORM api.refuse('validation_error__items');
  ELSIF (doctor IS NULL) <> (day IS NULL) THEN
    PERFORM api.refuse('validation_error__day');
  ELSIF action = 'move' AND to_doctor IS NULL AND coalesce(minutes, 0) = 0 OR action <> 'move' AND minutes IS NOT NULL THEN
    PERFORM api.refuse('validation_error__minutes');
  ELSIF action <> 'move' AND to_doctor IS NOT NULL THEN
    PERFORM api.refuse('validation_error__to_doctor_id');
  ELSIF (SELECT count(*) <> count(DISTINCT i ->> 'id') FROM jsonb_array_elements(items) i) THEN
    PERFORM api.refuse('validation_error__items');
  ELSIF NOT auth.is_staff() OR coalesce(auth.doctor_id() <> ANY (ARRAY[doctor, to_doctor]), false) THEN
    PERFORM api.refuse('forbidden');
  ELSIF doctor IS NOT NULL AND NOT EXISTS (SELECT FROM core.doctor d WHERE d.id = doctor) THEN
    PERFORM api.refuse('not_found__doctor_id');
  ELSIF to_doctor IS NOT NULL AND NOT EXISTS (SELECT FROM core.doctor d WHERE d.id = to_doctor) THEN
    PERFORM api.refuse('not_found__to_doctor_id');
  END IF;
END $$;

-- Of a doctor's day: those with whom the step makes sense.
CREATE FUNCTION api.bulk_day(action text, doctor uuid, day date) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  statuses text[] := CASE action WHEN 'confirm' THEN ARRAY['requested'] WHEN 'move' THEN ARRAY['requested', 'confirmed', 'checked_in']
                                 ELSE ARRAY['lead', 'requested', 'confirmed', 'checked_in'] END;
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'version', a.version) ORDER BY a.starts_at, a.id), '[]')
            FROM core.appointment a
           WHERE a.doctor_id = doctor AND NOT a.is_deleted AND a.status = ANY (statuses)
             AND a.listed_at >= core.day_start(day) AND a.listed_at < core.day_start(day + 1));
END $$;

-- The rows with their people and themselves locked, in the order asked for.
CREATE FUNCTION api.bulk_grasp(items jsonb, to_doctor uuid) RETURNS api.bulk_item[] LANGUAGE plpgsql AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT (i ->> 'id')::uuid FROM jsonb_array_elements(items) i);
  lot api.bulk_item[];
BEGIN
  PERFORM core.lock_people(array_agg(a.patient_id), array_agg(a.doctor_id) || to_doctor) FROM core.appointment a WHERE a.id = ANY (ids);
  PERFORM FROM core.appointment a WHERE a.id = ANY (ids) ORDER BY a.id FOR UPDATE;
  SELECT array_agg(ROW((i.item ->> 'id')::uuid, (i.item ->> 'version')::int, a, s, a.doctor_id, a.starts_at,
                       CASE WHEN a.id IS NULL THEN 'NOT_FOUND' WHEN a.version <> (i.item ->> 'version')::int THEN 'VERSION_CONFLICT' END)
                   ::api.bulk_item ORDER BY i.n)
    INTO lot
    FROM jsonb_array_elements(items) WITH ORDINALITY i(item, n)
    LEFT JOIN core.appointment a ON a.id = (i.item ->> 'id')::uuid AND NOT a.is_deleted
    LEFT JOIN core.slot s ON s.id = a.slot_id AND s.state = 'booked';
  RETURN coalesce(lot, '{}');
END $$;

--
-- What is done
--

-- Cancel, confirm, undo: as PUT does it.  What is so already stays as it is.
CREATE FUNCTION api.bulk_status(a core.appointment, action text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  next text := CASE action WHEN 'cancel' THEN 'cancelled' WHEN 'confirm' THEN 'confirmed' END;
  refusal text;
BEGIN
  IF a.status = next THEN
    RETURN;
  END IF;
  SELECT x.refusal INTO refusal
    FROM api.apply(a, CASE action WHEN 'undo' THEN '{"undo":true}' ELSE jsonb_build_object('status', next) END) x;
  IF refusal IS NOT NULL THEN
    PERFORM api.refuse(lower(refusal));
  END IF;
END $$;

-- To its doctor and time, which was given free before (bulk_park).
CREATE FUNCTION api.bulk_move(r api.bulk_item, outside boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  a core.appointment := r.a;
  s core.slot;
BEGIN
  IF a.starts_at IS NOT NULL THEN
    s.id := a.slot_id;
    s.doctor_id := r.doctor;
    s.patient_id := a.patient_id;
    s.service_id := coalesce(a.service_id, core.first_service());
    s.starts_at := r.starts_at;
    s.state := 'booked';
    s := core.take(s, true, outside);
    IF s.id IS NULL THEN
      PERFORM api.refuse('slot_taken');
    END IF;
  END IF;
  UPDATE core.appointment t
     SET doctor_id = r.doctor, service_id = coalesce(s.service_id, a.service_id), slot_id = s.id, starts_at = s.starts_at, ends_at = s.ends_at
   WHERE t.id = a.id;
END $$;

-- One row's step, and what became of it.  A refusal takes back this row's only.
CREATE FUNCTION api.bulk_step(r api.bulk_item, action text, outside boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  IF action = 'move' THEN
    PERFORM api.bulk_move(r, outside);
  ELSE
    PERFORM api.bulk_status(r.a, action);
  END IF;
  RETURN 'OK';
EXCEPTION
  WHEN SQLSTATE 'OD000' THEN
    RETURN upper(split_part(SQLERRM, '__', 1));
  WHEN integrity_constraint_violation THEN
    GET STACKED DIAGNOSTICS said = CONSTRAINT_NAME;
    RETURN upper(split_part(said, '__', 1));
END $$;

-- Where each is to go.  Minutes are the clinic's clock's: a day later is the
-- same time of day, also where summer time begins in between.
CREATE FUNCTION api.bulk_aim(INOUT lot api.bulk_item[], to_doctor uuid, minutes int) LANGUAGE plpgsql AS $$
DECLARE
  zone text := (SELECT c.time_zone FROM core.clinic c WHERE c.id = auth.clinic_id());
  r api.bulk_item;
BEGIN
  FOR i IN 1 .. cardinality(lot) LOOP
    r := lot[i];
    r.doctor := coalesce(to_doctor, r.doctor);
    r.starts_at := (r.starts_at AT TIME ZONE zone + coalesce(minutes, 0) * interval '1 minute') AT TIME ZONE zone;
    IF r.outcome IS NULL AND ((r.a).status NOT IN ('lead', 'requested', 'confirmed', 'checked_in')
                              OR r.starts_at IS NULL AND coalesce(minutes, 0) <> 0) THEN
      r.outcome := 'BAD_TRANSITION';
    ELSIF r.outcome IS NULL AND (r.doctor, r.starts_at) IS NOT DISTINCT FROM ((r.a).doctor_id, (r.a).starts_at) THEN
      r.outcome := 'OK'; -- it is there
    END IF;
    lot[i] := r;
  END LOOP;
END $$;

-- All that will move leave their time first, so that each may go where another
-- comes from: a whole day by a quarter of an hour, or two that change places.
CREATE FUNCTION api.bulk_park(lot api.bulk_item[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.slot s SET state = 'released'
   WHERE s.id IN (SELECT (f.slot).id FROM unnest(lot) f WHERE f.outcome IS NULL) AND s.state = 'booked';
END $$;

-- Who cannot move keeps their time, and whoever has moved there meanwhile
-- cannot do so, and goes back in turn.
CREATE FUNCTION api.bulk_put_back(INOUT lot api.bulk_item[], who int) LANGUAGE plpgsql AS $$
DECLARE
  queue int[] := ARRAY[who];
  s core.slot;
  intruders uuid[];
BEGIN
  WHILE cardinality(queue) > 0 LOOP
    s := lot[queue[1]].slot;
    queue := queue[2:];
    SELECT coalesce(array_agg(t.id), '{}') INTO intruders
      FROM core.slot t
     WHERE t.id IN (SELECT (f.slot).id FROM unnest(lot) f WHERE f.outcome = 'OK') AND t.id <> s.id AND t.state = 'booked'
       AND (t.doctor_id = s.doctor_id AND t.during && s.during
            OR t.patient_id = s.patient_id AND tstzrange(t.starts_at, t.ends_at) && tstzrange(s.starts_at, s.ends_at));
    UPDATE core.slot t SET state = 'released' WHERE t.id = ANY (intruders);
    UPDATE core.slot t SET state = 'booked', doctor_id = s.doctor_id, starts_at = s.starts_at, ends_at = s.ends_at, during = s.during
     WHERE t.id = s.id;
    FOR i IN 1 .. cardinality(lot) LOOP
      IF (lot[i].slot).id = ANY (intruders) THEN
        lot[i].outcome := 'SLOT_TAKEN';
        queue := queue || i;
      END IF;
    END LOOP;
  END LOOP;
END $$;

-- The step for each; later visits first when they move to later, so that the
-- one at the end of the day is heard before those behind it.
CREATE FUNCTION api.bulk_run(INOUT lot api.bulk_item[], action text, later boolean, outside boolean) LANGUAGE plpgsql AS $$
DECLARE
  i int;
BEGIN
  FOR i IN SELECT n FROM unnest(lot) WITH ORDINALITY f(id, version, a, slot, doctor, starts_at, outcome, n)
            ORDER BY CASE WHEN later THEN -extract(epoch FROM f.starts_at) ELSE extract(epoch FROM f.starts_at) END, n
  LOOP
    CONTINUE WHEN lot[i].outcome IS NOT NULL;
    lot[i].outcome := api.bulk_step(lot[i], action, outside);
    IF action = 'move' AND lot[i].outcome <> 'OK' AND (lot[i].slot).id IS NOT NULL THEN
      lot := api.bulk_put_back(lot, i);
    END IF;
  END LOOP;
END $$;

-- Before: every row as it was found; the version is the one to send again.
CREATE FUNCTION api.bulk_json(lot api.bulk_item[], moves boolean, done boolean) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN json_build_object('applied', done, 'items', (
    SELECT coalesce(json_agg(json_build_object('id', f.id, 'version', coalesce(t.version, (f.a).version, f.version), 'name', (f.a).name,
             'status', coalesce(t.status, (f.a).status), 'doctorId', (f.a).doctor_id, 'startsAt', (f.a).starts_at,
             'to', CASE WHEN moves AND (f.a).id IS NOT NULL THEN json_build_object('doctorId', f.doctor, 'startsAt', f.starts_at) END,
             'outcome', f.outcome) ORDER BY f.n), '[]')
      FROM unnest(lot) WITH ORDINALITY f(id, version, a, slot, doctor, starts_at, outcome, n)
      LEFT JOIN core.appointment t ON done AND t.id = f.id));
END $$;

CREATE FUNCTION api.bulk(action text, items jsonb, doctor uuid, day date, to_doctor uuid, minutes int, outside boolean, preview boolean,
  most int, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  lot api.bulk_item[];
BEGIN
  PERFORM api.bulk_check(action, items, doctor, day, to_doctor, minutes);
  items := coalesce(items, api.bulk_day(action, doctor, day));
  IF jsonb_array_length(items) > most THEN
    PERFORM api.refuse('quota_exceeded');
  END IF;
  lot := api.bulk_grasp(items, to_doctor);
  BEGIN
    IF action = 'move' THEN
      lot := api.bulk_aim(lot, to_doctor, minutes);
      PERFORM api.bulk_park(lot);
    END IF;
    lot := api.bulk_run(lot, action, coalesce(minutes, 0) > 0, outside);
    IF preview THEN
      RAISE SQLSTATE 'OD001'; -- takes all of it back; the outcomes stay in lot
    END IF;
  EXCEPTION WHEN SQLSTATE 'OD001' THEN
    NULL;
  END;
  IF NOT preview THEN
    SELECT f.outcome INTO refusal FROM unnest(lot) WITH ORDINALITY f(id, version, a, slot, doctor, starts_at, outcome, n)
     WHERE f.outcome <> 'OK' ORDER BY n LIMIT 1;
  END IF;
  body := api.bulk_json(lot, action = 'move', NOT preview AND refusal IS NULL);
END $$;

GRANT EXECUTE ON FUNCTION api.bulk TO opdesk_web;
