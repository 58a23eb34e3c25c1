#!/usr/bin/perl
# The hub is killed, PostgreSQL is killed, a reader sleeps: nobody who listens
# misses an event, gets one twice or out of order (security.md M-117 to M-120).
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
BEGIN { delete @ENV{qw(OPDESK_TEST_PG OPDESK_TEST_TEMPLATE)} } # one of our own to kill
use Opdesk::Process;
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(programs => [qw(appointments availability health)], hub => 1);
my $cluster = Opdesk::Cluster->find;
my $topic = "availability:$DEMO{meera}";
my $rounds = $ENV{OPDESK_LONG} ? 40 : 4;
my ($made, $last, @seen) = 0;

sub happen ($n) {
	$clinic->psql(join ';', map { $made++; sprintf q(INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
		VALUES ('%s', 'availability', 'updated', '%s', %d, '{}', '{}', '{"doctorId": "%2$s", "version": %3$d}')),
		$DEMO{clinic}, $DEMO{meera}, $made } 1 .. $n);
}

# Reads until the newest is there; each event names the one before it.
my @broken;
sub catch_up ($live) {
	while (!@seen || $seen[-1] < $made) {
		my $event = $live->event('availability-changed', $topic, 30);
		push @broken, "$event->{eventId} after $event->{prev}, not $last" if $event->{prev} ne $last;
		push @seen, $event->{version};
		$last = $event->{eventId};
	}
}

# As a page does: again and again until it is there.
sub connect_again () {
	my $live;
	wait_until {
		$live = $clinic->live;
		my $ref = $live->tell($topic, 'phx_join', { $last ? (since => $last) : () });
		catch_up($live) if $made;
		my $reply = $live->reply($ref);
		die "refused\n" if $reply->{status} ne 'ok';
		die "told to compare\n" if $reply->{response}{resync};
		$last = $reply->{response}{eventId};
		1;
	} 'a page comes back and has missed nothing', 30;
	return $live;
}

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

#
# PostgreSQL is killed
#

my $live = connect_again();
my $hub = $clinic->process('hub')->pid;
happen(3);
catch_up($live);
for (1 .. $rounds / 2) {
	crash();
	is $live->call('phoenix', 'heartbeat')->{status}, 'ok', 'a page stays connected';
	my $newcomer = $clinic->live->join($topic);
	is $newcomer->{response}{code}, 'UNAVAILABLE', 'who comes now is told to come again';
	start();
	happen(20);
	catch_up($live);
	is $live->call($topic, 'heartbeat')->{status} ? 'here' : 'gone', 'here', 'what happens is told over the same connection';
}
is $clinic->process('hub')->pid, $hub, 'the hub is the one that it was';
wait_until { $clinic->visitor->get('/health')->json->{realtime} eq 'active' } '... and says that it lives';
is $clinic->live->join($topic)->{status}, 'ok', '... and lets people in';

$clinic->cut_database;
is $live->call('phoenix', 'heartbeat')->{status}, 'ok', 'connections to the database are cut off, those of pages are not';
$clinic->restore_database;
happen(10);
catch_up($live);

#
# The hub is killed
#

for (1 .. $rounds) {
	happen(40);
	kill KILL => $clinic->process('hub')->pid;
	wait_until { !$clinic->process('hub')->is_running } 'the hub is killed';
	eval { catch_up($live) }; # what had been sent already
	happen(30);
	$clinic->start_hub;
	$live = connect_again();
	happen(5);
	catch_up($live);
}
# As many at once as the hub reads at a time: there is no more, and that is no hole.
my $told = sub { ($clinic->log_of('hub') =~ /\bevent=feed-hole\b/g) + 0 };
$clinic->psql("INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
	SELECT '$DEMO{clinic}', 'profile', 'updated', '$DEMO{meera}', v, '{}', '{}', '{}' FROM generate_series(1, 500) v");
wait_until { $clinic->psql('SELECT NOT EXISTS (SELECT FROM feed.fresh)') eq 't' } 'the hub takes many changes';
happen(1);
catch_up($live);
is $told->(), 0, 'a full read of the feed is no alarm';
is "$seen[-1]", $made, '... and nobody has to begin anew';

is "@seen", "@{[ 1 .. $made ]}", "each of $made events came once, in order";
is "@broken", '', '... and named the one before it';

#
# A reader sleeps
#

my ($sleeper, $awake) = map { my $l = $clinic->live(hub => 'hub'); $l->join($topic); $l } 1, 2;
my $slept = time;
my $slow = sub { $clinic->psql("SELECT (stats ->> 'slow')::int FROM feed.hub") };
until ($slow->() > 0) {
	last if time - $slept > 60;
	happen(25); # fewer than wait for one who is not reading just now
	my $began = time;
	1 while $awake->event('availability-changed', $topic)->{version} < $made;
	push @broken, 'late by ' . (time - $began) if time - $began > 3;
}
cmp_ok $slow->(), '>', 0, 'who does not read is left behind';
is "@broken", '', '... and nobody else waits for them';
wait_until { $clinic->psql("SELECT (stats ->> 'connections')::int FROM feed.hub") <= 2 } '... and is hung up on', 30;
my $to = eval { $sleeper->wait_for(sub ($m) { $m->{event} eq 'phx_error' }) };
my $code = eval { $sleeper->code };
ok $to || !defined $code || $code == 4408, 'had they woken up they would have been told to begin anew';
my ($first) = map { $_->{payload}{payload} } grep { $_->{event} eq 'broadcast' } @{ $sleeper->{got} };
ok $first, 'they come back with the last that they got';
my $again = $clinic->live;
$again->tell($topic, 'phx_join', { since => $sleeper->{got}[-1]{payload}{payload}{eventId} });
my $next = $again->event('availability-changed');
is $next->{version}, $sleeper->{got}[-1]{payload}{payload}{version} + 1, '... and get what came after it';

done_testing;
