-- clinic.sql - what cgi-bin/clinic.c calls.
SET LOCAL ROLE opdesk_api;

-- hours: when at least one doctor whom one can book is there, by today's rules.
CREATE FUNCTION api.clinic()
RETURNS TABLE (id uuid, version int, name text, phone text, address text, "timeZone" text, currency text, country text, today date, hours json)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.id, c.version, c.name, c.phone, c.address, c.time_zone, c.currency, c.country, core.today(),
         (SELECT coalesce(json_agg(json_build_object('weekday', w.weekday,
                   'start', to_char(lower(h) * interval '1 minute', 'HH24:MI'),
                   'end', to_char(upper(h) * interval '1 minute', 'HH24:MI')) ORDER BY w.weekday, h), '[]')
            FROM (SELECT r.weekday,
                         range_agg(int4range((extract(epoch FROM r.opens) / 60)::int, (extract(epoch FROM r.closes) / 60)::int)) AS open
                    FROM core.rule r JOIN core.doctor d ON d.id = r.doctor_id
                   WHERE r.clinic_id = c.id AND r.valid @> (SELECT core.today()) AND d.offered GROUP BY r.weekday) w,
                 unnest(w.open) h)
    FROM core.clinic c
   WHERE c.id = (SELECT auth.clinic_id());
END;

-- A phone is read by the country that it will be in.
CREATE FUNCTION api.save_clinic(version int, members jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := members;
  was core.clinic;
  number text := core.e164(members ->> 'phone', coalesce(members ->> 'country', (SELECT c.country FROM core.clinic c WHERE c.id = auth.clinic_id())));
BEGIN
  SELECT * INTO was FROM core.clinic c WHERE c.id = auth.clinic_id() FOR NO KEY UPDATE;
  IF was.version IS DISTINCT FROM save_clinic.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', (SELECT row_to_json(c) FROM api.clinic() c));
    RETURN;
  ELSIF m ? 'name' AND coalesce(btrim(m ->> 'name'), '') = '' THEN
    RAISE EXCEPTION 'validation_error__name' USING ERRCODE = 'OD000';
  ELSIF m ? 'timeZone' AND NOT EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = m ->> 'timeZone') THEN
    RAISE EXCEPTION 'validation_error__time_zone' USING ERRCODE = 'OD000';
  ELSIF m ? 'country' AND (m ->> 'country' ~ '^[A-Z]{2}$') IS NOT TRUE THEN
    RAISE EXCEPTION 'validation_error__country' USING ERRCODE = 'OD000';
  ELSIF m ? 'currency' AND (m ->> 'currency' ~ '^[A-Z]{3}$') IS NOT TRUE THEN
    RAISE EXCEPTION 'validation_error__currency' USING ERRCODE = 'OD000';
  ELSIF btrim(m ->> 'phone') <> '' AND number IS NULL THEN
    RAISE EXCEPTION 'validation_error__phone' USING ERRCODE = 'OD000';
  END IF;
  UPDATE core.clinic c
     SET name = coalesce(btrim(m ->> 'name'), c.name), time_zone = coalesce(m ->> 'timeZone', c.time_zone),
         country = coalesce(m ->> 'country', c.country), currency = coalesce(m ->> 'currency', c.currency),
         phone = CASE WHEN m ? 'phone' THEN number ELSE c.phone END,
         address = CASE WHEN m ? 'address' THEN nullif(btrim(m ->> 'address'), '') ELSE c.address END
   WHERE c.id = was.id;
  body := (SELECT row_to_json(c) FROM api.clinic() c);
END $$;

GRANT EXECUTE ON FUNCTION api.clinic, api.save_clinic TO opdesk_web;
