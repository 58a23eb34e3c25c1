#!/usr/bin/perl
# POST /api/appointments: leads and bookings, by strangers, patients and staff.
use v5.36;
use lib 't/lib';
use utf8;
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $desk, $meera, $asha, $chatbot) = map { $clinic->as($_) } qw(none frontdesk meera patient chatbot);
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';
my %who = (name => 'Omkar Lele', phone => '+919811112222');

sub row ($id) { ($clinic->rows("SELECT * FROM core.appointment WHERE id = '$id'"))[0] }
sub slot_state ($id) { $clinic->psql("SELECT s.state FROM core.slot s JOIN core.appointment a ON a.slot_id = s.id WHERE a.id = '$id'") }
sub is_offered ($slot) {
	my ($day) = $slot->{startsAt} =~ /^(.{10})/;
	return scalar grep { $_->{startsAt} eq $slot->{startsAt} }
		@{ $visitor->get("/api/availability/$slot->{doctorId}?from=$day&to=$day&serviceId=$slot->{serviceId}")->json->{slots} };
}

#
# A lead
#

my $res = $visitor->post('/api/appointments', { %who, reason => 'Elbow hurts' });
status_is $res, 201, 'a name and a number are enough for a lead';
my $lead = $res->json->{appointment};
is_deeply [ @{$lead}{qw(status version doctorId patientId serviceId startsAt endsAt notes source name phone email reason)} ],
	[ 'lead', 1, undef, undef, undef, undef, undef, undef, 'web', 'Omkar Lele', '+919811112222', undef, 'Elbow hurts' ], 'which has no time yet';
ok !$lead->{walkIn} && !$lead->{isDeleted}, 'is no walk-in and not deleted';
is $res->header('Location'), "/api/appointments/$lead->{id}", 'Location says where it is';
is $res->header('ETag'), '"1"', 'its tag is its version';
is $res->header('Cache-Control'), 'no-store', 'no cache keeps it';
ok length $res->json->{editToken} >= 40, 'who made it gets a token to change it';
unlike $clinic->psql("SELECT a::text FROM core.appointment a WHERE id = '$lead->{id}'"), qr/\Q@{[ $res->json->{editToken} ]}/, 'which stands in no table';
my $wish = $visitor->post('/api/appointments', { %who, doctorId => $DEMO{arun}, serviceId => $DEMO{physiotherapy} })->json->{appointment};
is "$wish->{status} $wish->{doctorId} $wish->{serviceId}", "lead $DEMO{arun} $DEMO{physiotherapy}", 'a lead may say with whom and what for';

# People write numbers as they like; the clinic is in India.
my %number = ('98111 11111' => '+919811111111', '098111-11111' => '+919811111111', '+91 (0)98111 11111' => '+919811111111', '0091 9811111111' => '+919811111111',
	'919811111111' => '+919811111111', '+44 20 7946 0958' => '+442079460958', ' 98111.11111 ' => '+919811111111', '020 2550 1234' => '+912025501234');
