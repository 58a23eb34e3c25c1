#!/usr/bin/perl
# What a program could try with the database connection it has: as each of the
# login roles, none of it helps.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Cluster;
use Test::More;

my $cluster = Opdesk::Cluster->find;
my $database = "opdesk_sql_${$}_forge";
$cluster->psql('postgres', "CREATE DATABASE $database TEMPLATE " . $cluster->template . ' STRATEGY file_copy');
$cluster->opdesk($database, 'setup'); # a copy has its own database privileges
END { $cluster->psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE)") if $cluster }

my $clinic = '00000000-0000-4000-8000-000000000001';
my $session = $cluster->psql($database, q(INSERT INTO auth.session (clinic_id, account_id, role, secret_hash, expires_at)
	SELECT clinic_id, id, role, sha256('secret'), now() + interval '1 hour' FROM auth.account WHERE email = 'desk@opdesk.test' RETURNING id));
my $forged = 'admin,' . $clinic =~ tr/-//dr . ',,,all,,';

# What psql says to some statements: values, and the SQLSTATE of errors.
sub said ($role, @statements) {
	open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', "$Opdesk::Cluster::BIN/psql", '-XqAt', '-v', 'VERBOSITY=sqlstate', '-d', $cluster->conninfo($database, $role),
		map { ('-c', $_) } @statements or die "psql: $!";
	my $text = do { local $/; <$out> } // '';
	close $out;
	return $text =~ s/\s+$//r;
}

cmp_ok $cluster->psql($database, 'SELECT count(*) FROM core.appointment'), '>', 100, 'the appointments exist';
is said('opdesk_web', 'BEGIN', "SELECT role FROM auth.enter('$session', 'secret', NULL)", 'SELECT count(*) > 100 FROM core.appointment'), "frontdesk\nt", 'a session shows them';

my @tries = (
	[ 'setting the context' => "SET backtrace_functions = '$forged'", '42501' ],
	[ 'setting it for a transaction' => "SELECT set_config('backtrace_functions', '$forged', true)", '42501' ],
	[ 'updating the setting' => "UPDATE pg_settings SET setting = '$forged' WHERE name = 'backtrace_functions'", '42501' ],
	[ 'setting it for the role' => "ALTER ROLE CURRENT_USER SET backtrace_functions = '$forged'", '42501' ],
	[ 'setting it for the database' => "ALTER DATABASE $database SET backtrace_functions = '$forged'", '42501' ],
	[ 'a function of one\'s own that sets it' => "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql SET backtrace_functions = '$forged' AS 'SELECT 1'", '42501' ],
	[ 'a temporary table' => 'CREATE TEMP TABLE x (a int)', '42501' ],
	[ 'a schema' => 'CREATE SCHEMA x', '42501' ],
	[ 'becoming the functions\' owner' => 'SET ROLE opdesk_api', '42501' ],
	[ 'becoming the tables\' owner' => 'SET ROLE opdesk_owner', '42501' ],
	[ 'becoming identity itself' => 'SET ROLE opdesk_auth', '42501' ],
	[ 'becoming the backup' => 'SET ROLE opdesk_backup', '42501' ],
	[ 'becoming a superuser' => 'SET SESSION AUTHORIZATION postgres', '42501' ],
	[ 'entering as the system' => "SELECT auth.enter_system('$clinic')", '42501', 'opdesk_web', 'opdesk_signin' ],
	[ 'carrying a token' => "SELECT auth.carry('x')", '42501' ],
	[ 'reading sessions' => 'SELECT count(*) FROM auth.session', '42501' ],
	[ 'reading passwords' => 'SELECT password_hash FROM auth.account', '42501' ],
	[ 'inserting an appointment' => "INSERT INTO core.appointment (clinic_id, name) VALUES ('$clinic', 'x')", '42501' ],
	[ 'updating one' => "UPDATE core.appointment SET name = 'x'", '42501' ],
	[ 'deleting one' => 'DELETE FROM core.appointment', '42501' ],
	[ 'truncating' => 'TRUNCATE core.appointment CASCADE', '42501' ],
	[ 'switching a trigger off' => 'ALTER TABLE core.appointment DISABLE TRIGGER ALL', '42501' ],
	[ 'being a replica' => 'SET session_replication_role = replica', '42501' ],
	[ 'a policy of one\'s own' => 'CREATE POLICY mine ON core.appointment USING (true)', '42501' ],
	[ 'reading without policies' => 'SET row_security = off; SELECT count(*) FROM core.appointment', '42501', 'opdesk_web', 'opdesk_signin', 'opdesk_hub', 'opdesk_worker' ],
	[ 'reading a file' => "SELECT pg_read_file('/etc/passwd')", '42501' ],
	[ 'listing a directory' => "SELECT pg_ls_dir('/')", '42501' ],
	[ 'loading a file' => "COPY core.appointment FROM '/etc/passwd'", '42501' ],
	[ 'writing one' => "COPY (SELECT 1) TO '/tmp/opdesk-forged'", '42501' ],
	[ 'a large object of a file' => "SELECT lo_import('/etc/passwd')", '42501' ],
	[ 'a file of a large object' => "SELECT lo_export(1, '/tmp/opdesk-forged')", '42501' ],
	[ 'another server' => "SELECT dblink_connect('host=127.0.0.1')", '42883' ],
	[ 'an extension' => 'CREATE EXTENSION dblink', '42501' ],
	[ 'a library by its path' => "LOAD '/tmp/opdesk-forged.so'", '42501' ],
	[ 'running a program' => "COPY (SELECT 1) TO PROGRAM 'true'", '42501' ],
	[ 'calling an inner function' => "SELECT api.refuse('not_found')", '42501' ],
	[ 'settling things' => 'CALL core.settle()', '42501' ],
);
for my $try (@tries) {
	my ($what, $sql, $state, @roles) = @$try;
	is said($_, $sql), "ERROR:  $state", "$_: $what is refused" for @roles ? @roles : qw(opdesk_web opdesk_signin opdesk_hub opdesk_worker);
}
{
	local $ENV{PGOPTIONS} = "-c backtrace_functions=$forged";
	like said('opdesk_web', 'SELECT count(*) FROM core.appointment'), qr/permission denied|42501/, 'a connection cannot bring a context along';
}

