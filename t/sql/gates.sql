-- gates.sql - what the catalogue must look like, so that no step forgets it.
BEGIN;
\ir prelude.psql

CREATE VIEW tap.ours AS
  SELECT c.oid, c.oid::regclass::text AS name, n.nspname AS schema, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text AS owner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('core', 'feed', 'auth', 'audit', 'api') AND c.relkind IN ('r', 'p', 'v', 'm');
CREATE VIEW tap.routine AS
  SELECT p.oid, p.oid::regprocedure::text AS name, n.nspname AS schema, p.proname, p.prosecdef, p.proconfig, p.prorettype, p.prolang,
         p.proowner::regrole::text AS owner, p.prokind
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname IN ('core', 'feed', 'auth', 'audit', 'api');

-- Tables
SELECT is_empty('SELECT name FROM tap.ours WHERE NOT (relrowsecurity AND relforcerowsecurity)', 'every table has row-level security, forced');
SELECT is_empty($$SELECT name FROM tap.ours o JOIN pg_class c USING (oid) WHERE c.relkind IN ('v', 'm')$$,
       'there is no view that could look past it');
SELECT is_empty($$SELECT name, owner FROM tap.ours WHERE owner <> CASE schema WHEN 'auth' THEN 'opdesk_auth' ELSE 'opdesk_owner' END$$,
                'tables belong to opdesk_owner, those of identity to opdesk_auth');
SELECT is_empty('SELECT name FROM tap.ours WHERE obj_description(oid) IS NULL', 'every table has a comment');
SELECT set_eq($$SELECT o.name FROM tap.ours o WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = o.oid AND a.attname IN ('clinic_id'))$$,
              ARRAY['core.clinic', 'core.migration', 'core.limit_use', 'feed.hub'], 'every table has clinic_id, but those about the installation');
SELECT is_empty($$SELECT o.name, a.attname FROM tap.ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0
                   WHERE a.attname LIKE '%hash' AND has_column_privilege('opdesk_web', o.oid, a.attnum, 'SELECT')$$,
                     'no program reads a hash of a secret');

-- Policies
SELECT is_empty($$SELECT o.name FROM tap.ours o WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = o.oid AND p.polname = 'owner')$$,
                'every owner has a policy, so that migrations see rows');
SELECT is_empty($$SELECT p.polrelid::regclass, r.rolname, cmd, count(*)
                    FROM pg_policy p, pg_roles r, unnest(ARRAY['r', 'a', 'w', 'd']) cmd
                   WHERE p.polpermissive AND p.polcmd IN (cmd::"char", '*') AND r.rolname LIKE 'opdesk_%'
                     AND r.rolname NOT IN ('opdesk_owner', 'opdesk_auth', 'opdesk_backup')
                     AND (p.polroles = '{0}' OR EXISTS (SELECT FROM unnest(p.polroles) m WHERE pg_has_role(r.oid, m, 'USAGE')))
                   GROUP BY 1, 2, 3 HAVING count(*) > 1$$, 'at most one permissive policy for a table, a command and a role');
SELECT set_eq($$SELECT polrelid::regclass || ' ' || polname FROM pg_policy WHERE pg_get_expr(polqual, polrelid) = 'true' AND polroles = '{0}'$$,
              ARRAY['core.migration visible'], 'one policy alone shows everything to everybody');

-- Foreign keys pass by the policies, so both ends have to be of one clinic.
CREATE VIEW tap.reference AS
  SELECT c.conrelid::regclass || ' ' || c.conname AS name, c.confrelid::regclass::text AS target,
         ARRAY(SELECT a.attname || ' ' || b.attname FROM unnest(c.conkey, c.confkey) k(x, y)
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.x
                 JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.y) AS pairs
    FROM pg_constraint c JOIN tap.ours o ON o.oid = c.conrelid WHERE c.contype = 'f';
SELECT isnt_empty('SELECT FROM tap.reference', 'there are foreign keys');
SELECT set_eq($$SELECT name FROM tap.reference WHERE target <> 'core.clinic' AND NOT pairs @> ARRAY['clinic_id clinic_id']$$,
  ARRAY['auth.refresh refresh_session_id_fkey', 'auth.session session_device_id_fkey', 'core.appointment appointment_slot_id_fkey',
        'core.message not_found__appointment_id'],
  'a foreign key holds the clinic too, but where a function, and no caller, chooses the row');
SELECT is_empty($$SELECT name FROM tap.reference WHERE target = 'core.clinic' AND pairs <> ARRAY['clinic_id id']$$,
  'and a clinic is referred to by clinic_id');
SELECT is_empty($$SELECT o.name FROM tap.ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attname = 'clinic_id' WHERE NOT a.attnotnull$$,
  'which is never NULL');

-- Functions
SELECT is_empty($$SELECT name FROM tap.routine WHERE prosecdef AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']$$,
                'every SECURITY DEFINER function has its search_path');
