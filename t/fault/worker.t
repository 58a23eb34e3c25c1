#!/usr/bin/perl
# Workers die at any moment; what was acknowledged stands, and stands once.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Parallel;
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(programs => [qw(appointments availability)], workers => 4);
my @wishes = map { $clinic->free_slot(doctor => $_ % 2 ? 'meera' : 'arun') } 1 .. 120;
my $seconds = $ENV{OPDESK_LONG} ? 60 : 4;

# Each tries the times in an order of its own, so that they meet.
my $crowd = start_all(4, sub ($i) {
	my (@acked, %seen);
	my $until = time + $seconds;
	my $visitor = $clinic->visitor;
	for (my $k = 0; time < $until; $k++) {
		my $wish = $wishes[ ($k * (7, 11, 13, 17)[ $i - 1 ] + $i) % @wishes ];
		my $name = "Visitor $i $k";
		my $res = $visitor->post('/api/appointments', { name => $name, phone => '9800000500', %$wish });
		$seen{ $res->status }++;
		push @acked, { id => $res->json->{appointment}{id}, startsAt => $wish->{startsAt}, doctorId => $wish->{doctorId} } if $res->status == 201;
	}
	return { acked => \@acked, seen => \%seen };
});
my ($killed, $until) = (0, time + $seconds);
while (time < $until) {
	my @workers = $clinic->workers('appointments');
	$killed += kill KILL => $workers[ rand @workers ] if @workers;
	select undef, undef, undef, 0.02; # between two deaths; nothing is awaited
}
my @told = $crowd->();
my @acked = map { @{ $_->{acked} // [] } } @told;
my %seen;
for my $told (@told) { $seen{$_} += $told->{seen}{$_} for keys %{ $told->{seen} // {} } }

cmp_ok $killed, '>', 20, 'workers were killed again and again';
cmp_ok scalar(@acked), '>', 10, 'and bookings were made all the same';
is_deeply [ grep { !/^(201|409|503)$/ } sort keys %seen ], [], 'clients saw 201, 409 or 503 and nothing else';
my $ids = join ',', map { "'$_->{id}'" } @acked;
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE id IN ($ids) AND status = 'confirmed'"), scalar @acked,
	'every acknowledged booking is there';
is $clinic->psql(q(SELECT count(*) FROM core.slot a JOIN core.slot b ON a.doctor_id = b.doctor_id AND a.id < b.id
	AND a.during && b.during WHERE a.state = 'booked' AND b.state = 'booked')), 0, 'and no time was given twice';
is $clinic->psql(q(SELECT count(*) FROM core.appointment a WHERE a.status = 'confirmed' AND a.starts_at > now()
	AND NOT EXISTS (SELECT FROM core.slot s WHERE s.id = a.slot_id AND s.state = 'booked'))), 0, 'no booking is without its time';

my @now = $clinic->workers('appointments');
kill KILL => @now;
my $died = time;
wait_until { $clinic->visitor->get('/api/appointments')->status == 401 } 'killed all at once, they are back', 5;
cmp_ok time - $died, '<', 1, '... within a second';
done_testing;
