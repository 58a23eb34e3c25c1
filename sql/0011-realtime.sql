-- 0011-realtime.sql - what the hub reads and leaves behind: the end of a session as news, the record of what was sent.

--
-- Whoever is signed out leaves the live pages too: the hub cuts what it finds
-- under this id.  The row reaches no client.
--

CREATE FUNCTION feed.record_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
  VALUES (OLD.clinic_id, 'session', 'ended', OLD.id, 0, '{}', '{}', jsonb_build_object('sessionId', OLD.id));
  RETURN NULL;
END $$;
CREATE TRIGGER record_end AFTER UPDATE ON auth.session FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION feed.record_session();
CREATE TRIGGER record_delete AFTER DELETE ON auth.session FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > now()) EXECUTE FUNCTION feed.record_session();

--
-- What was sent
--

CREATE TABLE core.realtime_events (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clinic_id  uuid NOT NULL REFERENCES core.clinic ON DELETE CASCADE,
  seq        bigint NOT NULL,
  node       text NOT NULL,
  topic      text NOT NULL,
  event      text NOT NULL,
  made_at    timestamptz NOT NULL,
  sent_at    timestamptz NOT NULL,
  latency_us bigint NOT NULL,
  sent       int NOT NULL,
  acked      int NOT NULL DEFAULT 0,
  ack_us     bigint,
  resent     int NOT NULL DEFAULT 0,
  failed     int NOT NULL DEFAULT 0,
  account_id uuid
);
CREATE INDEX realtime_events_clinic ON core.realtime_events (clinic_id, sent_at);
CREATE INDEX realtime_events_age ON core.realtime_events (sent_at);
COMMENT ON TABLE core.realtime_events
  IS 'Each event that a hub sent on a topic, once; and once more for each client that never acknowledged it.';
COMMENT ON COLUMN core.realtime_events.seq IS 'Number of the change in the clinic''s feed.';
COMMENT ON COLUMN core.realtime_events.node IS 'Which hub.';
COMMENT ON COLUMN core.realtime_events.made_at IS 'When the change was written, which is before it was committed.';
COMMENT ON COLUMN core.realtime_events.sent_at IS 'When the hub put it before its clients, by the hub''s clock.';
COMMENT ON COLUMN core.realtime_events.latency_us IS 'From made_at to sent_at.';
COMMENT ON COLUMN core.realtime_events.sent IS 'How many clients it was put before.';
COMMENT ON COLUMN core.realtime_events.acked IS 'How many of those that acknowledge have, when this was written.';
COMMENT ON COLUMN core.realtime_events.ack_us IS 'The longest of them, from sending to its acknowledgement.';
COMMENT ON COLUMN core.realtime_events.resent IS 'How often it was sent again.';
COMMENT ON COLUMN core.realtime_events.failed IS 'How many clients were given up on.';
COMMENT ON COLUMN core.realtime_events.account_id IS 'Of a failure: whose client it was, NULL for a stranger.';
CREATE POLICY functions_only ON core.realtime_events TO opdesk_api USING (true);
CREATE POLICY visible ON core.realtime_events FOR SELECT TO opdesk_web
  USING (clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.sees_clinic()));
GRANT SELECT ON core.realtime_events TO opdesk_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON core.realtime_events TO opdesk_api;

-- Many events in one statement, as a list of objects.
CREATE FUNCTION feed.note_events(node text, events jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO core.realtime_events (clinic_id, seq, node, topic, event, made_at, sent_at, latency_us, sent, acked, ack_us, resent, failed,
                                    account_id)
  SELECT e.clinic, e.seq, note_events.node, e.topic, e.event, to_timestamp(e.made / 1e6), to_timestamp(e.at / 1e6), e.at - e.made,
         e.sent, e.acked, e.ack, e.resent, e.failed, e.account
    FROM jsonb_to_recordset(events) e (clinic uuid, seq bigint, topic text, event text, made bigint, at bigint, sent int, acked int,
                                       ack bigint, resent int, failed int, account uuid)
   WHERE EXISTS (SELECT FROM feed.clock c WHERE c.clinic_id = e.clinic);
END $$;

CREATE FUNCTION feed.forget_events(keep interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  n bigint;
BEGIN
  DELETE FROM core.realtime_events e WHERE e.sent_at < clock_timestamp() - keep;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
COMMENT ON FUNCTION feed.forget_events IS 'Deletes what was sent longer ago.';

--
-- Which hubs there are, and how they are
--

ALTER TABLE feed.hub ADD COLUMN stats jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN feed.hub.stats IS 'What the hub counts about itself, as opdesk-hub(8) names it.';

DROP FUNCTION feed.report(text);
CREATE FUNCTION feed.report(node text, stats jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO feed.hub AS h (node, seen_at, stats) VALUES (report.node, clock_timestamp(), report.stats)
  ON CONFLICT ON CONSTRAINT hub_pkey DO UPDATE SET seen_at = EXCLUDED.seen_at, stats = EXCLUDED.stats;
  DELETE FROM feed.hub h WHERE h.seen_at < clock_timestamp() - interval '1 day';
END $$;
COMMENT ON FUNCTION feed.report IS 'A hub says that it lives; ten seconds without count as none.';

-- A hub that ends in good order is none at once.
CREATE FUNCTION feed.hub_ends(node text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM feed.hub h WHERE h.node = hub_ends.node;
END $$;

CALL core.settle();
GRANT EXECUTE ON FUNCTION feed.report, feed.hub_ends, feed.note_events, feed.forget_events TO opdesk_hub;
