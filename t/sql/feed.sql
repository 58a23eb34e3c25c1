-- feed.sql - the change feed: numbers, lists, tombstones, checksums.
BEGIN;
\ir prelude.psql

SELECT feed.fold(tap.id('one')) \gset
CREATE FUNCTION tap.head() RETURNS bigint LANGUAGE sql RETURN (SELECT seq FROM feed.clock WHERE clinic_id = tap.id('one'));
-- Every list as the feed keeps it, and as it would be computed from the rows.
CREATE VIEW tap.kept AS SELECT scope, n, x1, x2 FROM feed.scope WHERE clinic_id = tap.id('one') AND n > 0;
CREATE VIEW tap.truth AS
  SELECT s.scope, count(*)::int AS n, bit_xor(feed.half(a.id, a.version, 1)) AS x1, bit_xor(feed.half(a.id, a.version, 2)) AS x2
    FROM core.appointment a, unnest(ARRAY[a.clinic_id, a.doctor_id, a.patient_id]) s(scope)
   WHERE a.clinic_id = tap.id('one') AND NOT a.is_deleted AND s.scope IS NOT NULL GROUP BY 1;
CREATE FUNCTION tap.list(scope text) RETURNS text LANGUAGE sql
RETURN (SELECT coalesce(string_agg(a.name || ':' || i.version, ',' ORDER BY a.name), '') FROM feed.item i JOIN core.appointment a ON a.id = i.id
         WHERE i.scope = tap.id(list.scope) AND NOT i.deleted);

-- From writing to a number
INSERT INTO core.appointment (id, clinic_id, name, doctor_id, patient_id) VALUES (tap.id('a'), tap.id('one'), 'a', tap.id('meera'), tap.id('asha'));
SELECT is((SELECT count(*)::int FROM feed.fresh WHERE clinic_id = tap.id('one')), 1, 'a change waits to be numbered');
SELECT tap.head() AS before \gset
SELECT is(feed.fold(tap.id('one')), (:before + 1)::bigint, 'whoever reads gives it the next number');
SELECT is(feed.fold(tap.id('one')), (:before + 1)::bigint, 'once');
SELECT is((SELECT count(*)::int FROM feed.fresh WHERE clinic_id = tap.id('one')), 0, 'then nothing waits');
SELECT is((SELECT row(entity, op, entity_id, version, body ->> 'name')::text FROM feed.change WHERE clinic_id = tap.id('one')
       AND seq = (:before + 1)::bigint),
          row('appointment', 'created', tap.id('a'), 1, 'a')::text, 'the change says what happened to which row, and how it is now');
SELECT is(tap.list(s), 'a:1', 'the row is in the list of ' || s) FROM unnest(ARRAY['one', 'meera', 'asha']) s;
SELECT is(tap.list('arun'), '', 'and in no other');
UPDATE core.appointment SET mailed = true, edit_hash = 'x', status_before = 'lead' WHERE id = tap.id('a');
SELECT is(feed.fold(tap.id('one')), (:before + 1)::bigint, 'bookkeeping is no change');

-- What moves, leaves and comes back
UPDATE core.appointment SET doctor_id = tap.id('arun') WHERE id = tap.id('a');
SELECT is(feed.fold(tap.id('one')), (:before + 2)::bigint, 'a change of doctor');
SELECT is(tap.list('meera') || '|' || tap.list('arun') || '|' || tap.list('one'), '|a:2|a:2', 'moves the row from list to list');
SELECT is((SELECT row(deleted, version, seq)::text FROM feed.item WHERE scope = tap.id('meera') AND id = tap.id('a')),
       row(true, 2, (:before + 2)::bigint)::text, 'and leaves a tombstone');
UPDATE core.appointment SET is_deleted = true WHERE id = tap.id('a');
SELECT is(feed.fold(tap.id('one')), (:before + 3)::bigint, 'deleting softly');
SELECT is((SELECT row(op, body)::text FROM feed.change WHERE clinic_id = tap.id('one') AND seq = (:before + 3)::bigint),
       row('deleted', jsonb_build_object('id', tap.id('a'), 'version', 3))::text, 'is a deletion, without content');
