#!/usr/bin/perl
# Whatever happens at once, a time is given once.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Parallel;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(appointments auth availability reservations)], workers => 4);
my $overlaps = q(SELECT count(*) FROM core.slot a JOIN core.slot b ON a.doctor_id = b.doctor_id AND a.id < b.id
	AND a.during && b.during WHERE a.state IN ('hold', 'booked') AND b.state IN ('hold', 'booked'));

sub count_of (@results) {
	my %n;
	$n{$_}++ for map { $_->{answers} ? @{ $_->{answers} } : $_->{died} } @results;
	return \%n;
}

# 200 visitors, of whom 20 knock at the same moment, ten times.
my $wish = $clinic->free_slot;
my @told = at_once(20, sub ($i) {
	my $visitor = $clinic->visitor;
	return { answers => [ map {
		my $res = $visitor->post('/api/appointments', { name => "Visitor $i", phone => "98000001" . (10 + $i), %$wish });
		$res->status . ' ' . ($res->json->{code} // 'booked');
	} 1 .. 10 ] };
});
is_deeply count_of(@told), { '201 booked' => 1, '409 SLOT_TAKEN' => 199 }, '200 bookings of one time: one gets it, 199 are told';
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE starts_at = '$wish->{startsAt}' AND doctor_id = '$wish->{doctorId}' AND status = 'confirmed'"),
	1, 'and one visit stands in the database';

$wish = $clinic->free_slot;
@told = at_once(8, sub ($i) {
	my $visitor = $clinic->visitor;
	my $res = $i % 2 ? $visitor->post('/api/reservations', $wish) :
		$visitor->post('/api/appointments', { name => "Visitor $i", phone => "98000002" . (10 + $i), %$wish });
	return { answers => [ $res->status ] };
});
is_deeply count_of(@told), { 201 => 1, 409 => 7 }, 'holds against bookings: one of all gets the time';

# Two visits change places with each other and with two free times.
my @places = map { $clinic->free_slot } 1 .. 4;
my @visits = map { $clinic->visitor->post('/api/appointments', { name => 'Mover', phone => '9800000300', %$_ })->json->{appointment} } @places[0, 1];
my $desk = $clinic->as('frontdesk');
@told = at_once(6, sub ($i) {
	my @answers;
	for my $round (1 .. 8) {
		my $id = $visits[ $i % 2 ]{id};
		my $version = $desk->get("/api/appointments/$id")->json->{appointment}{version};
		my $res = $desk->put("/api/appointments/$id", { version => $version, startsAt => $places[ ($i + $round) % 4 ]{startsAt} });
		push @answers, $res->status;
	}
	return { answers => \@answers };
});
my $moves = count_of(@told);
is_deeply [ grep { !/^(200|409)$/ } keys %$moves ], [], 'moves against each other are done or refused, and never fail';
ok $moves->{200}, 'and some of them are done';

# One patient, two doctors, the same quarter of an hour.
my %free = map { $_ => { map { $_->{startsAt} => 1 } @{ $clinic->visitor->get("/api/availability/$DEMO{$_}")->json->{slots} } } } qw(meera arun);
my ($common) = grep { $free{arun}{$_} } sort { $b cmp $a } keys %{ $free{meera} };
@told = at_once(2, sub ($i) {
	my $res = $desk->post('/api/appointments', { patientId => $DEMO{bilal}, doctorId => $DEMO{ (qw(meera arun))[ $i % 2 ] }, startsAt => $common });
	return { answers => [ $res->json->{code} // 'booked' ] };
});
is_deeply count_of(@told), { booked => 1, PATIENT_BUSY => 1 }, 'one patient is with one doctor at a time';

# The same request, sent by an impatient client again and again.
my %body = (name => 'Once', phone => '9800000400', %{ $clinic->free_slot });
@told = at_once(8, sub ($i) {
	my $res = $clinic->visitor->post('/api/appointments', \%body, { 'Idempotency-Key' => 'once-and-only-once-0001' });
	return { answers => [ $res->status ], id => $res->json->{appointment}{id} };
});
my %ids = map { $_->{id} => 1 } grep { $_->{id} } @told;
is scalar(keys %ids), 1, 'parallel requests with one Idempotency-Key make one row';
is_deeply [ grep { !/^(201|409)$/ } keys %{ count_of(@told) } ], [], '... and each hears of it, or that it is under way';
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE name = 'Once'"), 1, '... in the database too';

is $clinic->psql($overlaps), 0, 'after all that, no two times of a doctor overlap';
done_testing;
