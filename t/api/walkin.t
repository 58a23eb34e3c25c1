#!/usr/bin/perl
# POST /api/appointments with walkIn: who stands at the desk without a time.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability appointments)]);
my ($visitor, $desk, $meera, $asha) = map { $clinic->as($_) } qw(none frontdesk meera patient);
my $yes = JSON::PP::true;

my $slots = $clinic->psql('SELECT count(*) FROM core.slot');
my $res = $desk->post('/api/appointments', { name => 'Baban Gite', walkIn => $yes, reason => 'Cut on the hand' });
status_is $res, 201, 'the desk takes in whoever stands there';
my $here = $res->json->{appointment};
is "$here->{status} $here->{source} $here->{version}", 'checked_in desk 1', 'straight to the waiting list';
ok $here->{walkIn}, 'as a walk-in';
is_deeply [ @{$here}{qw(startsAt endsAt doctorId phone)} ], [ undef, undef, undef, undef ], 'without time, doctor or phone';
is $clinic->psql('SELECT count(*) FROM core.slot'), $slots, 'and without taking anybody\'s';
my @list = map { $_->{id} } @{ $desk->get('/api/appointments?status=checked_in,in_progress')->json->{items} };
ok scalar(grep { $_ eq $here->{id} } @list), 'Today\'s board finds them';

is $desk->post('/api/appointments', { walkIn => $yes, patientId => $DEMO{asha}, doctorId => $DEMO{arun}, serviceId => $DEMO{followup} })->json->{appointment}{name}, 'Asha Patil',
	'a known patient may come without a time, for somebody';
is $meera->post('/api/appointments', { walkIn => $yes, name => 'For me' })->json->{appointment}{doctorId}, $DEMO{meera}, 'who comes to a doctor is theirs';
is $desk->post('/api/appointments', { walkIn => $yes, name => 'N', status => 'checked_in' })->json->{appointment}{status}, 'checked_in', 'their status may be said, too';

my %before = rows_of($clinic);
for my $status (qw(lead requested confirmed in_progress completed cancelled no_show)) {
	error_is $desk->post('/api/appointments', { walkIn => $yes, name => 'N', status => $status }), 400, 'VALIDATION_ERROR', "nobody walks in $status";
}
error_is $desk->post('/api/appointments', { walkIn => $yes, name => 'N', %{ $clinic->free_slot } }), 400, 'VALIDATION_ERROR', 'nor with a time';
error_is $desk->post('/api/appointments', { walkIn => 'yes', name => 'N' }), 400, 'VALIDATION_ERROR', 'it is true or false';
error_is $desk->post('/api/appointments', { walkIn => $yes }), 400, 'VALIDATION_ERROR', 'they have a name';
error_is $asha->post('/api/appointments', { walkIn => $yes }), 400, 'VALIDATION_ERROR', 'a patient does not check themselves in';
error_is $visitor->post('/api/appointments', { walkIn => $yes, name => 'N', phone => '9811111111' }), 400, 'VALIDATION_ERROR', 'nor a stranger';
same_rows($clinic, \%before, 'nothing of which is written');
is $desk->post('/api/appointments', { walkIn => JSON::PP::false, name => 'N' })->json->{appointment}{status}, 'lead', 'walkIn false is no walk-in';

# From there they go the same way as everybody.
my $version = 1;
for my $status (qw(in_progress completed)) {
	$res = $desk->put("/api/appointments/$here->{id}", { version => $version++, status => $status });
	is $res->json->{appointment}{status}, $status, "then $status";
}
$here = $desk->post('/api/appointments', { name => 'Left', walkIn => $yes })->json->{appointment};
status_is $desk->del("/api/appointments/$here->{id}"), 204, 'or they leave';
is $desk->put("/api/appointments/$here->{id}", { version => 2, undo => $yes })->json->{appointment}{status}, 'checked_in', 'and come back';
$here = $desk->post('/api/appointments', { name => 'Later', walkIn => $yes })->json->{appointment};
my $slot = $clinic->free_slot;
$res = $desk->put("/api/appointments/$here->{id}", { version => 1, %$slot });
status_is $res, 200, 'who is given a time has it';
is "@{ $res->json->{appointment} }{qw(status startsAt)}", "checked_in $slot->{startsAt}", 'and still waits';
is $clinic->psql("SELECT state FROM core.slot WHERE doctor_id = '$slot->{doctorId}' AND starts_at = '$slot->{startsAt}'"), 'booked', 'on the doctor\'s time';

contract_is_kept;
done_testing;
