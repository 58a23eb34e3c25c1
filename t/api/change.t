#!/usr/bin/perl
# GET, PUT and DELETE /api/appointments/{id}: versions, moves, cancelling.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $desk, $admin, $meera, $arun, $asha, $bilal) = map { $clinic->as($_) } qw(none frontdesk admin meera arun patient bilal);
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';

sub made (%more) {
	for (1 .. 20) { # the patient may have a visit at the first free time
		my $slot = $more{startsAt} ? {} : $clinic->free_slot;
		my $res = $desk->post('/api/appointments', { patientId => $DEMO{asha}, %$slot, %more });
		return $res->json->{appointment} if $res->status == 201;
		die $res->line if $res->json->{code} ne 'PATIENT_BUSY';
	}
}
sub put ($a, $body, %o) { ($o{who} // $desk)->put("/api/appointments/$a->{id}", { version => $a->{version}, %$body }, $o{headers} // {}) }
sub now ($a) { $desk->get("/api/appointments/$a->{id}")->json->{appointment} }
sub revisions ($a) { $clinic->psql("SELECT count(*) FROM core.revision WHERE appointment_id = '$a->{id}'") }
sub taken ($slot) { $clinic->psql("SELECT count(*) FROM core.slot WHERE doctor_id = '$slot->{doctorId}' AND starts_at = '$slot->{startsAt}' AND state = 'booked'") }

#
# Reading one
#

my $visit = made(reason => 'Knee', notes => 'Bring x-rays');
my $res = $desk->get("/api/appointments/$visit->{id}");
status_is $res, 200, 'the desk reads a visit';
is_deeply $res->json, { appointment => $visit }, 'as POST answered it';
is $res->header('ETag'), '"1"', 'with its version as tag';
is $res->header('Cache-Control'), 'no-store', 'for nobody else to keep';
status_is $desk->get("/api/appointments/$visit->{id}", { 'If-None-Match' => '"1"' }), 304, 'who has that version gets a 304';
status_is $desk->get("/api/appointments/$visit->{id}", { 'If-None-Match' => '"2"' }), 200, 'who has another gets it';
my $hers = $asha->get("/api/appointments/$visit->{id}")->json->{appointment};
is_deeply $hers, { %$visit, notes => undef }, 'its patient reads all but the notes';
is $meera->get("/api/appointments/$visit->{id}")->json->{appointment}{notes}, 'Bring x-rays', 'its doctor all';
error_is $_->get("/api/appointments/$visit->{id}"), 404, 'NOT_FOUND', 'to others it is not there' for $bilal, $arun;

#
# Saving against a version
#

$res = put($visit, { reason => 'Knee and hip' });
status_is $res, 200, 'PUT changes what is sent';
my $after = $res->json->{appointment};
is_deeply { %$after, updatedAt => 0 }, { %$visit, reason => 'Knee and hip', version => 2, updatedAt => 0 }, 'the rest stays';
is $res->header('ETag'), '"2"', 'the version is one more';
ok $after->{updatedAt} gt $visit->{updatedAt}, 'and it says when';
is revisions($visit), 2, 'who changed what is on record, once';

my %before = rows_of($clinic);
my $no = put($visit, { reason => 'Other' });
error_is $no, 409, 'VERSION_CONFLICT', 'who saves against the version before is told so';
is_deeply $no->json->{current}, $after, 'and shown the current row';
is put($visit, { reason => 'x' }, who => $asha)->json->{current}{notes}, undef, 'a patient without its notes';
error_is put({ %$after, version => 3 }, { reason => 'x' }), 409, 'VERSION_CONFLICT', 'a version to come is none either';
for my $body ({}, { reason => 'x' }, { version => undef, reason => 'x' }) {
	$no = $desk->put("/api/appointments/$visit->{id}", $body);
	error_is $no, 400, 'VALIDATION_ERROR', 'without a version nothing is saved';
	is join(' ', map { $_->{field} } @{ $no->json->{details} }), 'version', 'it is the version that is missing';
}
error_is $desk->put("/api/appointments/$visit->{id}", { version => $_, reason => 'x' }), 400, 'VALIDATION_ERROR', "$_ is no version" for '2', 2.5, 0, -1, 2147483648, 'x';
error_is $desk->put("/api/appointments/$visit->{id}", { reason => 'x' }, { 'If-Match' => $_ }), 400, 'VALIDATION_ERROR', "nor is If-Match: $_"
	for 'W/"two"', 'W/2', '2', '"2", "3"', '*', '""', '"two"';
error_is $desk->put("/api/appointments/$visit->{id}", { reason => 'x' }, { 'If-Match' => [ '"2"', '"3"' ] }), 400, 'VALIDATION_ERROR', 'nor are two of them';
error_is $desk->put("/api/appointments/$visit->{id}", { reason => 'x' }, { 'If-Match' => '"1"' }), 409, 'VERSION_CONFLICT', 'If-Match is held against the row';
error_is $desk->put("/api/appointments/$visit->{id}", { version => 2, reason => 'x' }, { 'If-Match' => '"1"' }), 409, 'VERSION_CONFLICT', 'and outranks the body';
same_rows($clinic, \%before, 'nothing of this wrote a row');
$res = $desk->put("/api/appointments/$visit->{id}", { reason => 'By tag' }, { 'If-Match' => 'W/"2"' });
is $res->json->{appointment}{version}, 3, 'the right one saves, also as nginx weakens it when it compresses the answer';
$visit = $res->json->{appointment};
$res = put($visit, { reason => undef, email => undef, notes => undef });
is_deeply [ @{ $res->json->{appointment} }{qw(reason email notes)} ], [ undef, undef, undef ], 'null empties';
$visit = $res->json->{appointment};
error_is put($visit, { name => undef }), 400, 'VALIDATION_ERROR', 'a visit has a name';
is put($visit, { phone => undef })->json->{appointment}{phone}, undef, 'a phone the desk may take away';
$visit = now($visit);
error_is put($visit, { phone => undef }, who => $asha), 400, 'VALIDATION_ERROR', 'the patient leaves one';
is put($visit, { phone => '98222 44444' }, who => $asha)->json->{appointment}{phone}, '+919822244444', 'of their own';
$visit = now($visit);
$res = put($visit, {});
is $res->json->{appointment}{version}, $visit->{version} + 1, 'saving nothing is a saving too: the client was told so';
for my $member (qw(id source isDeleted createdAt clinicId walkIn endsAt lockedBy)) {
	error_is put(now($visit), { $member => 'x' }), 400, 'VALIDATION_ERROR', "$member is not anybody's to change";
}
error_is put(now($visit), { $_ => 'x' }, who => $asha), 400, 'VALIDATION_ERROR', "$_ is not the patient's to change" for qw(notes status undo outsideHours);

#
# Moving
#

$visit = made();
my $next = $clinic->free_slot;
$res = put($visit, { startsAt => $next->{startsAt} });
status_is $res, 200, 'another time moves the visit';
$after = $res->json->{appointment};
is "$after->{startsAt} $after->{status} $after->{version}", "$next->{startsAt} confirmed 2", 'which stays confirmed';
is epoch($after->{endsAt}) - epoch($after->{startsAt}), 900, 'and as long as it was';
is taken($visit), 0, 'the old time is free';
is taken($next), 1, 'the new one is not';
my $other = made();
%before = rows_of($clinic);
$no = put($after, { startsAt => $other->{startsAt} });
error_is $no, 409, 'SLOT_TAKEN', 'not on another\'s time';
is scalar @{ $no->json->{alternatives} }, 3, 'others are shown';
error_is put($after, { startsAt => at(working_day(3), '09:01') }), 409, 'SLOT_TAKEN', 'nor off the grid';
error_is put($after, { startsAt => undef }), 400, 'VALIDATION_ERROR', 'nor to no time at all';
error_is put($after, { doctorId => undef }), 400, 'VALIDATION_ERROR', 'nor to no doctor';
error_is put($after, { doctorId => $nobody }), 404, 'NOT_FOUND', 'nor to one who is not there';
error_is put($after, { startsAt => $next->{startsAt}, doctorId => $DEMO{arun} }, who => $asha), 403, 'FORBIDDEN', 'a patient keeps the doctor';
error_is put($after, { serviceId => $DEMO{physiotherapy} }, who => $asha), 403, 'FORBIDDEN', 'and the service';
same_rows($clinic, \%before, 'none of which moves it');
$next = $clinic->free_slot;
is put($after, { startsAt => $next->{startsAt} }, who => $asha)->json->{appointment}{startsAt}, $next->{startsAt}, 'a patient moves their own time';
$after = now($after);
is put($after, { startsAt => $after->{startsAt} })->json->{appointment}{startsAt}, $next->{startsAt}, 'to where it is already: nothing to move';

# A longer visit moves by less than its length: its own time is not in its way.
my ($long) = grep { my $next = minutes_later($_->{startsAt}, 15); my $all = $_->{all}; scalar grep { $_->{startsAt} eq $next } @$all }
	map { my $all = $visitor->get("/api/availability/$DEMO{arun}?from=" . day($_) . '&to=' . day($_) . "&serviceId=$DEMO{physiotherapy}")->json->{slots}; map { { %$_, all => $all } } @$all } 2 .. 9;
my $physio = made(doctorId => $DEMO{arun}, serviceId => $DEMO{physiotherapy}, startsAt => $long->{startsAt}, patientId => undef, name => 'Long');
$res = put($physio, { startsAt => minutes_later($physio->{startsAt}, 15) });
status_is $res, 200, 'a visit of 45 minutes moves by 15';
$after = $res->json->{appointment};
$res = put($after, { serviceId => $DEMO{followup} });
status_is $res, 200, 'another service keeps the time';
is epoch($res->json->{appointment}{endsAt}) - epoch($after->{startsAt}), 900, 'and its own length';

# To a time that is held.
my $hold = $visitor->post('/api/reservations', my $wish = $clinic->free_slot)->json;
$visit = made();
error_is put($visit, { startsAt => $wish->{startsAt} }), 409, 'SLOT_TAKEN', 'a held time is nobody else\'s';
error_is put($visit, { reservationId => $hold->{id}, reservationToken => 'x' x 43 }), 404, 'NOT_FOUND', 'without the token';
$res = put($visit, { reservationId => $hold->{id}, reservationToken => $hold->{token} });
status_is $res, 200, 'with it the visit moves there';
is $res->json->{appointment}{startsAt}, $wish->{startsAt}, 'to the time of the reservation';
is $clinic->psql("SELECT count(*) FROM core.slot WHERE doctor_id = '$wish->{doctorId}' AND starts_at = '$wish->{startsAt}' AND state IN ('hold', 'booked')"), 1, 'which is taken once';
is taken($visit), 0, 'the old one is free';

# To another doctor, and to another patient.
$visit = made();
$next = $clinic->free_slot(doctor => 'arun');
$res = put($visit, { doctorId => $DEMO{arun}, startsAt => $next->{startsAt} });
status_is $res, 200, 'the desk moves a visit to another doctor';
is $arun->get("/api/appointments/$visit->{id}")->json->{appointment}{doctorId}, $DEMO{arun}, 'who sees it now';
error_is $meera->get("/api/appointments/$visit->{id}"), 404, 'NOT_FOUND', 'the one before does no longer';
$visit = now($visit);
$res = put($visit, { patientId => $DEMO{bilal} });
status_is $res, 200, 'the desk links a visit to another patient';
is $res->json->{appointment}{name}, 'Asha Patil', 'the name stays as typed';
status_is $bilal->get("/api/appointments/$visit->{id}"), 200, 'who sees it now';
error_is $asha->get("/api/appointments/$visit->{id}"), 404, 'NOT_FOUND', 'the one before does no longer';
is $clinic->psql("SELECT s.patient_id FROM core.slot s JOIN core.appointment a ON a.slot_id = s.id WHERE a.id = '$visit->{id}'"), $DEMO{bilal}, 'and it is their time that it takes';
my ($first, $second);
for (1 .. 60) {
	$first = $clinic->free_slot(doctor => 'arun');
	$res = $desk->post('/api/appointments', { %$first, doctorId => $DEMO{meera}, patientId => $DEMO{chitra} });
	last if $res->status == 201;
}
status_is $res, 201, 'Chitra is with Dr. Rao';
$second = $desk->post('/api/appointments', { %$first, name => 'Somebody' })->json->{appointment};
error_is put($second, { patientId => $DEMO{chitra} }), 409, 'PATIENT_BUSY', 'so she cannot be with Dr. Shah';
$visit = made(patientId => $DEMO{chitra});
error_is put($visit, { startsAt => $first->{startsAt}, doctorId => $DEMO{arun} }), 409, 'SLOT_TAKEN', 'nor be moved there';
$desk->del("/api/appointments/$second->{id}");
error_is put($visit, { startsAt => $first->{startsAt}, doctorId => $DEMO{arun} }), 409, 'PATIENT_BUSY', 'also when that time is free';
is put(now($visit), { patientId => undef })->json->{appointment}{patientId}, undef, 'null unlinks';

# Booking a lead; the desk may ignore hours, never another visit.
my $lead = $desk->post('/api/appointments', { name => 'Tejas Ranade', phone => '9822011203' })->json->{appointment};
my $night = at(working_day(4), '21:30');
error_is put($lead, { doctorId => $DEMO{meera}, startsAt => $night }), 409, 'SLOT_TAKEN', 'at night the doctor is not there';
$res = put($lead, { doctorId => $DEMO{meera}, startsAt => $night, outsideHours => JSON::PP::true });
is "@{ $res->json->{appointment} }{qw(status version)}", 'confirmed 2', 'unless the desk says so: the lead is booked';
is $res->json->{appointment}{serviceId}, $DEMO{consultation}, 'for the clinic\'s first service';
$lead = $desk->post('/api/appointments', { name => 'Rubina', phone => '9822011202' })->json->{appointment};
error_is put($lead, { doctorId => $DEMO{meera}, startsAt => $night, outsideHours => JSON::PP::true }), 409, 'SLOT_TAKEN', 'two at once never';

for my $status (qw(in_progress completed cancelled no_show)) {
	my $done = made();
	$clinic->psql("UPDATE core.appointment SET status = '$status' WHERE id = '$done->{id}'");
	error_is put({ %$done, version => 2 }, { startsAt => $clinic->free_slot->{startsAt} }), 409, 'BAD_TRANSITION', "what is $status is not moved";
	status_is put({ %$done, version => 2 }, { notes => 'Late note' }), 200, 'but can be noted on';
	error_is put({ %$done, version => 3 }, { reason => 'x' }, who => $asha), 409, 'BAD_TRANSITION', 'not by the patient';
}

#
# Cancelling
#

$visit = made();
status_is $desk->del("/api/appointments/$visit->{id}"), 204, 'DELETE cancels';
$after = now($visit);
is "$after->{status} $after->{version}", 'cancelled 2', 'the row stays, one version later';
ok !$after->{isDeleted}, 'and is not deleted';
is $after->{startsAt}, $visit->{startsAt}, 'it keeps its time';
is taken($visit), 0, 'which is free for others';
ok scalar(grep { $_->{id} eq $visit->{id} } @{ $desk->get("/api/appointments?patientId=$DEMO{asha}&limit=200")->json->{items} }), 'and it stays in lists';
status_is $desk->del("/api/appointments/$visit->{id}"), 204, 'again: it is cancelled already';
is now($visit)->{version}, 2, 'and no version later';
is revisions($visit), 2, 'nor again on record';
for my $status (qw(in_progress completed no_show)) {
	my $done = made();
	$clinic->psql("UPDATE core.appointment SET status = '$status' WHERE id = '$done->{id}'");
	error_is $desk->del("/api/appointments/$done->{id}"), 409, 'BAD_TRANSITION', "what is $status is not cancelled";
}
my $here = made(status => 'checked_in');
error_is $asha->del("/api/appointments/$here->{id}"), 409, 'BAD_TRANSITION', 'who has checked in tells the desk';
status_is $desk->del("/api/appointments/$here->{id}"), 204, 'which cancels it';
$visit = made();
error_is $_->del("/api/appointments/$visit->{id}"), 404, 'NOT_FOUND', 'nobody cancels another\'s visit' for $bilal, $arun;
status_is $asha->del("/api/appointments/$visit->{id}"), 204, 'the patient cancels theirs';
$clinic->psql("UPDATE core.service SET cancel_until = '60 days'");
$visit = made();
error_is $asha->del("/api/appointments/$visit->{id}"), 409, 'BAD_TRANSITION', 'until the window closes';
error_is put($visit, { startsAt => $clinic->free_slot->{startsAt} }, who => $asha), 409, 'BAD_TRANSITION', 'which is also for moving';
status_is put($visit, { startsAt => $clinic->free_slot->{startsAt} }), 200, 'the desk does both';
status_is $desk->del("/api/appointments/$visit->{id}"), 204, 'at any time';
status_is $asha->del('/api/appointments/' . $desk->post('/api/appointments', { patientId => $DEMO{asha} })->json->{appointment}{id}), 204, 'a lead has no window';

is $clinic->psql(q{SELECT count(*) FROM core.appointment a WHERE version > 1 AND version <> (SELECT count(*) FROM core.revision r WHERE r.appointment_id = a.id)}), 0,
	'every version of every row is on record exactly once';
contract_is_kept;
done_testing;