SELECT is(tap.list('one') || tap.list('arun') || tap.list('asha'), '', 'from every list');
UPDATE core.appointment SET reason = 'unseen' WHERE id = tap.id('a');
SELECT is(feed.fold(tap.id('one')), (:before + 3)::bigint, 'what happens to it then is nobody''s news');
UPDATE core.appointment SET is_deleted = false WHERE id = tap.id('a');
SELECT is(feed.fold(tap.id('one')), (:before + 4)::bigint, 'it may come back');
SELECT is(tap.list('one') || '|' || tap.list('arun'), 'a:5|a:5', 'where it was');
DELETE FROM core.appointment WHERE id = tap.id('a');
SELECT is(feed.fold(tap.id('one')), (:before + 5)::bigint, 'deleting for good');
SELECT is((SELECT row(op, version)::text FROM feed.change WHERE clinic_id = tap.id('one') AND seq = (:before + 5)::bigint), '(deleted,6)',
       'has a version of its own');
SELECT is((SELECT count(*)::int FROM feed.item WHERE id = tap.id('a') AND NOT deleted), 0, 'and leaves tombstones only');

-- Many at once: no gap, the last state of each, sums that are true
INSERT INTO core.appointment (id, clinic_id, name, doctor_id, patient_id)
SELECT tap.id('m' || i), tap.id('one'), 'm' || i, CASE i % 3 WHEN 0 THEN tap.id('meera') WHEN 1 THEN tap.id('arun') END, CASE WHEN i % 2 = 0
       THEN tap.id('asha') END FROM generate_series(1, 1500) i;
UPDATE core.appointment SET doctor_id = tap.id('arun') WHERE clinic_id = tap.id('one') AND name LIKE 'm%7';
UPDATE core.appointment SET is_deleted = true WHERE clinic_id = tap.id('one') AND name LIKE 'm%3';
UPDATE core.appointment SET patient_id = tap.id('bilal') WHERE clinic_id = tap.id('one') AND name LIKE 'm%8';
DELETE FROM core.appointment WHERE clinic_id = tap.id('one') AND name LIKE 'm%5';
UPDATE core.appointment SET is_deleted = false WHERE clinic_id = tap.id('one') AND name LIKE 'm%33';
SELECT feed.fold(tap.id('one')) \gset
SELECT is((SELECT max(seq) - count(*) - (SELECT min(seq) - 1 FROM feed.change WHERE clinic_id = tap.id('one')) FROM feed.change
       WHERE clinic_id = tap.id('one')), 0::bigint, 'numbers have no gap');
SELECT is(tap.head(), (SELECT max(seq) FROM feed.change WHERE clinic_id = tap.id('one')), 'the clock shows the last');
SELECT bag_eq('SELECT * FROM tap.kept', 'SELECT * FROM tap.truth', 'count and checksum of every list are what a recomputation gives');
SELECT is_empty($$SELECT a.id FROM core.appointment a LEFT JOIN feed.item i ON i.scope = a.clinic_id AND i.id = a.id
                   WHERE a.clinic_id = tap.id('one') AND (i.version, i.deleted) IS DISTINCT FROM (a.version, a.is_deleted)$$,
                     'every item is its row''s last state');
SELECT is_empty($$SELECT entity_id FROM (SELECT entity_id, version, lag(version) OVER (PARTITION BY entity_id ORDER BY seq) AS was FROM feed.change
                   WHERE clinic_id = tap.id('one') AND entity = 'appointment') c WHERE version <= was$$,
                     'the changes of a row are in the order of their writing');