# What a context leaves behind
my $enter = "SELECT role FROM auth.enter('$session', 'secret', NULL)";
my $count = 'SELECT count(*) FROM core.appointment';
is said('opdesk_web', $count), '0', 'without a context there are no rows';
is said('opdesk_web', 'BEGIN', $enter, 'COMMIT', $count), "frontdesk\n0", 'nor after the transaction that had one';
is said('opdesk_web', 'BEGIN', $enter, 'ROLLBACK', $count), "frontdesk\n0", 'nor after one that was rolled back';
is said('opdesk_web', 'BEGIN', 'SAVEPOINT a', $enter, 'ROLLBACK TO a', $count), "frontdesk\n0", 'nor after a part of one';
is said('opdesk_web', 'BEGIN', $enter, 'RESET ALL', $count), "frontdesk\n0", 'nor after a RESET ALL';
like said('opdesk_web', 'BEGIN', $enter, 'SELECT 1/0', 'ROLLBACK', $count), qr/22012.*\n0$/s, 'nor after an error';
is said('opdesk_web', $enter, $count), "frontdesk\n0", 'nor after a statement without a transaction';
is said('opdesk_web', "COPY (SELECT id FROM core.appointment) TO STDOUT"), '', 'COPY sees what SELECT sees';
is said('opdesk_backup', 'SELECT count(*) > 100 FROM core.appointment'), 't', 'the backup sees all';
is said('opdesk_backup', 'DELETE FROM core.appointment'), 'ERROR:  42501', 'and changes nothing';
is said('opdesk_hub', 'SELECT count(*) > 0 FROM feed.changes(' . "'$clinic', 0, 10)"), 't', 'the hub reads the feed';
is said('opdesk_hub', 'BEGIN', "SELECT auth.enter_system('$clinic') IS NULL", 'SELECT count(*) > 100 FROM core.appointment'), "f\nt", 'and a clinic that it enters';
is said('opdesk_web', "SELECT count(*) FROM feed.changes('$clinic', 0, 10)"), 'ERROR:  42501', 'which no program does';
done_testing;
