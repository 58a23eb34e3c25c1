-- realtime.sql - what cgi-bin/realtime.c calls: how hubs are, and what they sent.
SET LOCAL ROLE opdesk_api;

-- Ten seconds without a report count as none, as in api.health.
CREATE FUNCTION api.live_hubs() RETURNS SETOF feed.hub
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT h.* FROM feed.hub h WHERE h.seen_at > clock_timestamp() - interval '10 seconds';
END;

CREATE FUNCTION api.realtime_health() RETURNS TABLE (status text, hubs int, "timestamp" timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT CASE WHEN count(*) > 0 THEN 'active' ELSE 'inactive' END, count(*)::int, clock_timestamp() FROM api.live_hubs();
END $$;

-- topics: those that api.listen lets the caller join, but for single doctors and visits.
CREATE FUNCTION api.realtime_status() RETURNS TABLE (status text, hubs int, "timestamp" timestamptz, topics json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT h.status, h.hubs, h."timestamp", to_json(array_remove(ARRAY[
           CASE WHEN auth.sees_clinic() THEN 'appointments:all' END,
           'appointments:dentist:' || auth.doctor_id(),
           'appointments:patient:' || auth.patient_id(),
           'availability:all',
           CASE WHEN auth.sees_clinic() THEN 'profiles' END], NULL))
    FROM api.realtime_health() h;
END $$;

-- Milliseconds for people to read.
CREATE FUNCTION api.ms(us double precision) RETURNS numeric LANGUAGE sql IMMUTABLE
BEGIN ATOMIC SELECT round((us / 1000)::numeric, 1); END;

-- What the caller's clinic was sent in this minute and the 59 before.  Who
-- never acknowledged has a row each, which is no further event.
CREATE FUNCTION api.realtime_sent(clinic uuid) RETURNS TABLE (latency json, minutes json, topics json)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH span AS (
    SELECT date_trunc('minute', statement_timestamp()) - interval '59 minutes' AS since
  ), e AS (
    SELECT r.* FROM core.realtime_events r, span s WHERE r.clinic_id = clinic AND r.sent_at >= s.since
  ), all_of AS (
    SELECT json_build_object('events', count(*), 'deliveries', coalesce(sum(e.sent), 0), 'resent', coalesce(sum(e.resent), 0),
             'p50Ms', api.ms(percentile_cont(0.5) WITHIN GROUP (ORDER BY e.latency_us)),
             'p99Ms', api.ms(percentile_cont(0.99) WITHIN GROUP (ORDER BY e.latency_us)),
             'ackP99Ms', api.ms(percentile_cont(0.99) WITHIN GROUP (ORDER BY e.ack_us)),
             'failed', (SELECT coalesce(sum(f.failed), 0) FROM e f)) AS j
      FROM e WHERE e.failed = 0
  ), by_minute AS (
    SELECT json_agg(json_build_object('at', m.at, 'events', m.n) ORDER BY m.at) AS j
      FROM (SELECT g.at, count(e.id) AS n
              FROM span s CROSS JOIN generate_series(s.since, s.since + interval '59 minutes', interval '1 minute') g (at)
              LEFT JOIN e ON e.failed = 0 AND date_trunc('minute', e.sent_at) = g.at
             GROUP BY g.at) m
  ), by_topic AS (
    SELECT coalesce(json_agg(json_build_object('topic', t.topic, 'events', t.n, 'deliveries', t.sent, 'p50Ms', t.p50, 'p99Ms', t.p99)
                             ORDER BY t.n DESC, t.topic), '[]') AS j
      FROM (SELECT e.topic, count(*) AS n, sum(e.sent) AS sent,
                   api.ms(percentile_cont(0.5) WITHIN GROUP (ORDER BY e.latency_us)) AS p50,
                   api.ms(percentile_cont(0.99) WITHIN GROUP (ORDER BY e.latency_us)) AS p99
              FROM e WHERE e.failed = 0 GROUP BY e.topic ORDER BY n DESC, e.topic LIMIT 20) t
  )
  SELECT all_of.j, by_minute.j, by_topic.j FROM all_of, by_minute, by_topic;
END;

-- Hubs serve every clinic, so what they count about themselves is of all.
CREATE FUNCTION api.realtime_stats() RETURNS TABLE (status text, "timestamp" timestamptz, hubs json, latency json, minutes json, topics json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT h.status, h."timestamp",
         (SELECT coalesce(json_agg(json_build_object('node', l.node, 'seenAt', l.seen_at, 'stats', l.stats) ORDER BY l.node), '[]')
            FROM api.live_hubs() l),
         e.latency, e.minutes, e.topics
    FROM api.realtime_health() h, api.realtime_sent(auth.clinic_id()) e;
END $$;

GRANT EXECUTE ON FUNCTION api.realtime_health, api.realtime_status, api.realtime_stats TO opdesk_web;
