#!/usr/bin/perl
# PATCH /api/appointments and /api/appointments/{id}: a stranger adds to their
# own lead, books it, and moves it, with the token that came with it.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $desk) = map { $clinic->as($_) } qw(none frontdesk);
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';

sub made (%more) { $visitor->post('/api/appointments', { name => 'Ila Bapat', phone => '9811112222', %more })->json }
sub amend ($made, $body, %o) {
	my $who = $o{who} // $visitor;
	my $token = exists $o{token} ? $o{token} : $made->{editToken};
	return $who->patch("/api/appointments/$made->{appointment}{id}", $body, defined $token ? { 'X-Edit-Token' => $token } : {});
}
sub version_of ($made) { $clinic->psql("SELECT version FROM core.appointment WHERE id = '$made->{appointment}{id}'") }

my $lead = made(reason => 'Call back');
my $res = amend($lead, { email => 'ila@example.org' });
status_is $res, 200, 'whoever made a lead may add to it';
my $now = $res->json->{appointment};
is "$now->{email} $now->{reason} $now->{name} $now->{status} $now->{version}", 'ila@example.org Call back Ila Bapat lead 2', 'what was not sent stays, and the version is one more';
is $res->header('ETag'), '"2"', 'the tag too';
$res = $visitor->patch('/api/appointments', { id => $now->{id}, reason => undef }, { 'X-Edit-Token' => $lead->{editToken} });
status_is $res, 200, 'the id may stand in the body';
is $res->json->{appointment}{reason}, undef, 'null empties';
is $res->json->{appointment}{version}, 3, 'which is a change';
error_is $visitor->patch('/api/appointments', { reason => 'x' }, { 'X-Edit-Token' => $lead->{editToken} }), 400, 'VALIDATION_ERROR', 'but it must stand somewhere';
error_is amend($lead, { name => undef }), 400, 'VALIDATION_ERROR', 'a name stays';
error_is amend($lead, { phone => undef }), 400, 'VALIDATION_ERROR', 'so does a number to call';
error_is amend($lead, { phone => '123' }), 400, 'VALIDATION_ERROR', 'a real one';
is amend($lead, { phone => '098222 33333' })->json->{appointment}{phone}, '+919822233333', 'which is written like all others';
for my $member (qw(notes status patientId walkIn outsideHours undo version source isDeleted)) {
	error_is amend($lead, { $member => 'x' }), 400, 'VALIDATION_ERROR', "$member is not theirs to set";
}
my $version = version_of($lead);

# The token opens this row and no other.
my $other = made();
my %before = rows_of($clinic);
error_is amend($lead, { reason => 'x' }, token => $_), 404, 'NOT_FOUND', 'not with ' . ($_ ? 'another token' : 'none')
	for undef, 'x' x 43, $other->{editToken}, $lead->{editToken} . 'x', substr($lead->{editToken}, 1), lc $lead->{editToken};
error_is $visitor->patch("/api/appointments/$nobody", { reason => 'x' }, { 'X-Edit-Token' => $lead->{editToken} }), 404, 'NOT_FOUND', 'not a row that is not there';
my $demo = $clinic->psql("SELECT id FROM core.appointment WHERE edit_hash IS NULL AND status = 'confirmed' LIMIT 1");
error_is $visitor->patch("/api/appointments/$demo", { reason => 'x' }, { 'X-Edit-Token' => $lead->{editToken} }), 404, 'NOT_FOUND', 'not one that has no token';
error_is $visitor->patch("/api/appointments/$demo", { reason => 'x' }), 404, 'NOT_FOUND', 'nor with none';
SKIP: {
	skip 'Apache joins what came twice', 1 if $clinic->server eq 'apache';
	error_is amend($lead, { reason => 'x' }, token => [ $lead->{editToken}, 'x' ]), 400, 'VALIDATION_ERROR', 'two tokens are none';
}
error_is $desk->patch("/api/appointments/$lead->{appointment}{id}", { reason => 'x' }), 404, 'NOT_FOUND', 'the desk has PUT';
error_is $visitor->get("/api/appointments/$lead->{appointment}{id}", { 'X-Edit-Token' => $lead->{editToken} }), 401, 'UNAUTHENTICATED', 'it reads nothing';
same_rows($clinic, \%before, 'and no row was changed');

#
# Booking the lead
#

my $slot = $clinic->free_slot;
$res = amend($lead, $slot);
status_is $res, 200, 'with a time the lead is booked';
$now = $res->json->{appointment};
is "$now->{status} $now->{startsAt} $now->{doctorId} $now->{serviceId}", "confirmed $slot->{startsAt} $slot->{doctorId} $slot->{serviceId}", 'and confirmed, as the service says';
is $now->{version}, $version + 1, 'at the next version';
error_is $visitor->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'the time is taken';
is amend(made(), $clinic->free_slot(service => 'physiotherapy'))->json->{appointment}{status}, 'requested', 'physiotherapy is requested';

