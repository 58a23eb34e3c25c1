#!/usr/bin/perl
# GET /api/appointments: filters, search, order and pages.
use v5.36;
use lib 't/lib';
use utf8;
use MIME::Base64 qw(encode_base64url decode_base64url);
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(appointments)]);
my ($desk, $meera, $asha) = map { $clinic->as($_) } qw(frontdesk meera patient);
my $here = "clinic_id = '$DEMO{clinic}' AND NOT is_deleted";
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';

# What is hard about order: same time, no time, microseconds, deleted.
$clinic->psql("INSERT INTO core.appointment (clinic_id, status, doctor_id, service_id, starts_at, ends_at, name, phone, is_deleted)
	SELECT '$DEMO{clinic}', 'confirmed', '$DEMO{meera}', '$DEMO{consultation}', t, t + interval '5 minutes', 'Crowd ' || n, '+919900000' || lpad(n::text, 3, '0'), n % 10 = 0
	  FROM generate_series(1, 40) n, (SELECT timestamptz '" . at(day(12), '10:00') . "' AS t) x");
$clinic->psql("INSERT INTO core.appointment (clinic_id, status, name) SELECT '$DEMO{clinic}', 'lead', 'Timeless ' || n FROM generate_series(1, 30) n");
$clinic->psql("INSERT INTO core.appointment (clinic_id, status, doctor_id, starts_at, ends_at, name) SELECT '$DEMO{clinic}', 'completed', '$DEMO{arun}', t, t + interval '1 minute', 'Instant ' || n
	FROM generate_series(1, 5) n, LATERAL (SELECT timestamptz '2020-02-29 10:00:00.123450+00' + n * interval '1 microsecond' AS t) x");

sub list ($query = '', $who = $desk) {
	my $res = $who->get('/api/appointments' . ($query ? "?$query" : ''));
	return $res->json->{items} // die $res->line;
}
sub ids (@items) { join ' ', map { $_->{id} } @items }

# All pages, as ids; at most so many rows each.
sub pages ($limit, $query = '', $who = $desk) {
	my (@all, $cursor);
	do {
		my $res = $who->get("/api/appointments?limit=$limit" . ($query ? "&$query" : '') . ($cursor ? "&cursor=$cursor" : ''));
		die $res->line if $res->status != 200;
		my $items = $res->json->{items};
		die 'a page is too long' if @$items > $limit;
		die 'a page is too short' if $res->json->{nextCursor} && @$items < $limit;
		push @all, @$items;
		$cursor = $res->json->{nextCursor};
	} while $cursor;
	return @all;
}
my $order = 'ORDER BY starts_at DESC NULLS FIRST, id';
sub oracle ($where = 'true') { join ' ', split /\n/, $clinic->psql("SELECT id FROM core.appointment WHERE $here AND ($where) $order") }

#
# Order and pages
#

my $first = $desk->get('/api/appointments');
is scalar @{ $first->json->{items} }, 50, 'a page has fifty rows';
is $first->header('Cache-Control'), 'no-store', 'for nobody to keep';
my $all = oracle();
is ids(pages(200)), $all, 'all pages together are all rows, newest first, those without a time before them, then by id';
is ids(pages($_)), $all, "with $_ a page as well: none twice, none lost" for 7, 50, 199;
is ids(pages(1, "q=Crowd")), oracle("name LIKE 'Crowd%'"), 'one at a time, where all have the same time';
is ids(pages(2, 'q=Timeless')), oracle("name LIKE 'Timeless%'"), 'two at a time, where none has any';
is ids(pages(1, 'q=Instant')), oracle("name LIKE 'Instant%'"), 'one at a time, a microsecond apart';
my $exact = $desk->get('/api/appointments?q=Crowd&limit=36');
is scalar @{ $exact->json->{items} }, 36, 'when the last row is on the page';
is $exact->json->{nextCursor}, undef, 'there is no next one';
ok $desk->get('/api/appointments?q=Crowd&limit=35')->json->{nextCursor}, 'when it is not, there is';
is scalar @{ list('limit=200') }, 200, 'two hundred are the most';
for my $limit (201, 0, -1, 'many', '', '1e2', '50.0', '5%200', 1 x 30) {
	error_is $desk->get("/api/appointments?limit=$limit"), 400, 'VALIDATION_ERROR', "limit=$limit is refused";
}

# What is written while somebody reads page by page.
my $page = $desk->get('/api/appointments?limit=20&q=Crowd')->json;
my @seen = map { $_->{id} } @{ $page->{items} };
$clinic->psql("UPDATE core.appointment SET is_deleted = true WHERE id = '$seen[-1]'");
$clinic->psql("INSERT INTO core.appointment (clinic_id, name) VALUES ('$DEMO{clinic}', 'Crowd late')");
my @rest = map { $_->{id} } @{ list("limit=100&q=Crowd&cursor=$page->{nextCursor}") };
is scalar(@seen) + @rest, 36, 'a row that goes or comes shifts no page';
my %twice;
is scalar(grep { $twice{$_}++ } @seen, @rest), 0, 'and shows none twice';

my $cursor = $page->{nextCursor};
my $text = decode_base64url($cursor);
my %forged = (
	'text' => 'hello', 'an altered one' => substr($cursor, 0, -4), 'SQL' => encode_base64url("2026-01-01T00:00:00Z' OR 1=1--|$nobody"), 'no id' => encode_base64url('2026-01-01T00:00:00+00:00|'),
	'no time' => encode_base64url("|$nobody"), 'half' => encode_base64url('2026-01-01T00:00:00+00:00'), 'something behind' => encode_base64url("$text|x"),
	'another alphabet' => "$cursor+/", 'padding' => "$cursor==", 'NUL' => encode_base64url("infinity|$nobody\0"), 'too long' => 'A' x 201, 'nothing' => '',
	'a day that is none' => encode_base64url("2026-02-31T00:00:00+00:00|$nobody"), 'minus infinity' => encode_base64url("-infinity|$nobody"), 'spaces' => '%20', 'the epoch' => encode_base64url("epoch|$nobody"),
);
for my $what (sort keys %forged) {
	my $no = $desk->get("/api/appointments?cursor=$forged{$what}");
	error_is $no, 400, 'VALIDATION_ERROR', "no cursor: $what";
	is join(' ', map { $_->{field} } @{ $no->json->{details} }), 'cursor', 'and that is the fault';
}
is scalar(grep { $_->{patientId} ne $DEMO{asha} } @{ list("cursor=$cursor", $asha) }), 0, 'another\'s cursor shows nothing of theirs';

#
# Filters
#

my %filter = (
	'status=lead' => "status = 'lead'", 'status=lead,completed' => "status IN ('lead', 'completed')", "doctorId=$DEMO{arun}" => "doctor_id = '$DEMO{arun}'",
	"patientId=$DEMO{asha}" => "patient_id = '$DEMO{asha}'", "doctorId=$DEMO{meera}&patientId=$DEMO{chitra}" => "doctor_id = '$DEMO{meera}' AND patient_id = '$DEMO{chitra}'",
	"doctorId=$DEMO{arun}&status=cancelled" => "doctor_id = '$DEMO{arun}' AND status = 'cancelled'", "patientId=$DEMO{bilal}&status=confirmed,completed" => "patient_id = '$DEMO{bilal}' AND status IN ('confirmed', 'completed')",
	"doctorId=$nobody" => 'false', "patientId=$nobody" => 'false', 'status=lead,requested,confirmed,checked_in,in_progress,completed,cancelled,no_show' => 'true',
);
is ids(pages(100, $_)), oracle($filter{$_}), "$_ leaves these and no others" for sort keys %filter;
my ($from, $to) = (day(-3), day(3));
my $between = "(starts_at AT TIME ZONE 'Asia/Kolkata')::date BETWEEN '$from' AND '$to'";
my %days = (
	"from=$from&to=$to" => $between, "from=$from" => "(starts_at AT TIME ZONE 'Asia/Kolkata')::date >= '$from'", "to=$to" => "(starts_at AT TIME ZONE 'Asia/Kolkata')::date <= '$to'",
	"from=$from&to=$from" => "(starts_at AT TIME ZONE 'Asia/Kolkata')::date = '$from'", "from=$to&to=$from" => 'false', 'from=2199-01-01' => 'false',
	"from=$from&to=$to&doctorId=$DEMO{arun}" => "$between AND doctor_id = '$DEMO{arun}'", "from=$from&patientId=$DEMO{asha}&status=confirmed,completed" =>
		"(starts_at AT TIME ZONE 'Asia/Kolkata')::date >= '$from' AND patient_id = '$DEMO{asha}' AND status IN ('confirmed', 'completed')",
	"from=$from&to=$to&q=a" => "$between AND (name ILIKE '%a%' OR email ILIKE '%a%')", "to=$to&q=98" => "(starts_at AT TIME ZONE 'Asia/Kolkata')::date <= '$to' AND (name LIKE '%98%' OR phone LIKE '%98%' OR email LIKE '%98%')",
);
is ids(pages(60, $_)), oracle($days{$_}), "$_ leaves the visits of these days" for sort keys %days;

# The clinic's day ends at its midnight.
$clinic->psql("INSERT INTO core.appointment (clinic_id, status, doctor_id, starts_at, ends_at, name) SELECT '$DEMO{clinic}', 'confirmed', '$DEMO{meera}', t::timestamptz, t::timestamptz + interval '5 minutes', 'Edge ' || t
	FROM unnest(ARRAY['2031-05-09T23:59:59+05:30', '2031-05-10T00:00:00+05:30', '2031-05-10T23:59:59.999999+05:30', '2031-05-11T00:00:00+05:30']) t");
is join(', ', map { $_->{name} =~ s/Edge //r } @{ list('from=2031-05-10&to=2031-05-10') }), '2031-05-10T23:59:59.999999+05:30, 2031-05-10T00:00:00+05:30', 'a day is the clinic\'s from midnight to midnight';

# Search: parts, never patterns.
$clinic->psql("INSERT INTO core.appointment (clinic_id, name, phone, email) VALUES ('$DEMO{clinic}', '100% Śliwa_O''Hara', '+919955512345', 'Sliwa.Test\@Example.org'), ('$DEMO{clinic}', 'अनाहिता', NULL, NULL), ('$DEMO{clinic}', 'back\\slash', NULL, NULL)");
my %search = (
	'%25' => "strpos(name, '%') > 0", '_' => "strpos(name, '_') > 0 OR strpos(email, '_') > 0", '%5C' => "strpos(name, '\\') > 0", 'crowd' => "name ILIKE 'Crowd%'", 'CROWD' => "name ILIKE 'Crowd%'",
	'55512345' => "phone LIKE '%55512345'", '%2B91%2099555-12345' => "phone = '+919955512345'", '955%20512' => "phone LIKE '%955512%'", 'sliwa.test' => "email ILIKE 'sliwa%'",
	'%40EXAMPLE.ORG' => "email ILIKE '%example.org'", "o'hara" => "name ILIKE '%o''hara%'", '%C5%9Bliwa' => "name LIKE '%Śliwa%'", '%E0%A4%A8%E0%A4%BE%E0%A4%B9' => "name LIKE '%अनाहिता%'",
	'crowd%25' => 'false', 'c.*d' => 'false', '(' => "strpos(name, '(') > 0", "'%20OR%20'1'%3D'1" => 'false', '%20crowd%20' => "name ILIKE 'Crowd%'", 'Crowd+1' => "name LIKE 'Crowd 1%'", '' => 'true', '%20%20' => 'true',
);
for my $q (sort keys %search) {
	is ids(pages(100, "q=$q")), oracle($search{$q}), "q=$q finds what has it";
}
error_is $desk->get('/api/appointments?q=' . 'x' x 101), 400, 'VALIDATION_ERROR', 'a hundred characters are enough';
error_is $desk->get("/api/appointments?q=$_"), 400, 'VALIDATION_ERROR', "q=$_ is no text" for '%00', '%FF', 'a%0Ab', '%C0%AF', '%ED%A0%80';

my %wrong = ('status=open' => 'status', 'status=' => 'status', 'status=lead,' => 'status', 'status=Lead' => 'status', 'status=lead%20' => 'status', 'doctorId=meera' => 'doctorId', 'patientId=%27' => 'patientId', 'from=today' => 'from', 'to=2026-13-01' => 'to',
	'from=2026-01-01T00:00:00Z' => 'from', 'sort=name' => 'sort', 'order=id;--' => 'order', 'limit=5&limit=6' => 'limit', 'q=a&q=b' => 'q', 'is_deleted=true' => 'query', 'clinicId=' . $DEMO{clinic} => 'clinicId');
for my $query (sort keys %wrong) {
	my $no = $desk->get("/api/appointments?$query");
	error_is $no, 400, 'VALIDATION_ERROR', "$query is refused";
	is join(' ', map { $_->{field} } @{ $no->json->{details} }), $wrong{$query}, 'by its name';
}

# A doctor and a patient filter within what is theirs.
is ids(pages(100, '', $meera)), oracle("doctor_id = '$DEMO{meera}'"), 'a doctor reads their own list';
is ids(pages(100, "doctorId=$DEMO{arun}", $meera)), '', 'of another doctor nothing';
is ids(pages(100, "patientId=$DEMO{chitra}", $meera)), oracle("doctor_id = '$DEMO{meera}' AND patient_id = '$DEMO{chitra}'"), 'of a patient what is with them';
is ids(pages(100, 'q=crowd', $meera)), oracle("name ILIKE 'Crowd%' AND doctor_id = '$DEMO{meera}'"), 'and searches there';
is ids(pages(3, '', $asha)), oracle("patient_id = '$DEMO{asha}'"), 'a patient reads theirs';
is ids(pages(3, "doctorId=$DEMO{meera}&from=$from", $asha)), oracle("patient_id = '$DEMO{asha}' AND doctor_id = '$DEMO{meera}' AND (starts_at AT TIME ZONE 'Asia/Kolkata')::date >= '$from'"), 'with any filter';
is ids(pages(3, "patientId=$DEMO{bilal}", $asha)), '', 'and of another nothing';
is scalar(grep { defined $_->{notes} } pages(50, '', $asha)), 0, 'never with notes';

contract_is_kept;
done_testing;
