#!/usr/bin/perl
# /api/realtime/…: what hubs report, as told to anybody, to who is signed in,
# and to admins.  The hub itself is in t/api/live.t.
use v5.36;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Test;

my $clinic = clinic(programs => [ 'realtime', 'auth' ]);
my $visitor = $clinic->visitor;
my $admin = $clinic->as('admin');

sub report ($node, $stats = {}) {
	$clinic->psql("SELECT feed.report('$node', '@{[ JSON::PP->new->canonical->encode($stats) ]}')");
}

# Events as a hub writes them down: each so many seconds old, with a latency in ms.
my $now = time;
sub sent (@events) {
	my @list = map { { clinic => $DEMO{clinic}, seq => 1, topic => 'appointments:all', event => 'appointment-created', sent => 1, acked => 0, ack => undef,
		resent => 0, failed => 0, account => undef, %$_, at => ($now - $_->{age}) * 1_000_000, made => ($now - $_->{age}) * 1_000_000 - $_->{ms} * 1000 } } @events;
	delete @$_{qw(age ms)} for @list;
	$clinic->psql("SELECT feed.note_events('hub-a', '@{[ JSON::PP->new->canonical->encode(\@list) ]}')");
}

subtest 'no hub' => sub {
	my $res = $visitor->get('/api/realtime/health');
	status_is $res, 200, 'anybody may ask for health';
	is $res->json->{status}, 'inactive', 'none is there';
	is $res->json->{hubs}, 0, 'none at all';
	my $stats = $admin->get('/api/realtime/stats')->json;
	is $stats->{status}, 'inactive', 'the admin hears the same';
	is_deeply $stats->{hubs}, [], 'with no hub';
	is $stats->{latency}{events}, 0, 'which sent nothing';
	is $stats->{latency}{p99Ms}, undef, 'in no time';
	is scalar @{ $stats->{minutes} }, 60, 'in sixty minutes';
	is_deeply $stats->{topics}, [], 'on no topic';
};

subtest 'hubs' => sub {
	report('hub-b', { connections => 2 });
	report('hub-a', { connections => 3, nested => { x => 1 } });
	my $res = $visitor->get('/api/realtime/health');
	is $res->json->{status}, 'active', 'two have reported';
	is $res->json->{hubs}, 2, 'hence two';
	my $hubs = $admin->get('/api/realtime/stats')->json->{hubs};
	is join(' ', map { $_->{node} } @$hubs), 'hub-a hub-b', 'admins see which';
	is_deeply $hubs->[0]{stats}, { connections => 3, nested => { x => 1 } }, 'and what each counts';
	$clinic->psql(q(UPDATE feed.hub SET seen_at = seen_at - interval '11 seconds' WHERE node = 'hub-b'));
	is $visitor->get('/api/realtime/health')->json->{hubs}, 1, 'one that is silent for ten seconds is none';
	is scalar @{ $admin->get('/api/realtime/stats')->json->{hubs} }, 1, 'to admins neither';
};

subtest 'topics' => sub {
	my %topics = (
		admin => 'appointments:all availability:all profiles', frontdesk => 'appointments:all availability:all profiles',
		doctor => "appointments:dentist:$DEMO{meera} availability:all", patient => "appointments:patient:$DEMO{asha} availability:all",
	);
	for my $role (sort keys %topics) {
		my $status = $clinic->as($role)->get('/api/realtime/status');
		status_is $status, 200, "$role may ask for the status";
		is $status->json->{status}, 'active', 'hears that the hub is there';
		is join(' ', @{ $status->json->{topics} }), $topics{$role}, 'and what they may join';
	}
	error_is $visitor->get('/api/realtime/status'), 401, 'UNAUTHENTICATED', 'a stranger may not';
	error_is $clinic->as($_)->get('/api/realtime/stats'), 403, 'FORBIDDEN', "statistics are not for $_" for qw(frontdesk doctor patient);
};

subtest 'events' => sub {
	sent((map { { age => 30, ms => $_, sent => 2 } } 1 .. 99), { age => 150, ms => 1000, ack => 7000, acked => 1, resent => 2 });
	sent({ age => 30, ms => 5, topic => 'availability:all', event => 'slot-reserved', sent => 4 }) for 1 .. 2;
	sent({ age => 30, ms => 1, failed => 1, sent => 0, account => $clinic->account('admin')->{id} });
	sent({ age => 3700, ms => 90_000 });
	my $res = $admin->get('/api/realtime/stats')->json;
	my $latency = $res->{latency};
	is $latency->{events}, 102, 'what was sent within the hour is counted';
	is $latency->{deliveries}, 99 * 2 + 1 + 2 * 4, 'and how often';
	is $latency->{failed}, 1, 'who never acknowledged is counted apart';
	is $latency->{resent}, 2, 'and what was sent again';
	is $latency->{p50Ms}, 49.5, 'half of them took less than that';
	is $latency->{p99Ms}, 99, 'and of a hundred one more';
	is $latency->{ackP99Ms}, 7, 'clients have their own time';
	my ($all, $slots) = @{ $res->{topics} };
	is_deeply [ @$all{qw(topic events)} ], [ 'appointments:all', 100 ], 'the busiest topic comes first';
	is_deeply [ @$slots{qw(topic events deliveries p50Ms)} ], [ 'availability:all', 2, 8, 5 ], 'then the next';
	my $sum = 0;
	$sum += $_->{events} for @{ $res->{minutes} };
	is $sum, 102, 'the minutes have all of them';
	is scalar(grep { $_->{events} } @{ $res->{minutes} }), 2, 'in two of the sixty' or diag explain $res->{minutes};
	is_deeply [ map { $_->{at} } @{ $res->{minutes} } ], [ sort map { $_->{at} } @{ $res->{minutes} } ], 'in their order';
};

subtest 'a neighbour' => sub {
	my $other = $clinic->psql(q(INSERT INTO core.clinic (name, host, position, time_zone, country, currency) VALUES ('Next door', 'next.test', 2, 'Europe/Berlin', 'DE', 'EUR') RETURNING id));
	sent({ age => 20, ms => 1, clinic => $other }) for 1 .. 3;
	is $clinic->psql("SELECT count(*) FROM core.realtime_events WHERE clinic_id = '$other'"), 3, 'next door was sent something';
	is $admin->get('/api/realtime/stats')->json->{latency}{events}, 102, 'the events of another clinic are not ours';
};

contract_is_kept;
done_testing;
