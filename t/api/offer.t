#!/usr/bin/perl
# An administrator changes the clinic, its doctors and its services; what is not
# offered any more cannot be booked by strangers and patients.
use v5.36;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(clinic doctors services availability reservations appointments)]);
my $next_door = Opdesk::Neighbour->new($clinic);
my ($admin, $desk, $patient, $visitor) = (map({ $clinic->as($_) } qw(admin frontdesk patient)), $clinic->visitor);
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);

sub one ($path, $id) { (grep { $_->{id} eq $id } @{ $visitor->get($path)->json->{items} })[0] }
sub names ($path) { join ', ', map { $_->{name} } @{ $visitor->get($path)->json->{items} } }
sub change ($what, $id, %members) { $admin->patch("/api/$what/$id", { version => one("/api/$what", $id)->{version}, %members }) }
sub free_times ($who, $doctor, $service) { scalar @{ $who->get("/api/availability/$doctor?serviceId=$service&from=" . working_day(3) . '&to=' . working_day(5))->json->{slots} } }

#
# The clinic
#

my $was = $visitor->get('/api/clinic')->json;
my $res = $admin->put('/api/clinic', { version => $was->{version}, name => ' Hemant Clinic ', phone => '020 2550 9999', address => '' });
status_is $res, 200, 'the clinic gets another name';
is_deeply $res->json, { %$was, version => $was->{version} + 1, name => 'Hemant Clinic', phone => '+912025509999', address => undef }, 'and number, as it is dialled, and loses its address; the rest stays';
is_deeply $visitor->get('/api/clinic')->json, $res->json, 'for everybody';
$res = $admin->put('/api/clinic', { version => $was->{version}, name => 'Late' });
error_is $res, 409, 'VERSION_CONFLICT', 'who saves against what was before is told';
is $res->json->{current}{name}, 'Hemant Clinic', 'and shown what is';
error_is $admin->put('/api/clinic', { name => 'Blind' }), 400, 'VALIDATION_ERROR', 'who does not say what they saw is refused';
my $version = $was->{version} + 1;
for my $case ([ name => '' ], [ name => undef ], [ name => 'x' x 121 ], [ phone => '12' ], [ address => 'x' x 301 ], [ timeZone => 'Mars/Olympus' ], [ timeZone => 'EST5' ],
	[ timeZone => "Asia/Kolkata'" ], [ country => 'in' ], [ country => 'IND' ], [ country => '12' ], [ currency => 'rs' ], [ currency => 'inr' ]) {
	my ($field, $value) = @$case;
	$res = $admin->put('/api/clinic', { version => $version, $field => $value });
	error_is $res, 400, 'VALIDATION_ERROR', "no $field: " . ($value // 'null');
	is $res->json->{details}[0]{field}, $field, 'which is named';
}
status_is $admin->put('/api/clinic', { version => $version, timeZone => 'America/New_York', country => 'US', currency => 'USD', phone => '(212) 555-0199' }), 200, 'the clinic moves';
is_deeply [ @{ $visitor->get('/api/clinic')->json }{qw(timeZone country currency phone today version)} ],
	[ 'America/New_York', 'US', 'USD', '+12125550199', $clinic->psql("SELECT (now() AT TIME ZONE 'America/New_York')::date"), $version + 1 ], 'to another clock, whose numbers are read by its country';
is one('/api/services', $DEMO{consultation})->{currency}, 'USD', 'and whose prices are in its currency';
is $clinic->psql("SELECT time_zone FROM core.clinic WHERE id = '" . $next_door->id('clinic') . "'"), 'Pacific/Chatham', 'the clinic next door stays where it is';
status_is $admin->put('/api/clinic', { version => $version + 1, map { $_ => $was->{$_} } qw(name timeZone country currency phone address) }), 200, 'and back';

#
# Doctors
#

$res = $admin->post('/api/doctors', { name => ' Dr. Kavya Iyer ', speciality => 'Hand surgery' });
status_is $res, 201, 'a doctor comes';
my $kavya = $res->json->{doctor};
is_deeply $kavya, { id => $kavya->{id}, version => 1, name => 'Dr. Kavya Iyer', speciality => 'Hand surgery', offered => $yes, position => 3 }, 'the last of the list';
is names('/api/doctors'), 'Dr. Meera Rao, Dr. Arun Shah, Dr. Kavya Iyer', 'which everybody sees';
is free_times($visitor, $kavya->{id}, $DEMO{consultation}), 0, 'without hours';
my $hours = { version => 1, rules => [ map { { weekday => $_, start => '09:00', end => '12:00', slotMinutes => 15 } } 1 .. 6 ], exceptions => [] };
status_is $admin->put("/api/availability/$kavya->{id}", $hours), 200, 'until she is given some';
ok free_times($visitor, $kavya->{id}, $DEMO{consultation}) > 0, 'then she can be booked';
$res = change('doctors', $kavya->{id}, name => 'Dr. K. Iyer', speciality => '', position => 1);
status_is $res, 200, 'she is called otherwise, and stands first';
is_deeply $res->json->{doctor}, { %$kavya, version => 2, name => 'Dr. K. Iyer', speciality => undef, position => 1 }, 'as the answer says';
is names('/api/doctors'), 'Dr. K. Iyer, Dr. Meera Rao, Dr. Arun Shah', 'and the list';
change('doctors', $kavya->{id}, position => 2);
is names('/api/doctors'), 'Dr. Meera Rao, Dr. K. Iyer, Dr. Arun Shah', 'in the middle';
change('doctors', $DEMO{meera}, position => 99);
is names('/api/doctors'), 'Dr. K. Iyer, Dr. Arun Shah, Dr. Meera Rao', 'or last, however far that is';
change('doctors', $DEMO{meera}, position => 1);
is join(' ', map { $_->{position} } @{ $visitor->get('/api/doctors')->json->{items} }), '1 2 3', 'places have no gaps';
is one('/api/doctors', $DEMO{meera})->{version}, 1, 'the order is nobody\'s version';
error_is $admin->patch("/api/doctors/$kavya->{id}", { version => 1, name => 'Late' }), 409, 'VERSION_CONFLICT', 'who saves against what was before is told';
error_is $admin->patch("/api/doctors/$kavya->{id}", { version => 2, @$_ }), 400, 'VALIDATION_ERROR', "no doctor: $_->[0]" for [ name => '' ], [ name => undef ], [ name => 'x' x 121 ], [ speciality => 'x' x 121 ], [ offered => 'no' ], [ position => 0 ], [ rules => [] ];
error_is $admin->post('/api/doctors', $_), 400, 'VALIDATION_ERROR', 'nor without a name' for {}, { name => ' ' }, { name => undef };
my %key = ('Idempotency-Key' => 'one doctor and no second');
is join(' ', map { $admin->post('/api/doctors', { name => 'Once' }, \%key)->json->{doctor}{id} } 1, 2) =~ /^(\S+) \1$/, 1, 'what is sent twice under one key is done once';

#
# Services
#

$res = $admin->post('/api/services', { name => 'Dressing' });
status_is $res, 201, 'a service comes';
my $dressing = $res->json->{service};
is_deeply $dressing, { id => $dressing->{id}, version => 1, name => 'Dressing', description => undef, durationMinutes => 15, bufferMinutes => 0, price => 0, currency => 'INR',
	noticeMinutes => 0, horizonDays => 90, cancelMinutes => 0, autoConfirm => $yes, offered => $yes, position => 4 }, 'as short visits are, the last of the list';
my %all = (name => 'Dressing change', description => 'Bring the old one', durationMinutes => 10, bufferMinutes => 5, price => 25050, noticeMinutes => 90, horizonDays => 30, cancelMinutes => 120, autoConfirm => $no);
$res = change('services', $dressing->{id}, %all);
is_deeply $res->json->{service}, { %$dressing, %all, version => 2 }, 'everything of it can be changed';
is_deeply one('/api/services', $dressing->{id}), $res->json->{service}, 'for everybody';
is_deeply change('services', $dressing->{id}, price => 0)->json->{service}, { %$dressing, %all, price => 0, version => 3 }, 'one thing at a time, too';
change('services', $dressing->{id}, position => 1);
is names('/api/services'), 'Dressing change, Consultation, Follow-up, Physiotherapy', 'and its place';
is $visitor->get("/api/availability/$DEMO{meera}?from=" . working_day(3) . '&to=' . working_day(3))->json->{slots}[0]{endsAt} =~ /T03:40/, 1, 'the first of the list is what one books unless one says';
for my $case ([ name => '' ], [ name => 'x' x 121 ], [ description => 'x' x 501 ], [ durationMinutes => 0 ], [ durationMinutes => 481 ], [ durationMinutes => 1.5 ], [ bufferMinutes => -1 ], [ bufferMinutes => 241 ],
	[ price => -1 ], [ price => 1e12 ], [ price => '5' ], [ noticeMinutes => 43201 ], [ horizonDays => 0 ], [ horizonDays => 731 ], [ cancelMinutes => -1 ], [ autoConfirm => 1 ], [ offered => "x" ], [ position => 0 ], [ currency => 'EUR' ]) {
	$res = change('services', $dressing->{id}, @$case);
	error_is $res, 400, 'VALIDATION_ERROR', "no $case->[0]: $case->[1]";
	is $res->json->{details}[0]{field}, $case->[0], 'which is named';
}
error_is $admin->post('/api/services', {}), 400, 'VALIDATION_ERROR', 'a service has a name';
error_is $admin->patch("/api/services/$dressing->{id}", { version => 1, price => 1 }), 409, 'VERSION_CONFLICT', 'who saves against what was before is told';

#
# What is not offered any more
#

my $slot = $clinic->free_slot(doctor => $kavya->{id});
my $hold = $visitor->post('/api/reservations', $slot)->json;
my $booked = $patient->post('/api/appointments', { %{ $clinic->free_slot(doctor => $kavya->{id}) } });
status_is $booked, 201, 'a patient has booked';
my $visit = $booked->json->{appointment};
my $lead = $visitor->post('/api/appointments', { name => 'N', phone => '9811111111', doctorId => $kavya->{id}, serviceId => $DEMO{consultation} })->json;
status_is change('doctors', $kavya->{id}, offered => $no), 200, 'a doctor is not to be booked any more';
is one('/api/doctors', $kavya->{id})->{name}, 'Dr. K. Iyer', 'visits keep her name';
is free_times($_->[1], $kavya->{id}, $DEMO{consultation}), 0, "$_->[0] finds no time" for [ stranger => $visitor ], [ patient => $patient ];
ok free_times($desk, $kavya->{id}, $DEMO{consultation}) > 0, 'the desk does';
my $wish = { doctorId => $kavya->{id}, serviceId => $DEMO{consultation}, startsAt => $slot->{startsAt} };
error_is $visitor->post('/api/reservations', { %$wish, startsAt => at(working_day(6), '10:00') }), 404, 'NOT_FOUND', 'nor holds one';
error_is $visitor->post('/api/appointments', { name => 'N', phone => '9811111111', %$wish, startsAt => at(working_day(6), '10:00') }), 404, 'NOT_FOUND', 'nor books';
error_is $patient->post('/api/appointments', { %$wish, startsAt => at(working_day(6), '10:00') }), 404, 'NOT_FOUND', 'a patient neither';
error_is $visitor->patch("/api/appointments/$lead->{appointment}{id}", { startsAt => at(working_day(6), '10:00') }, { 'X-Edit-Token' => $lead->{editToken} }), 404, 'NOT_FOUND', 'nor whoever had begun without a time';
status_is $visitor->post('/api/appointments', { name => 'N', phone => '9811111111', reservationId => $hold->{id}, reservationToken => $hold->{token} }), 201, 'a time that was held is booked all the same';
status_is $desk->post('/api/appointments', { name => 'N', phone => '9811111111', %$wish, startsAt => at(working_day(6), '10:00') }), 201, 'and the desk books as ever';
status_is $patient->put("/api/appointments/$visit->{id}", { version => $visit->{version}, startsAt => at(working_day(6), '10:30') }), 200, 'the visit that was booked can be moved';
status_is $patient->del("/api/appointments/$visit->{id}"), 204, 'and cancelled';
status_is change('doctors', $kavya->{id}, offered => $yes), 200, 'when she is back';
ok free_times($visitor, $kavya->{id}, $DEMO{consultation}) > 0, 'she can be booked again';

status_is change('services', $DEMO{consultation}, offered => $no), 200, 'the same goes for a service';
is free_times($visitor, $DEMO{meera}, $DEMO{consultation}), 0, 'which has no times';
error_is $visitor->post('/api/reservations', { doctorId => $DEMO{meera}, serviceId => $DEMO{consultation}, startsAt => at(working_day(6), '10:00') }), 404, 'NOT_FOUND', 'and is not held';
ok free_times($visitor, $DEMO{meera}, $DEMO{followup}) > 0, 'others are as ever';
change('services', $dressing->{id}, offered => $no);
status_is $visitor->post('/api/reservations', { doctorId => $DEMO{meera}, startsAt => at(working_day(8), '10:00') }), 201, 'who names no service';
is $clinic->psql("SELECT service_id FROM core.slot WHERE doctor_id = '$DEMO{meera}' AND starts_at = '" . at(working_day(8), '10:00') . "' AND state = 'hold'"), $DEMO{followup}, '... gets the first that is offered';

#
# Who may
#

my %as = map { $_ => $clinic->as($_) } qw(frontdesk meera patient chatbot);
my %before = rows_of($clinic);
for my $who (sort keys %as) {
	my $client = $as{$who};
	error_is $client->put('/api/clinic', { version => 1, name => 'Mine' }), 403, 'FORBIDDEN', "$who does not change the clinic";
	error_is $client->post('/api/doctors', { name => 'Me' }), 403, 'FORBIDDEN', 'nor makes a doctor';
	error_is $client->patch("/api/services/$DEMO{followup}", { version => 1, price => 0 }), 403, 'FORBIDDEN', 'nor a price';
}
error_is $visitor->post('/api/services', { name => 'Mine' }), 401, 'UNAUTHENTICATED', 'strangers neither';
error_is $admin->patch("/api/$_->[0]/" . $next_door->id($_->[1]), { version => 1, name => 'Mine' }), 404, 'NOT_FOUND', "what is next door is not there: $_->[1]" for [ doctors => 'doctor' ], [ services => 'service' ];
same_rows($clinic, \%before, 'and nothing has changed');

contract_is_kept;
done_testing;