-- What else is announced
CREATE FUNCTION tap.news(was bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM feed.fold(tap.id('one'));
  RETURN (SELECT string_agg(entity || ' ' || op, ', ' ORDER BY seq) FROM feed.change WHERE clinic_id = tap.id('one') AND seq > was);
END $$;
SELECT tap.head() AS was \gset
SELECT is(tap.book('desk', 'v', tap.visit('meera', tap.at(1, '09:00'))), 'confirmed', 'a booking');
SELECT is(tap.news(:was), 'slot reserved, appointment created', 'tells that the time is taken, and of the visit');
SELECT tap.head() AS was \gset
SELECT is(tap.change('desk', 'v', 1, jsonb_build_object('startsAt', tap.at(1, '09:30'))), 'confirmed 2', 'moving it');
SELECT is(tap.news(:was), 'slot released, slot reserved, appointment updated', 'tells of both times');
SELECT tap.head() AS was \gset
SELECT is(tap.told('desk', format('api.cancel(%L)', tap.id('v'))), NULL, 'cancelling it');
SELECT is(tap.news(:was), 'slot released, appointment updated', 'is free time, and an update');
SELECT tap.head() AS was \gset
UPDATE core.doctor SET schedule_xact = NULL;
DELETE FROM core.rule WHERE doctor_id = tap.id('meera');
INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES (tap.id('one'), tap.id('meera'), 1, '09:00', '10:00');
SELECT is(tap.news(:was), 'availability updated', 'hours are announced once in a transaction');
SELECT tap.head() AS was \gset
UPDATE core.patient SET name = 'Asha Rani' WHERE id = tap.id('asha');
UPDATE core.doctor SET speciality = 'Bones' WHERE id = tap.id('meera');
UPDATE auth.account SET name = 'Desk Two' WHERE id = tap.id('account desk');
UPDATE auth.account SET password_hash = 'other' WHERE id = tap.id('account desk');
SELECT is(tap.news(:was), 'profile updated, profile updated, profile updated', 'so are profiles, but not passwords');
SELECT is((SELECT string_agg(body ->> 'role', ',' ORDER BY seq) FROM feed.change WHERE clinic_id = tap.id('one') AND seq > :was),
       'patient,doctor,frontdesk', 'with their role');

-- Clinics do not wait for each other, nor hear each other
INSERT INTO core.appointment (id, clinic_id, name) VALUES (tap.id('other'), tap.id('two'), 'other');
SELECT tap.head() AS was \gset
SELECT set_has('SELECT clinic_id FROM feed.fold_all()', format('SELECT %L::uuid', tap.id('two')), 'the hub folds every clinic that has something');
SELECT is(tap.head(), :was::bigint, 'each has numbers of its own');

-- Forgetting
UPDATE feed.change SET folded_at = folded_at - interval '40 days' WHERE clinic_id = tap.id('one') AND seq <= :before + 5;
SELECT is(feed.purge(tap.id('one'), '30 days'), (:before + 5)::bigint, 'what is older than thirty days is forgotten');
SELECT is((SELECT row(min(c.seq), min(k.purged_to))::text FROM feed.change c JOIN feed.clock k USING (clinic_id) WHERE c.clinic_id = tap.id('one')),
       row((:before + 6)::bigint, (:before + 5)::bigint)::text,
          'and the clock knows how far');
SELECT is((SELECT count(*)::int FROM feed.item WHERE id = tap.id('a')), 0, 'with its tombstones');
SELECT bag_eq('SELECT * FROM tap.kept', 'SELECT * FROM tap.truth', 'the lists are as before');

-- Making anew
SELECT epoch AS epoch, seq AS was FROM feed.clock WHERE clinic_id = tap.id('one') \gset
SELECT feed.rebuild(tap.id('one')) \gset
SELECT bag_eq('SELECT * FROM tap.kept', 'SELECT * FROM tap.truth', 'lists that are made anew are the same');
SELECT ok(epoch <> :'epoch' AND seq > :was AND purged_to = seq, 'of another epoch, and no cursor reaches back') FROM feed.clock
       WHERE clinic_id = tap.id('one');
SELECT ok(auth.role() IS NULL, 'no context is left behind');

SELECT * FROM finish();
ROLLBACK;
