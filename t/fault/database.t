#!/usr/bin/perl
# PostgreSQL dies under load and comes back: clients hear 503 at worst, nothing
# acknowledged is lost, and nobody has to restart anything.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
BEGIN { delete @ENV{qw(OPDESK_TEST_PG OPDESK_TEST_TEMPLATE)} } # one of our own to kill
use Opdesk::Parallel;
use Opdesk::Process;
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(programs => [qw(appointments availability health)], workers => 2);
my $cluster = Opdesk::Cluster->find;
my @wishes = map { $clinic->free_slot(doctor => $_ % 2 ? 'meera' : 'arun') } 1 .. 100;
my $rounds = $ENV{OPDESK_LONG} ? 12 : 2;

# As a crash: all server processes end at once, nothing is written back.
sub crash () {
	open my $in, '<', "$cluster->{dir}/pg/postmaster.pid" or die "postmaster.pid: $!";
	chomp(my $pid = <$in>);
	kill QUIT => $pid or die "kill: $!";
	wait_until { !$cluster->{process}->is_running } 'PostgreSQL is gone';
}

sub start () {
	$cluster->{process} = Opdesk::Process->start(command => [ "$Opdesk::Cluster::TOP/dev.d/postgres", 'run', "$cluster->{dir}/pg" ],
		log => "$cluster->{dir}/postgres.log", signal => 'INT');
	wait_until { system("$Opdesk::Cluster::BIN/pg_isready -q -h $cluster->{socket} -U postgres -d postgres") == 0 } 'PostgreSQL is up', 30;
}

my $end = "$cluster->{dir}/end";
my $crowd = start_all(3, sub ($i) {
	my (@acked, %seen, $slowest);
	my $visitor = $clinic->visitor;
	$slowest = 0;
	for (my $k = 0; !-e $end; $k++) {
		my $wish = $wishes[ ($k * (7, 11, 13)[ $i - 1 ] + $i) % @wishes ];
		my $began = time;
		my $res = $visitor->post('/api/appointments', { name => "Visitor $i $k", phone => '9800000600', %$wish });
		$slowest = time - $began if time - $began > $slowest;
		$seen{ $res->status == 503 && !$res->header('Retry-After') ? '503 without Retry-After' : $res->status }++;
		push @acked, $res->json->{appointment}{id} if $res->status == 201;
	}
	return { acked => \@acked, seen => \%seen, slowest => $slowest };
});
for my $round (1 .. $rounds) {
	crash();
	my $res = $clinic->visitor->get('/health');
	status_is $res, 503, 'meanwhile /health is 503';
	is $res->json->{status}, 'unhealthy', '... and unhealthy';
	error_is $clinic->visitor->get("/api/availability/$DEMO{meera}"), 503, 'UNAVAILABLE', '... and a question is answered 503';
	start();
	my $back = time;
	wait_until { $clinic->visitor->get("/api/availability/$DEMO{meera}")->status == 200 } 'then service is back';
	cmp_ok time - $back, '<', 1, '... within a second';
}
open my $out, '>', $end or die "$end: $!";
close $out;
my @told = $crowd->();
my %seen;
for my $told (@told) { $seen{$_} += $told->{seen}{$_} for keys %{ $told->{seen} // {} } }
my @acked = map { @{ $_->{acked} // [] } } @told;

is_deeply [ grep { !/^(201|409|503)$/ } sort keys %seen ], [], 'clients saw 201, 409 or 503 with Retry-After' or diag explain \%seen, \@told;
ok $seen{503}, 'and some did see it';
cmp_ok $_->{slowest}, '<', 5, 'nobody waited for five seconds' for @told;
my $ids = join ',', map { "'$_'" } @acked;
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE id IN ($ids)"), scalar @acked, 'every acknowledged booking is there';
is $clinic->psql(q(SELECT count(*) FROM core.slot a JOIN core.slot b ON a.doctor_id = b.doctor_id AND a.id < b.id
	AND a.during && b.during WHERE a.state = 'booked' AND b.state = 'booked')), 0, 'and no time was given twice';
done_testing;