SELECT is_empty($$SELECT name FROM tap.routine WHERE has_function_privilege('public', oid, 'EXECUTE')$$, 'PUBLIC executes nothing of ours');
SELECT is_empty($$SELECT name FROM tap.routine WHERE prokind = 'f' AND prorettype = 'trigger'::regtype AND NOT prosecdef$$,
       'every trigger function runs as its owner');
SELECT is_empty($$SELECT name, owner FROM tap.routine WHERE prokind = 'f' AND owner NOT IN ('opdesk_api', 'opdesk_auth', 'opdesk_audit')$$,
       'functions belong to opdesk_api, opdesk_auth or opdesk_audit');
SELECT is_empty($$SELECT name, owner FROM tap.routine WHERE (schema = 'auth' OR proname ~ '^(sign|device|session|user)') <> (owner = 'opdesk_auth') AND prokind = 'f'$$,
                'opdesk_auth owns identity and signing in, and nothing else');
SELECT is_empty($$SELECT name, owner FROM tap.routine WHERE (schema = 'audit') <> (owner = 'opdesk_audit') AND prokind = 'f'$$,
                'opdesk_audit owns the record''s, and nothing else');
SELECT is_empty($$SELECT name FROM tap.routine WHERE owner IN ('opdesk_web', 'opdesk_owner')$$,
       'neither the web role nor the owner of tables owns one');
SELECT set_eq($$SELECT proname::text FROM tap.routine WHERE schema = 'api' AND has_function_privilege('opdesk_web', oid, 'EXECUTE')$$,
  ARRAY['schema_version', 'clinic', 'doctors', 'services', 'save_clinic', 'add_doctor', 'save_doctor', 'add_service', 'save_service', 'availability', 'save_availability', 'reserve', 'release', 'book', 'amend', 'change',
    'cancel',
        'appointment', 'appointments_of_clinic', 'appointments_of_doctor', 'appointments_of_patient', 'appointments_of_clinic_between',
        'appointments_of_doctor_between', 'appointments_of_patient_between', 'appointments_search', 'calendar', 'calendar_of_doctor', 'patients', 'patient_address',
        'profile', 'save_profile', 'health', 'realtime_health', 'realtime_status', 'realtime_stats', 'sync_head', 'sync_list', 'sync_remember', 'sync_since', 'sync_rows', 'signout', 'count_use',
          'idem_take', 'idem_keep', 'token_key', 'must_see', 'revision_id', 'revision_number', 'revisions', 'messages', 'say', 'bulk', 'acquire_lock', 'release_lock',
          'force_release_lock', 'takeover_lock', 'lock', 'locks', 'lock_history', 'lock_stats', 'trace', 'audit_id', 'audit_number', 'audit_fields', 'audit_name', 'audit_names', 'audit_told',
            'password_link', 'audit_of_clinic', 'audit_of_actor', 'audit_of_object', 'devices', 'device_person', 'device_approve', 'device_revoke', 'sessions', 'session_end', 'signs_in_by', 'users', 'user_invite', 'user_change', 'user_drop_factor'],
  'what programs may call is this list');
SELECT set_eq($$SELECT proname::text FROM tap.routine r WHERE schema = 'api' AND NOT has_function_privilege('opdesk_web', oid, 'EXECUTE')
                   AND has_function_privilege('opdesk_signin', oid, 'EXECUTE')$$,
  ARRAY['signin_find', 'signin_key', 'signin_open', 'signin_refused', 'signin_hold', 'signin_refresh', 'signin_address', 'signin_send',
    'signin_check', 'signin_send_own', 'signin_prove', 'signin_device', 'forgive_use',
    'signin_ask', 'signin_holder', 'signin_show', 'signin_enrol', 'signin_confirm', 'signin_factor', 'signin_renew', 'signin_unenrol',
    'signin_own', 'signin_by_link', 'signin_change_password', 'signin_reset_password'], 'and sign-in alone may call these');
SELECT is_empty($$SELECT name FROM tap.routine WHERE has_function_privilege('opdesk_web', oid, 'EXECUTE')
                   AND (schema IN ('feed', 'audit') OR proname IN ('enter_system', 'leave', 'carry', 'settle', 'lock_people', 'take', 'expire_holds', 'sweep', 'expire_locks', 'face'))$$,
                'the inner functions are out of reach');

-- PUBLIC, and what else could go round
SELECT is_empty($$SELECT o.name, a.privilege_type FROM tap.ours o JOIN pg_class c USING (oid), aclexplode(c.relacl) a WHERE a.grantee = 0
                   UNION ALL SELECT o.name || '.' || t.attname, a.privilege_type FROM tap.ours o JOIN pg_attribute t ON t.attrelid = o.oid,
                     aclexplode(t.attacl) a WHERE a.grantee = 0$$, 'PUBLIC has no right to a table or a column');
SELECT is_empty($$SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a
                   WHERE n.nspname IN ('core', 'feed', 'auth', 'audit', 'api') AND a.grantee = 0$$, 'nor to a schema');
