#!/usr/bin/perl
# One worker, one connection, many callers: nobody inherits anything from who
# was there before (security.md B-30, B-32).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(appointments admin profiles auth availability)], workers => 1, set => { OPDESK_LIMIT_BOOKING => 100 });
my $next_door = Opdesk::Neighbour->new($clinic);
my %caller = (map({ $_ => $clinic->as($_) } qw(none patient bilal meera frontdesk admin)), 'admin next door' => $next_door->as('admin'), 'patient next door' => $next_door->as('patient'));
my %where = (
	patient => "patient_id = '$DEMO{asha}'", bilal => "patient_id = '$DEMO{bilal}'", meera => "doctor_id = '$DEMO{meera}'", frontdesk => "clinic_id = '$DEMO{clinic}'", admin => "clinic_id = '$DEMO{clinic}'",
	'admin next door' => 'clinic_id = \'' . $next_door->id('clinic') . "'", 'patient next door' => 'patient_id = \'' . $next_door->id('patient') . "'",
);
my %sees = map { $_ => $clinic->psql("SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM (SELECT id FROM core.appointment WHERE NOT is_deleted AND $where{$_} ORDER BY starts_at DESC NULLS FIRST, id LIMIT 200) x") } keys %where;
my $sql_error = $clinic->psql("SELECT id FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND status = 'completed' LIMIT 1");

sub list ($who) {
	my $res = $caller{$who}->get('/api/appointments?limit=200');
	return $res->status == 200 ? join ' ', sort map { $_->{id} } @{ $res->json->{items} } : $res->status;
}

# What may go wrong in between; none of it may leave a trace.
my $gone = $clinic->as('frontdesk');
$gone->post('/api/auth/logout');
my %between = (
	'nothing' => sub { },
	'a refusal' => sub { $caller{admin}->put("/api/appointments/$sql_error", { version => 1, status => 'lead' }) },
	'a fault in a field' => sub { $caller{admin}->get('/api/appointments?limit=x') },
	'a row that is not there' => sub { $caller{admin}->get('/api/appointments/9999abcd-9999-4999-8999-9999abcdef99') },
	'a session that is over' => sub { $gone->get('/api/appointments') },
	'a session that is over, with a fault' => sub { $gone->get('/api/appointments?limit=x') },
	'a role that may not' => sub { $caller{patient}->post('/api/admin/appointments/sync', {}) },
	'a worker whose statements are forgotten' => sub { $clinic->psql('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE \'opdesk%\'') },
);
my @pids = map { $clinic->workers($_) } qw(appointments admin);
for my $what (sort keys %between) {
	for my $who (sort keys %where) {
		$between{$what}->();
		is list($who), $sees{$who}, "after $what, $who sees what is theirs";
	}
	is list('none'), 401, '... and a stranger nothing';
	is $caller{none}->post('/api/appointments', { name => 'N', phone => '9811112222' })->json->{appointment}{source}, 'web', '... who is a stranger when they write';
	$clinic->psql("DELETE FROM core.appointment WHERE name = 'N'");
}
is join(' ', map { $clinic->workers($_) } qw(appointments admin)), "@pids", 'all by the same two workers';

# A connection that died while nobody asked is nobody's fault.
my $die = $between{'a worker whose statements are forgotten'};
$die->();
error_is $caller{admin}->get('/api/appointments?limit=x'), 400, 'VALIDATION_ERROR', 'after it a fault is still a fault, not a session that is over';
$die->();
error_is $caller{patient}->post('/api/admin/appointments/sync', {}), 403, 'FORBIDDEN', 'and who may not, may not';
$die->();
status_is $caller{none}->post('/api/appointments', { name => 'N', phone => '9811112222' }), 201, 'a stranger is counted and served';
$clinic->cut_database;
error_is $caller{admin}->get('/api/appointments?limit=x'), 503, 'UNAVAILABLE', 'without a database nobody is signed out';
error_is $caller{none}->post('/api/appointments', { name => 'N', phone => '9811112222' }), 503, 'UNAVAILABLE', 'and nobody served';
$clinic->restore_database;
$clinic->psql("DELETE FROM core.appointment WHERE name = 'N'");
wait_until { list('admin') eq $sees{admin} } 'with it everybody is';

# Functions that are made anew under a running program: it forgets and asks again.
$clinic->psql("SET ROLE opdesk_api; CREATE OR REPLACE FUNCTION api.appointment(id uuid) RETURNS SETOF api.appointment_row LANGUAGE plpgsql STABLE AS 'BEGIN RETURN; END'; RESET ROLE");
status_is $caller{admin}->get("/api/appointments/$sql_error"), 404, 'a function that is replaced is the one that answers';
$clinic->psql("ALTER TABLE core.appointment ADD COLUMN more int");
is list('admin'), $sees{admin}, 'a column more disturbs no program';
is join(' ', map { $clinic->workers($_) } qw(appointments admin)), "@pids", 'nor ends it';

contract_is_kept;
done_testing;
