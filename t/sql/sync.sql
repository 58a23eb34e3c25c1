-- sync.sql - what the sync program reads: head, vector, changes of the caller's own list.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.head(who text) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask(who, 'SELECT row_to_json(h) FROM api.sync_head() h')::json;
END $$;
CREATE FUNCTION tap.since(who text, since bigint, rows int DEFAULT 100) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask(who, format('SELECT string_agg(coalesce(s.name || '':'' || s.version, ''gone''), '','' ORDER BY s.seq) FROM api.sync_since(%s, %s) s', since, rows));
END $$;

SELECT is(tap.head('meera') ->> 'n', '0', 'an empty list');
SELECT is(tap.head('meera') ->> 'hash', md5(''), 'hashes the empty text');
INSERT INTO core.appointment (id, clinic_id, name, doctor_id, notes)
SELECT ('00000000-0000-4000-8000-00000000000' || i)::uuid, tap.id('one'), 'n' || i, CASE WHEN i % 2 = 0 THEN tap.id('meera') ELSE tap.id('arun') END,
       'note' FROM generate_series(1, 5) i;
SELECT is(tap.head('admin') ->> 'n', '5', 'the clinic''s list');
SELECT is(tap.head('meera') ->> 'n', '2', 'and a doctor''s');
SELECT is(tap.head('meera') ->> 'hash', NULL, 'its hash is not known yet');
SELECT is(tap.ask('meera', 'SELECT list FROM api.sync_list()'), '00000000-0000-4000-8000-000000000002:1,00000000-0000-4000-8000-000000000004:1',
       'the list is sorted, id:version');
SELECT is(tap.ask('meera', 'SELECT l.list_seq - h.list_seq FROM api.sync_head() h, api.sync_list() l'), '0', 'and of the same change');
SELECT is(tap.ask('meera', 'SELECT api.sync_remember(list_seq, md5(list)) FROM api.sync_list()'), '', 'who hashes it tells the others');
SELECT is(tap.head('meera') ->> 'hash', md5('00000000-0000-4000-8000-000000000002:1,00000000-0000-4000-8000-000000000004:1'), 'and then it is known');
SELECT is(tap.head('arun') ->> 'hash', NULL, 'for that list');
SELECT is(tap.ask('meera', 'SELECT api.sync_remember(1, md5(''old''))'), '', 'a hash of another state');
SELECT isnt(tap.head('meera') ->> 'hash', md5('old'), 'is not kept');
SELECT is(tap.since('meera', 0), 'n2:1,n4:1', 'all changes of the list');
SELECT is(tap.since('admin', 0, 3), 'n1:1,n2:1,n3:1', 'by pages');
SELECT tap.head('admin') ->> 'seq' AS seq \gset
SELECT is(tap.since('admin', :seq), NULL, 'after the last there is nothing');
UPDATE core.appointment SET doctor_id = tap.id('arun') WHERE name = 'n2' AND clinic_id = tap.id('one');
UPDATE core.appointment SET reason = 'x' WHERE name = 'n4' AND clinic_id = tap.id('one');
DELETE FROM core.appointment WHERE name = 'n5' AND clinic_id = tap.id('one');
SELECT is(tap.head('meera') ->> 'hash', NULL, 'a change makes the hash unknown');
SELECT is(tap.since('meera', :seq), 'gone,n4:2', 'what left the list is gone, without content');
SELECT is(tap.ask('meera', format('SELECT row(deleted, id, version, notes)::text FROM api.sync_since(%s, 1)', :seq)),
       '(t,00000000-0000-4000-8000-000000000002,,)', 'but its id');
SELECT is(tap.since('arun', :seq), 'n2:2,gone', 'it has come to another');
SELECT is(tap.since('admin', :seq), 'n2:2,n4:2,gone', 'and is one change for the clinic');
SELECT is(tap.ask('admin', 'SELECT string_agg(name || coalesce(notes, ''''), '','' ORDER BY seq) FROM api.sync_rows(ARRAY[''00000000-0000-4000-8000-000000000001'', ''00000000-0000-4000-8000-000000000005'', ''00000000-0000-4000-8000-000000000002'']::uuid[], 10)'),
          'n1note,n2note', 'rows by id, live ones only');
SELECT is(tap.ask('meera', 'SELECT count(*) FROM api.sync_rows(ARRAY[''00000000-0000-4000-8000-000000000001'']::uuid[], 10)'), '0',
       'of the caller''s list only');
SELECT is(tap.ask('boss', 'SELECT count(*) FROM api.sync_rows(ARRAY[''00000000-0000-4000-8000-000000000001'']::uuid[], 10)'), '0', 'and clinic');
SELECT is(tap.ask('admin', 'SELECT count(*) FROM api.sync_rows(ARRAY(SELECT id FROM core.appointment), 2)'), '2', 'by pages');
SELECT is(tap.ask('public', 'SELECT n::text || list FROM api.sync_head(), api.sync_list()'), '0', 'a stranger''s list is empty');
SELECT is(tap.head('meera') ->> 'epoch', (SELECT epoch::text FROM feed.clock WHERE clinic_id = tap.id('one')), 'head names the epoch');

SELECT * FROM finish();
ROLLBACK;
