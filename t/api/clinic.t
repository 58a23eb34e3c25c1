#!/usr/bin/perl
# GET /api/clinic, /api/doctors, /api/services: what the booking page shows.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(clinic doctors services profiles)]);
my $visitor = $clinic->visitor;

my $res = $visitor->get('/api/clinic');
status_is $res, 200, 'everybody may know the clinic';
my $here = $res->json;
is $here->{name}, 'Hemant Trauma Centre', 'its name';
is "$here->{timeZone} $here->{currency} $here->{country}", 'Asia/Kolkata INR IN', 'time zone, currency and country';
is $here->{today}, $clinic->psql("SELECT (now() AT TIME ZONE 'Asia/Kolkata')::date"), 'today is today there, not here';
is_deeply [ map { "$_->{weekday} $_->{start}-$_->{end}" } @{ $here->{hours} } ], [ map { ("$_ 09:00-13:00", "$_ 16:00-19:00") } 1 .. 6 ],
	'hours are those of all doctors together';

$clinic->psql("INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes) VALUES ('$DEMO{clinic}', '$DEMO{arun}', 1, '13:00', '14:30'),
	('$DEMO{clinic}', '$DEMO{meera}', 7, '10:00', '11:00')");
$clinic->psql("INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes, valid) VALUES
	('$DEMO{clinic}', '$DEMO{arun}', 7, '10:30', '12:00', daterange(NULL, current_date - 2)), ('$DEMO{clinic}', '$DEMO{arun}', 7, '20:00', '21:00', daterange(current_date + 3, NULL))");
my @hours = map { "$_->{weekday} $_->{start}-$_->{end}" } @{ $visitor->get('/api/clinic')->json->{hours} };
is $hours[0], '1 09:00-14:30', 'hours that touch are one';
is join(' ', @hours[-1, -2]), '7 10:00-11:00 6 16:00-19:00', 'rules that are past or to come do not count yet';

my @doctors = @{ $visitor->get('/api/doctors')->json->{items} };
is join(', ', map { "$_->{name} ($_->{speciality})" } @doctors), 'Dr. Meera Rao (Orthopaedics), Dr. Arun Shah (Sports medicine)', 'the doctors, in their order';
$clinic->psql("UPDATE core.doctor SET position = 0 WHERE id = '$DEMO{arun}'");
is $visitor->get('/api/doctors')->json->{items}[0]{id}, $DEMO{arun}, 'which the clinic chooses';
is $visitor->get('/api/doctors')->json->{nextCursor}, undef, 'they fit on one page';

my %service = map { $_->{name} => $_ } @{ $visitor->get('/api/services')->json->{items} };
is_deeply [ sort keys %service ], [ 'Consultation', 'Follow-up', 'Physiotherapy' ], 'the services';
is "$service{Consultation}{durationMinutes} $service{Consultation}{price} $service{Consultation}{currency}", '15 50000 INR', 'with minutes, and the price in paise';
is_deeply [ map { ref $_ ? "$$_" : $_ } @{ $service{Physiotherapy} }{qw(durationMinutes price noticeMinutes horizonDays bufferMinutes)} ], [ 45, 90000, 0, 90, 0 ],
	'notice, horizon and buffer';
ok $service{Consultation}{autoConfirm} && !$service{Physiotherapy}{autoConfirm}, 'and whether a booking is confirmed at once';

# Pages ask for these again and again.
for my $path (qw(/api/clinic /api/doctors /api/services)) {
	my $first = $visitor->get($path);
	my $etag = $first->header('ETag');
	like $etag, qr{^W/"[\w-]+"$}, "$path has a weak tag";
	is $first->header('Cache-Control'), 'no-cache', 'and is asked for again';
	for my $known ($etag, $etag =~ s{^W/}{}r, qq("x", $etag), '*') {
		my $again = $visitor->get($path, { 'If-None-Match' => $known });
		status_is $again, 304, "which costs a 304 to who has $known";
		is $again->header('ETag'), $etag, 'with the tag';
	}
	status_is $visitor->get($path, { 'If-None-Match' => 'W/"x"' }), 200, 'who has another gets it';
	my $head = $visitor->request('HEAD', $path, undef, {});
	status_is $head, 200, 'HEAD is answered';
	is $head->header('ETag'), $etag, 'with the same tag';
}
my $etag = $visitor->get('/api/clinic')->header('ETag');
$clinic->psql("UPDATE core.clinic SET phone = '+912025500000'");
isnt $visitor->get('/api/clinic')->header('ETag'), $etag, 'another answer has another tag';

# Several clinics share a database; a stranger belongs to the one whose host they ask.
Opdesk::Neighbour->new($clinic);
sub at ($host, $path = '/api/clinic', $more = '') { $visitor->raw("GET $path HTTP/1.1\r\nHost: $host\r\n$more\r\n")->json }
is at('second.test')->{name}, 'Second Clinic', 'another host is another clinic';
is at('SECOND.TEST')->{name}, 'Second Clinic', 'in capitals too';
is at('second.test:8080')->{name}, 'Second Clinic', 'whatever the port';
is at('nobody.test')->{name}, 'Hemant Trauma Centre', 'a host that no clinic has is the first one\'s';
is at('second.test')->{today}, $clinic->psql("SELECT (now() AT TIME ZONE 'Pacific/Chatham')::date"), 'each has its own today';
is join(' ', map { $_->{name} } @{ at('second.test', '/api/doctors')->{items} }), 'Dr. Ngaio Marsh', 'its own doctors';
is join(' ', map { "$_->{name} $_->{currency}" } @{ at('second.test', '/api/services')->{items} }), 'Visit NZD', 'its own services and money';
is scalar @{ $visitor->get('/api/doctors')->json->{items} }, 2, 'which the first does not show';
my $desk = $clinic->as('frontdesk')->token;
is at('second.test', '/api/clinic', "Authorization: Bearer $desk\r\n")->{name}, 'Hemant Trauma Centre', 'who is signed in stays in their clinic';

contract_is_kept;
done_testing;