my $taker = made();
my $no = amend($taker, $slot);
error_is $no, 409, 'SLOT_TAKEN', 'a time that somebody has cannot be booked';
is scalar @{ $no->json->{alternatives} }, 3, 'others are shown';
is version_of($taker), 1, 'and the lead is as it was';
status_is amend($taker, { %$slot, startsAt => $no->json->{alternatives}[0]{startsAt} }), 200, 'one of them can';

my $wish = $clinic->free_slot;
my $hold = $visitor->post('/api/reservations', $wish)->json;
my $holder = made(doctorId => $DEMO{arun}, serviceId => $DEMO{physiotherapy});
error_is amend(made(), $wish), 409, 'SLOT_TAKEN', 'a held time is nobody else\'s';
error_is amend($holder, { reservationId => $hold->{id}, reservationToken => 'x' }), 404, 'NOT_FOUND', 'a reservation needs its token';
error_is amend($holder, { reservationId => $hold->{id} }), 404, 'NOT_FOUND', 'always';
error_is amend($holder, { reservationId => $hold->{id}, reservationToken => $hold->{token}, startsAt => $clinic->free_slot->{startsAt} }), 400, 'VALIDATION_ERROR', 'and is for its own time';
$res = amend($holder, { reservationId => $hold->{id}, reservationToken => $hold->{token} });
status_is $res, 200, 'the holder books it';
is join(' ', @{ $res->json->{appointment} }{qw(status startsAt doctorId serviceId)}), "confirmed $wish->{startsAt} $wish->{doctorId} $wish->{serviceId}", 'with doctor, service and time of the reservation';
is $clinic->psql("SELECT slot_id = '$hold->{id}' FROM core.appointment WHERE id = '$holder->{appointment}{id}'"), 't', 'in the slot that was held';

#
# Moving
#

my $next = $clinic->free_slot;
$res = amend($lead, { startsAt => $next->{startsAt} });
status_is $res, 200, 'a booked visit can be moved';
is $res->json->{appointment}{startsAt}, $next->{startsAt}, 'to the new time';
status_is $visitor->post('/api/reservations', $slot), 201, 'which gives the old one back';
error_is $visitor->post('/api/reservations', $next), 409, 'SLOT_TAKEN', 'and takes the new one';
my $later = $clinic->free_slot;
my $kept = $visitor->post('/api/reservations', $later)->json;
$res = amend($lead, { reservationId => $kept->{id}, reservationToken => $kept->{token} });
status_is $res, 200, 'to a time that was held, too';
is $clinic->psql("SELECT count(*) FROM core.slot WHERE doctor_id = '$later->{doctorId}' AND starts_at = '$later->{startsAt}' AND state IN ('hold', 'booked')"), 1, 'which is taken once';
status_is $visitor->post('/api/reservations', $next), 201, 'and the time before is free';
$version = version_of($lead);
error_is amend($lead, { startsAt => $next->{startsAt} }), 409, 'SLOT_TAKEN', 'until somebody else holds it';
is version_of($lead), $version, 'a refused move changes nothing';
error_is amend($lead, { startsAt => undef }), 400, 'VALIDATION_ERROR', 'a visit is not unbooked by taking its time away';

# Until the window closes.
$clinic->psql("UPDATE core.service SET cancel_until = '60 days' WHERE id = '$DEMO{consultation}'");
error_is amend($lead, { startsAt => $clinic->free_slot->{startsAt} }), 409, 'BAD_TRANSITION', 'too late to move';
status_is amend($lead, { reason => 'Still coming' }), 200, 'not too late to say why';
$clinic->psql("UPDATE core.service SET cancel_until = '0'");

# Until they are there.
my $id = $lead->{appointment}{id};
for my $status (qw(requested confirmed)) {
	$clinic->psql("UPDATE core.appointment SET status = '$status' WHERE id = '$id'");
	status_is amend($lead, { reason => $status }), 200, "the token works while the visit is $status";
}
for my $status (qw(checked_in in_progress completed cancelled no_show)) {
	$clinic->psql("UPDATE core.appointment SET status = '$status' WHERE id = '$id'");
	error_is amend($lead, { reason => $status }), 404, 'NOT_FOUND', "no longer when it is $status";
}
$clinic->psql("UPDATE core.appointment SET status = 'confirmed', is_deleted = true WHERE id = '$id'");
error_is amend($lead, { reason => 'x' }), 404, 'NOT_FOUND', 'nor when it is deleted';

contract_is_kept;
done_testing;