SELECT is_empty($$SELECT r.rolname, s.oid::regclass FROM pg_roles r, pg_class s, unnest(ARRAY['USAGE', 'UPDATE']) p
                   WHERE s.relkind = 'S' AND s.relnamespace = ANY (SELECT relnamespace FROM pg_class c JOIN tap.ours o USING (oid))
                     AND r.rolname IN ('opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker', 'opdesk_backup')
                     AND has_sequence_privilege(r.oid, s.oid, p)$$, 'no login role takes a number from a sequence');
SELECT is_empty($$SELECT o.name, a.grantee::regrole, a.privilege_type FROM tap.ours o JOIN pg_class c USING (oid), aclexplode(c.relacl) a
                   WHERE a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER') AND a.grantee <> c.relowner
                     AND (a.privilege_type, a.grantee::regrole::text) <> ('REFERENCES', 'opdesk_auth')$$,
       'nobody but its owner empties a table or hangs a trigger on it; identity alone refers to another''s');
SELECT is_empty($$SELECT o.name, a.grantee::regrole FROM tap.ours o JOIN pg_class c USING (oid), aclexplode(c.relacl) a WHERE a.is_grantable$$,
       'nobody hands a right on');
SELECT is_empty($$SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger t JOIN tap.ours o ON o.oid = t.tgrelid WHERE t.tgenabled NOT IN ('O', 'A')$$,
       'no trigger is switched off');
SELECT is_empty($$SELECT name, lanname FROM tap.routine r JOIN pg_language l ON l.oid = r.prolang WHERE lanname NOT IN ('sql', 'plpgsql')$$,
       'functions are in SQL and PL/pgSQL');
SELECT is_empty('SELECT lanname FROM pg_language WHERE NOT lanpltrusted AND lanname NOT IN (''internal'', ''c'')', 'and no other language could be used');
SELECT set_eq($$SELECT extname::text FROM pg_extension WHERE extname <> 'pgtap'$$, ARRAY['plpgsql', 'btree_gist'],
       'these extensions are there: none reads files or reaches another server');
SELECT is_empty('SELECT srvname FROM pg_foreign_server', 'nor is a foreign server known');
SELECT cmp_ok(current_setting('server_version_num')::int, '>=', 150014, 'PostgreSQL has the fixes of CVE-2023-2455 and CVE-2025-8713');

-- Roles
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'opdesk_%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication)$$,
       'no role of ours has an attribute');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'opdesk_%' AND rolbypassrls AND rolname <> 'opdesk_backup'$$,
       'and only the backup passes by the policies');
SELECT set_eq($$SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'opdesk_%' AND rolcanlogin$$,
              ARRAY['opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker', 'opdesk_backup'], 'nobody logs in as an owner');
SELECT is_empty($$SELECT r.rolname FROM pg_roles r, unnest(ARRAY['opdesk_owner', 'opdesk_api', 'opdesk_auth', 'opdesk_audit']) o
                   WHERE r.rolname LIKE 'opdesk_%' AND r.rolname <> o AND pg_has_role(r.oid, o, 'MEMBER')$$, 'nobody is a member of an owner');
SELECT is_empty($$SELECT r.rolname, o.name, p FROM pg_roles r, tap.ours o,
       unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
                   WHERE r.rolname IN ('opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker', 'opdesk_backup')
                     AND has_table_privilege(r.oid, o.oid, p)$$,
                'no login role writes a table');
SELECT is_empty($$SELECT r.rolname, o.name, a.attname FROM pg_roles r, tap.ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0
       AND NOT a.attisdropped
                   WHERE r.rolname IN ('opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker', 'opdesk_backup')
                     AND (has_column_privilege(r.oid, o.oid, a.attnum, 'INSERT') OR has_column_privilege(r.oid, o.oid, a.attnum, 'UPDATE'))$$,
                       'nor a column of one');
SELECT is_empty($$SELECT r.rolname, n.nspname FROM pg_roles r, pg_namespace n WHERE r.rolname LIKE 'opdesk_%'
       AND n.nspname IN ('core', 'feed', 'auth', 'audit', 'api', 'public')
                   AND has_schema_privilege(r.oid, n.oid, 'CREATE') AND n.nspowner <> r.oid$$, 'nobody makes objects in another''s schema');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'opdesk_%'
                   AND (has_database_privilege(oid, current_database(), 'CREATE') OR has_database_privilege(oid, current_database(), 'TEMP'))$$,
                'nor a schema or a temporary table');
SELECT set_eq($$SELECT r.rolname::text FROM pg_roles r WHERE NOT r.rolsuper AND has_parameter_privilege(r.oid, 'backtrace_functions', 'SET')$$,
              ARRAY['opdesk_auth'], 'opdesk_auth alone sets the context');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname IN ('opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker')
                   AND NOT coalesce((SELECT s.setconfig FROM pg_db_role_setting s WHERE s.setrole = pg_roles.oid AND s.setdatabase = 0),
                     '{}') @> ARRAY['plan_cache_mode=force_generic_plan']$$,
                'programs keep their plans');

SELECT * FROM finish();
ROLLBACK;
