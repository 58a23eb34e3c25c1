#!/usr/bin/perl
# Somebody holds a row for long: others hear 503 in time, nothing of theirs
# happens later, and reading goes on (security.md F-130, F-131).
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Parallel;
use Opdesk::Sql;
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(programs => [qw(appointments availability admin)], workers => 4);
my $desk = $clinic->as('frontdesk');
my ($slot, $other) = ($clinic->free_slot, $clinic->free_slot(doctor => 'arun'));
my $visit = $desk->post('/api/appointments', { name => 'Locked', phone => '9811112222' })->json->{appointment};
my $page = $desk->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => '' })->json->{cursor};

my $holder = Opdesk::Sql->new($clinic);
$holder->run("BEGIN; SELECT FROM core.doctor WHERE id = '$DEMO{meera}' FOR UPDATE; SELECT FROM core.appointment WHERE id = '$visit->{id}' FOR UPDATE");

my $waiting = start_all(2, sub ($n) {
	my $began = time;
	my $res = $n == 1 ? $clinic->visitor->post('/api/appointments', { name => 'Waits', phone => '9811112222', %$slot }) : $desk->put("/api/appointments/$visit->{id}", { version => 1, reason => 'waits' });
	return { status => $res->status, code => $res->json->{code}, retry => $res->header('Retry-After'), seconds => time - $began };
});
status_is $clinic->visitor->post('/api/appointments', { name => 'Elsewhere', phone => '9811112222', %$other }), 201, 'another doctor can be booked meanwhile';
status_is $desk->get("/api/appointments/$visit->{id}"), 200, 'and the row be read';
status_is $clinic->visitor->get("/api/availability/$DEMO{meera}"), 200, 'and the doctor\'s free times';
is $desk->post('/api/admin/appointments/sync', { cursor => $page })->json->{updates}[0]{name}, 'Elsewhere', 'and pages be synced';
for my $told ($waiting->()) {
	is "$told->{status} $told->{code} $told->{retry}", '503 UNAVAILABLE 1', 'who waits for the row hears 503';
	cmp_ok $told->{seconds}, '<', 5.5, sprintf '... after %.1f seconds', $told->{seconds};
}
$holder->run('COMMIT');
status_is $desk->put("/api/appointments/$visit->{id}", { version => 1, reason => 'now' }), 200, 'afterwards the row is as it was: nothing was done behind anybody\'s back';
status_is $clinic->visitor->post('/api/appointments', { name => 'Again', phone => '9811112222', %$slot }), 201, 'and the time is free';
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE name = 'Waits'"), 0, 'no trace is left of the request that waited';
done_testing;
