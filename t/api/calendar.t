#!/usr/bin/perl
# GET /api/calendar: all visits of some weeks, in the words a calendar needs.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(calendar appointments availability)]);
my ($desk, $meera) = map { $clinic->as($_) } qw(frontdesk meera);
my ($from, $to) = (day(-7), day(7));

sub items ($query, $who = $desk) {
	my $res = $who->get("/api/calendar?$query");
	return @{ $res->json->{items} // die $res->line };
}
sub oracle ($where, $first = $from, $last = $to) {
	return join ' ', split /\n/, $clinic->psql("SELECT id FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND NOT is_deleted AND ($where)
		AND (starts_at AT TIME ZONE 'Asia/Kolkata')::date BETWEEN '$first' AND '$last' ORDER BY id");
}
sub ids (@items) { join ' ', sort map { $_->{id} } @items }

$clinic->psql("UPDATE core.appointment SET is_deleted = true WHERE id = (SELECT id FROM core.appointment WHERE starts_at > now() AND starts_at < now() + interval '5 days' LIMIT 1)");
my @all = items("from=$from&to=$to");
is ids(@all), oracle('true'), 'all visits of two weeks, also cancelled ones and those who did not come; deleted ones not';
is_deeply [ sort keys %{ $all[0] } ], [qw(doctorId endsAt id name serviceId startsAt status version)], 'of each what a calendar shows, and no more';
my %seen = map { $_->{status} => 1 } @all;
ok $seen{cancelled} && $seen{no_show} && $seen{confirmed} && !$seen{lead}, 'whatever their status, when they have a time';
my @starts = map { epoch($_->{startsAt}) } @all;
is join(' ', @starts), join(' ', sort { $a <=> $b } @starts), 'in the order of the day';
is $desk->get("/api/calendar?from=$from&to=$to")->json->{nextCursor}, undef, 'all at once';
is ids(items("from=$from&to=$to&doctorId=$DEMO{arun}")), oracle("doctor_id = '$DEMO{arun}'"), 'one doctor\'s alone';
is ids(items("from=$from&to=$to", $meera)), oracle("doctor_id = '$DEMO{meera}'"), 'a doctor sees their own';
is ids(items("from=$from&to=$to&doctorId=$DEMO{arun}", $meera)), '', 'and of another nothing';
is ids(items('from=' . day(1) . '&to=' . day(1))), oracle('true', day(1), day(1)), 'a day';
my $one = $desk->get("/api/appointments/$all[0]{id}")->json->{appointment};
is_deeply { map { $_ => $one->{$_} } keys %{ $all[0] } }, $all[0], 'each says the same as the visit itself';

# Midnight is the clinic's.
$clinic->psql("INSERT INTO core.appointment (clinic_id, status, doctor_id, starts_at, ends_at, name) SELECT '$DEMO{clinic}', 'confirmed', '$DEMO{meera}', t::timestamptz, t::timestamptz + interval '5 minutes', t
	FROM unnest(ARRAY['2031-05-09T23:59:59+05:30', '2031-05-10T00:00:00+05:30', '2031-05-10T23:59:59+05:30', '2031-05-11T00:00:00+05:30']) t");
is join(', ', map { $_->{name} } items('from=2031-05-10&to=2031-05-10')), '2031-05-10T00:00:00+05:30, 2031-05-10T23:59:59+05:30', 'a day is the clinic\'s from midnight to midnight';

status_is $desk->get('/api/calendar?from=' . day(0) . '&to=' . day(41)), 200, '42 days are a month\'s page';
my %wrong = (
	'to=' . day(1) => 'from', 'from=' . day(1) => 'to', 'from=' . day(0) . '&to=' . day(42) => 'to', 'from=' . day(1) . '&to=' . day(0) => 'to', 'from=x&to=' . day(1) => 'from',
	"from=$from&to=$to&doctorId=x" => 'doctorId', "from=$from&to=$to&status=lead" => 'status', "from=$from&to=$to&limit=5" => 'limit',
);
for my $query (sort keys %wrong) {
	my $no = $desk->get("/api/calendar?$query");
	error_is $no, 400, 'VALIDATION_ERROR', "$query is refused";
	ok scalar(grep { $_->{field} eq $wrong{$query} } @{ $no->json->{details} }), "$wrong{$query} is at fault" or diag $no->line;
}
error_is $clinic->as($_)->get("/api/calendar?from=$from&to=$to"), 403, 'FORBIDDEN', "$_ has no calendar" for qw(patient chatbot);

contract_is_kept;
done_testing;
