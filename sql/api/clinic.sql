-- clinic.sql - what cgi-bin/clinic.c calls.
SET LOCAL ROLE opdesk_api;

-- hours: when at least one doctor is there, by today's rules.
CREATE FUNCTION api.clinic()
RETURNS TABLE (id uuid, name text, phone text, address text, "timeZone" text, currency text, country text, today date, hours json)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.id, c.name, c.phone, c.address, c.time_zone, c.currency, c.country, core.today(),
         (SELECT coalesce(json_agg(json_build_object('weekday', w.weekday,
                   'start', to_char(lower(h) * interval '1 minute', 'HH24:MI'),
                   'end', to_char(upper(h) * interval '1 minute', 'HH24:MI')) ORDER BY w.weekday, h), '[]')
            FROM (SELECT r.weekday,
                         range_agg(int4range((extract(epoch FROM r.opens) / 60)::int, (extract(epoch FROM r.closes) / 60)::int)) AS open
                    FROM core.rule r WHERE r.clinic_id = c.id AND r.valid @> (SELECT core.today()) GROUP BY r.weekday) w,
                 unnest(w.open) h)
    FROM core.clinic c
   WHERE c.id = (SELECT auth.clinic_id());
END;

GRANT EXECUTE ON FUNCTION api.clinic TO opdesk_web;
