-- services.sql - what cgi-bin/services.c calls.
SET LOCAL ROLE opdesk_api;

-- Those that are not offered too: visits that were booked keep their name.
CREATE FUNCTION api.services()
RETURNS TABLE (id uuid, version int, name text, description text, "durationMinutes" int, "bufferMinutes" int, price bigint, currency text,
  "noticeMinutes" int, "horizonDays" int, "cancelMinutes" int, "autoConfirm" boolean, offered boolean, "position" int)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT v.id, v.version, v.name, v.description, (extract(epoch FROM v.duration) / 60)::int, (extract(epoch FROM v.buffer) / 60)::int,
         v.price, c.currency, (extract(epoch FROM v.notice) / 60)::int, (extract(epoch FROM v.horizon) / 86400)::int,
         (extract(epoch FROM v.cancel_until) / 60)::int, v.auto_confirm, v.offered, v.position
    FROM core.service v
    JOIN core.clinic c ON c.id = v.clinic_id
   WHERE v.clinic_id = (SELECT auth.clinic_id())
   ORDER BY v.position, v.name, v.id;
END;

CREATE FUNCTION api.service_body(id uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT json_build_object('service', row_to_json(v)) FROM api.services() v WHERE v.id = service_body.id);
END $$;

-- The row with what the members say.
CREATE FUNCTION api.service_with(v core.service, m jsonb) RETURNS core.service LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  v.name := coalesce(btrim(m ->> 'name'), v.name);
  v.description := CASE WHEN m ? 'description' THEN nullif(btrim(m ->> 'description'), '') ELSE v.description END;
  v.duration := coalesce((m ->> 'durationMinutes')::int * interval '1 minute', v.duration);
  v.buffer := coalesce((m ->> 'bufferMinutes')::int * interval '1 minute', v.buffer);
  v.price := coalesce((m ->> 'price')::bigint, v.price);
  v.notice := coalesce((m ->> 'noticeMinutes')::int * interval '1 minute', v.notice);
  v.horizon := coalesce((m ->> 'horizonDays')::int * interval '1 day', v.horizon);
  v.cancel_until := coalesce((m ->> 'cancelMinutes')::int * interval '1 minute', v.cancel_until);
  v.auto_confirm := coalesce((m ->> 'autoConfirm')::boolean, v.auto_confirm);
  v.offered := coalesce((m ->> 'offered')::boolean, v.offered);
  RETURN v;
END $$;

-- The last in the order.  What is not said is as for a short visit at no price.
CREATE FUNCTION api.add_service(members jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v core.service;
BEGIN
  v.duration := interval '15 minutes';
  v.buffer := interval '0';
  v.price := 0;
  v.notice := interval '0';
  v.horizon := interval '90 days';
  v.cancel_until := interval '0';
  v.auto_confirm := true;
  v.offered := true;
  v := api.service_with(v, members);
  IF coalesce(v.name, '') = '' THEN
    RAISE EXCEPTION 'validation_error__name' USING ERRCODE = 'OD000';
  END IF;
  INSERT INTO core.service AS s (name, description, duration, buffer, price, notice, horizon, cancel_until, auto_confirm, offered, position)
  VALUES (v.name, v.description, v.duration, v.buffer, v.price, v.notice, v.horizon, v.cancel_until, v.auto_confirm, v.offered,
          (SELECT coalesce(max(x.position), 0) + 1 FROM core.service x WHERE x.clinic_id = auth.clinic_id()))
  RETURNING s.id INTO v.id;
  body := api.service_body(v.id);
END $$;

CREATE FUNCTION api.save_service(id uuid, version int, members jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := members;
  v core.service;
BEGIN
  PERFORM FROM core.service x WHERE x.clinic_id = auth.clinic_id() AND (x.id = save_service.id OR m ? 'position') ORDER BY x.id FOR NO KEY UPDATE;
  SELECT * INTO v FROM core.service x WHERE x.id = save_service.id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  ELSIF v.version <> save_service.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', api.service_body(v.id) -> 'service');
    RETURN;
  ELSIF m ? 'name' AND coalesce(btrim(m ->> 'name'), '') = '' THEN
    RAISE EXCEPTION 'validation_error__name' USING ERRCODE = 'OD000';
  END IF;
  v := api.service_with(v, m);
  UPDATE core.service x
     SET name = v.name, description = v.description, duration = v.duration, buffer = v.buffer, price = v.price, notice = v.notice,
         horizon = v.horizon, cancel_until = v.cancel_until, auto_confirm = v.auto_confirm, offered = v.offered
   WHERE x.id = v.id;
  IF m ->> 'position' IS NOT NULL THEN
    UPDATE core.service x SET position = o.n
      FROM unnest(api.moved_to(ARRAY(SELECT y.id FROM api.services() y), v.id, (m ->> 'position')::int)) WITH ORDINALITY o(id, n)
     WHERE x.id = o.id AND x.position <> o.n;
  END IF;
  body := api.service_body(v.id);
END $$;

GRANT EXECUTE ON FUNCTION api.services, api.add_service, api.save_service TO opdesk_web;