is $visitor->post('/api/appointments', { %who, phone => $_ })->json->{appointment}{phone}, $number{$_}, "$_ is $number{$_}" for sort keys %number;
for my $phone ('12345', '', 'call me', '+91 98111', '+9198111111111', '98111 111', '+0123456789', '98111111111' x 3, '+91981111１１１１', 9811111111, '9811111111;ext=5') {
	my $no = $visitor->post('/api/appointments', { %who, phone => $phone });
	error_is $no, 400, 'VALIDATION_ERROR', "'$phone' is no number to call";
	is join(' ', map { $_->{field} } @{ $no->json->{details} }), 'phone', 'and the phone is at fault';
}
my %fault = (
	name => [ undef, '', '   ', 'x' x 121, 5, ['x'], "a\x{7f}b", "a\x{85}b", "Omkar\nLele" ],
	email => [ 'omkar', 'a@b', '@b.in', 'a b@c.in', 'a@b@c.in', 'x' x 250 . '@b.in', "a\@b.in\r\nBcc: x\@y.in", 'a@.in', 'a@b.', '<a@b.in>' ],
	reason => [ 'x' x 1001, "a\x01b", 5 ], doctorId => ['meera'], serviceId => [ 1 ], startsAt => [ 'now', '2026-11-20' ],
	reservationId => ['x'], notes => ['mine'], patientId => [ $DEMO{asha} ], status => ['confirmed'], walkIn => [ JSON::PP::true ], outsideHours => [ JSON::PP::true ],
);
for my $field (sort keys %fault) {
	for my $value (@{ $fault{$field} }) {
		my $no = $visitor->post('/api/appointments', { %who, $field => $value });
		my $shown = substr(($value // 'null') =~ s/[^ -~]/?/gr, 0, 30);
		error_is $no, 400, 'VALIDATION_ERROR', "a stranger's $field is not $shown";
		is join(' ', map { $_->{field} } @{ $no->json->{details} }), $field, 'and that is the fault';
	}
}
for my $name ('अनाहिता देशपांडे', 'Łukasz O\'Brien-Smith', '<script>alert(1)</script>', '"; DROP TABLE x; --', '{{7*7}}', '%s%n', '😀 Asha', '=cmd|calc') {
	my $res = $visitor->post('/api/appointments', { %who, name => "  $name ", reason => $name });
	is $res->json->{appointment}{name}, $name, 'a name is kept as it was typed, without the blanks around it';
	is $desk->get("/api/appointments/" . $res->json->{appointment}{id})->json->{appointment}{reason}, $name, 'and read back so';
	is $res->header('X-Content-Type-Options'), 'nosniff', 'in an answer that is never taken for a page';
}

# Nothing about known people is looked up or shown.
my $known = $visitor->post('/api/appointments', { name => 'Somebody', phone => '+919800000001', email => 'asha@example.org' })->json->{appointment};
is $known->{patientId}, undef, 'a stranger who gives Asha\'s number is not Asha';
is $known->{name}, 'Somebody', 'and learns nothing of her';

#
# A booking
#

my $slot = $clinic->free_slot;
$res = $visitor->post('/api/appointments', { %who, %$slot, email => 'omkar@example.org' });
status_is $res, 201, 'a free time can be booked without a reservation';
my $booked = $res->json->{appointment};
is "$booked->{status} $booked->{version}", 'confirmed 1', 'a consultation is confirmed at once, at version 1';
is $booked->{startsAt}, $slot->{startsAt}, 'at that time';
is epoch($booked->{endsAt}) - epoch($booked->{startsAt}), 900, 'for a quarter of an hour';
is slot_state($booked->{id}), 'booked', 'and the time is taken';
my $physio = $visitor->post('/api/appointments', { %who, %{ $clinic->free_slot(service => 'physiotherapy', doctor => 'arun') } })->json->{appointment};
is "$physio->{status} $physio->{version}", 'requested 1', 'physiotherapy waits as requested';
is epoch($physio->{endsAt}) - epoch($physio->{startsAt}), 2700, 'for three quarters of an hour';
is slot_state($physio->{id}), 'booked', 'and its time is taken as well';
my %before = rows_of($clinic);
my $no = $visitor->post('/api/appointments', { %who, %$slot });
error_is $no, 409, 'SLOT_TAKEN', 'nobody else gets the time';
is scalar @{ $no->json->{alternatives} }, 3, 'but sees what is near';
error_is $visitor->post('/api/appointments', { %who, %$slot, startsAt => at(working_day(2), '09:07') }), 409, 'SLOT_TAKEN', 'a time that is not offered cannot be booked';
error_is $visitor->post('/api/appointments', { %who, startsAt => $slot->{startsAt} }), 400, 'VALIDATION_ERROR', 'a time needs a doctor';
error_is $visitor->post('/api/appointments', { %who, %$slot, doctorId => $nobody }), 404, 'NOT_FOUND', 'who exists';
same_rows($clinic, \%before, 'and a refused booking leaves no row');
my $plain = $clinic->free_slot;
delete $plain->{serviceId};
is $visitor->post('/api/appointments', { %who, %$plain })->json->{appointment}{serviceId}, $DEMO{consultation}, 'without a service the clinic\'s first one counts';

#
# With a reservation
#

sub hold (%slot) {
	my $slot = %slot ? \%slot : $clinic->free_slot;
	my $res = $visitor->post('/api/reservations', $slot);
	return { %{ $res->json }, slot => $slot };
}
sub with ($hold, %more) { return { %who, reservationId => $hold->{id}, reservationToken => $hold->{token}, %more } }

my $hold = hold();
$res = $visitor->post('/api/appointments', with($hold));
status_is $res, 201, 'the holder books with the reservation alone';
$booked = $res->json->{appointment};
is "$booked->{startsAt} $booked->{doctorId} $booked->{serviceId}", join(' ', @{ $hold->{slot} }{qw(startsAt doctorId serviceId)}), 'which has doctor, service and time';
is slot_state($booked->{id}), 'booked', 'the reservation has become the booking';
is $clinic->psql("SELECT slot_id = '$hold->{id}' FROM core.appointment WHERE id = '$booked->{id}'"), 't', 'it is the same row';
status_is $visitor->del("/api/reservations/$hold->{id}", { 'X-Reservation-Token' => $hold->{token} }), 204, 'giving it back now';
is slot_state($booked->{id}), 'booked', 'takes nothing from the booking';
error_is $visitor->post('/api/appointments', with($hold)), 409, 'SLOT_TAKEN', 'and it serves once';
$hold = hold();
status_is $visitor->post('/api/appointments', with($hold, %{ $hold->{slot} })), 201, 'saying the same again is fine';
$hold = hold();
my %other = (startsAt => $clinic->free_slot->{startsAt}, doctorId => $DEMO{arun}, serviceId => $DEMO{followup});
for my $field (sort keys %other) {
	$no = $visitor->post('/api/appointments', with($hold, $field => $other{$field}));
	error_is $no, 400, 'VALIDATION_ERROR', "another $field than the reservation's is refused";
	is $no->json->{details}[0]{field}, $field, 'by its name';
}
error_is $visitor->post('/api/appointments', with($hold, reservationToken => 'x' x 43)), 404, 'NOT_FOUND', 'so is a wrong token';
error_is $visitor->post('/api/appointments', with($hold, reservationToken => hold()->{token})), 404, 'NOT_FOUND', 'one of another reservation';
error_is $visitor->post('/api/appointments', { %who, reservationId => $hold->{id} }), 404, 'NOT_FOUND', 'and none';
error_is $visitor->post('/api/appointments', with($hold, reservationId => $nobody)), 404, 'NOT_FOUND', 'and a reservation that nobody made';
error_is $desk->post('/api/appointments', { %who, reservationId => $hold->{id} }), 404, 'NOT_FOUND', 'from the desk too';
status_is $visitor->post('/api/appointments', with($hold)), 201, 'none of which spoils it';

$hold = hold();
$clinic->age(hold => 3600);
$booked = $visitor->post('/api/appointments', with($hold));
status_is $booked, 201, 'a reservation that ran out books while the time is free';
is slot_state($booked->json->{appointment}{id}), 'booked', 'and takes it';
$hold = hold();
$clinic->age(hold => 3600);
hold(%{ $hold->{slot} });
error_is $visitor->post('/api/appointments', with($hold)), 409, 'SLOT_TAKEN', 'and no more once somebody else has it';

#
# Signed in
#

$slot = $clinic->free_slot;
$res = $asha->post('/api/appointments', { %$slot, reason => 'Knee' });
status_is $res, 201, 'a patient need not type their name';
$booked = $res->json->{appointment};
is "$booked->{name} $booked->{phone} $booked->{patientId} $booked->{source}", "Asha Patil +919800000001 $DEMO{asha} patient", 'the booking is theirs';
is $res->json->{editToken}, undef, 'and needs no token';
status_is $asha->post('/api/appointments', { patientId => $DEMO{asha}, %{ $clinic->free_slot } }), 201, 'they may say who they are';
error_is $asha->post('/api/appointments', { patientId => $DEMO{bilal}, %{ $clinic->free_slot } }), 403, 'FORBIDDEN', 'but not that they are another';
is $asha->post('/api/appointments', { name => 'Her Daughter', phone => '9811133333' })->json->{appointment}{name}, 'Her Daughter', 'the name on the visit is as typed';
error_is $asha->post('/api/appointments', { $_->[0] => $_->[1] }), 400, 'VALIDATION_ERROR', "$_->[0] is not theirs to say"
	for [ notes => 'x' ], [ status => 'confirmed' ], [ walkIn => JSON::PP::true ], [ outsideHours => JSON::PP::true ];
$booked = $chatbot->post('/api/appointments', { %{ $clinic->free_slot } })->json->{appointment};
is "$booked->{name} $booked->{source} $booked->{patientId}", "Asha Patil chatbot $DEMO{asha}", 'the assistant books for whom it serves';
error_is $chatbot->post('/api/appointments', { patientId => $DEMO{bilal}, %{ $clinic->free_slot } }), 400, 'VALIDATION_ERROR', 'and for nobody else';

$slot = $clinic->free_slot(doctor => 'arun');
$res = $desk->post('/api/appointments', { patientId => $DEMO{bilal}, notes => 'Wheelchair', %$slot });
status_is $res, 201, 'the desk books for a patient by id';
$booked = $res->json->{appointment};
is "$booked->{name} $booked->{phone} $booked->{source} $booked->{notes} $booked->{status}", 'Bilal Shaikh +919800000002 desk Wheelchair confirmed', 'whose name and number it takes';
is $res->json->{editToken}, undef, 'without a token';
is $clinic->as('bilal')->get("/api/appointments/$booked->{id}")->json->{appointment}{notes}, undef, 'the notes are the staff\'s';
is $meera->post('/api/appointments', { %who, %{ $clinic->free_slot } })->json->{appointment}{source}, 'desk', 'a doctor is staff';
is $meera->post('/api/appointments', { %who })->json->{appointment}{doctorId}, $DEMO{meera}, 'and what they enter is theirs';
error_is $meera->post('/api/appointments', { %who, %{ $clinic->free_slot(doctor => 'arun') } }), 403, 'FORBIDDEN', 'a doctor books for no other doctor';
error_is $desk->post('/api/appointments', {}), 400, 'VALIDATION_ERROR', 'without a patient the desk types a name';
error_is $desk->post('/api/appointments', { patientId => $nobody }), 404, 'NOT_FOUND', 'and a patient must be there';
is $desk->post('/api/appointments', { name => 'No Phone' })->json->{appointment}{phone}, undef, 'somebody at the desk need not have a phone';
for my $status (qw(requested confirmed checked_in)) {
	is $desk->post('/api/appointments', { %who, status => $status, %{ $clinic->free_slot } })->json->{appointment}{status}, $status, "the desk may book as $status";
}
for my $status (qw(in_progress completed cancelled no_show booked), '') {
	error_is $desk->post('/api/appointments', { %who, status => $status, %{ $clinic->free_slot } }), 400, 'VALIDATION_ERROR', "but not as '$status'";
}
error_is $desk->post('/api/appointments', { %who, status => 'confirmed' }), 400, 'VALIDATION_ERROR', 'nothing is confirmed without a time';
is $desk->post('/api/appointments', { %who, status => 'lead' })->json->{appointment}{status}, 'lead', 'a lead can be';
error_is $desk->post('/api/appointments', { %who, status => 'lead', %{ $clinic->free_slot } }), 400, 'VALIDATION_ERROR', 'and has none';

# One patient in one place.
$slot = $clinic->free_slot(doctor => 'arun');
my $same = { %$slot, doctorId => $DEMO{meera} };
while (!is_offered($same)) {
	$slot = $clinic->free_slot(doctor => 'arun');
	$same = { %$slot, doctorId => $DEMO{meera} };
}
status_is $desk->post('/api/appointments', { patientId => $DEMO{chitra}, %$slot }), 201, 'Chitra sees Dr. Shah';
%before = rows_of($clinic);
error_is $desk->post('/api/appointments', { patientId => $DEMO{chitra}, %$same }), 409, 'PATIENT_BUSY', 'and cannot see Dr. Rao at that time';
same_rows($clinic, \%before, 'which leaves no row');
status_is $visitor->post('/api/appointments', { name => 'Chitra Nair', phone => '+919800000003', %$same }), 201, 'of a stranger nobody knows that';

# Notice, horizon and hours bind patients, not the desk.
$clinic->psql("UPDATE core.service SET notice = '60 days' WHERE id = '$DEMO{followup}'");
my $soon = { %{ $clinic->free_slot }, serviceId => $DEMO{followup} };
error_is $visitor->post('/api/appointments', { %who, %$soon }), 409, 'SLOT_TAKEN', 'too late for a stranger';
error_is $asha->post('/api/appointments', $soon), 409, 'SLOT_TAKEN', 'and for a patient';
my $late = $desk->post('/api/appointments', { %who, %$soon });
status_is $late, 201, 'not for the desk';
my $far = { doctorId => $DEMO{meera}, startsAt => at(working_day(200), '09:00') };
error_is $visitor->post('/api/appointments', { %who, %$far }), 409, 'SLOT_TAKEN', 'too far for a stranger';
status_is $desk->post('/api/appointments', { %who, %$far }), 201, 'not for the desk';
my $night = { doctorId => $DEMO{meera}, startsAt => at(working_day(4), '21:05') };
error_is $desk->post('/api/appointments', { %who, %$night }), 409, 'SLOT_TAKEN', 'the desk keeps the doctor\'s hours';
status_is $desk->post('/api/appointments', { %who, %$night, outsideHours => JSON::PP::true }), 201, 'unless it says otherwise';
error_is $desk->post('/api/appointments', { %who, %$night, outsideHours => JSON::PP::true, startsAt => at(working_day(4), '21:15') }), 409, 'SLOT_TAKEN', 'and never books over another visit';
status_is $desk->post('/api/appointments', { %who, %$night, outsideHours => JSON::PP::true, startsAt => at(working_day(4), '21:20') }), 201, 'but right behind it';

is $clinic->psql(q{SELECT count(*) FROM core.slot a JOIN core.slot b ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.during && b.during
	WHERE a.state IN ('hold', 'booked') AND b.state IN ('hold', 'booked')}), 0, 'no two of all these share a doctor\'s time';
is $clinic->psql("SELECT count(*) FROM core.appointment a WHERE a.version <> 1 AND a.created_at > now() - interval '5 minutes' AND a.id::text NOT LIKE '________-____-5%' AND NOT a.mailed"), 0,
	'and each of them was made at version 1';

contract_is_kept;
done_testing;
