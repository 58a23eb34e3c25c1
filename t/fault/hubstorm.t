#!/usr/bin/perl
# Changes without end, while the hub and PostgreSQL are killed again and again:
# who listens gets each of them once, in the order of its row (security.md
# M-119, M-120).  The long form is a hundred thousand changes.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
BEGIN { delete @ENV{qw(OPDESK_TEST_PG OPDESK_TEST_TEMPLATE)} } # one of our own to kill
use Opdesk::Process;
use Opdesk::Test;
use File::Temp;
use POSIX ();
use Time::HiRes qw(sleep);

my ($writers, $changes, $kills) = (3, $ENV{OPDESK_LONG} ? (33_400, 60) : (500, 4));
my $batch = $ENV{OPDESK_LONG} ? 40 : 10; # of one transaction: fewer than the queue of a reader holds
my $ahead = 250; # so far a writer goes before it is heard: who missed too much is told to compare
my $clinic = clinic(programs => [], hub => 1);
my $cluster = Opdesk::Cluster->find;
my @rows = map { sprintf '00000000-0000-4000-8000-00000000000%d', $_ } 1 .. $writers;
my %rows = map { $_ => 0 } @rows;

#
# Writers: each a row of its own, again and again until PostgreSQL has said yes
#

# How far the listener has come in each row: a file each.
my $dir = File::Temp->newdir;
sub set_progress ($row, $n) {
	open my $out, '>', "$dir/new" or die "$dir/new: $!";
	print $out $n;
	close $out;
	rename "$dir/new", "$dir/$row";
}
sub progress ($row) { open my $in, '<', "$dir/$row" or return 0; return 0 + readline $in }

$clinic->psql('CREATE TABLE public.storm (id uuid, n int, PRIMARY KEY (id, n))');
sub write_all ($row) {
	for (my $n = 0; $n < $changes; $n += $batch) {
		sleep 0.005 until $n - progress($row) < $ahead;
		my $sql = "WITH once AS (INSERT INTO public.storm VALUES ('$row', $n) ON CONFLICT DO NOTHING RETURNING n)
			INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
			SELECT '$DEMO{clinic}', 'availability', 'updated', '$row', n + v, '{}', '{}', jsonb_build_object('doctorId', '$row', 'version', n + v)
			  FROM once, generate_series(1, $batch) v ORDER BY v";
		1 until eval { $clinic->psql($sql); 1 };
	}
}
#
# Killing
#

sub crash () {
	open my $in, '<', "$cluster->{dir}/pg/postmaster.pid" or die "postmaster.pid: $!";
	chomp(my $pid = <$in>);
	kill QUIT => $pid or die "kill: $!";
	wait_until { !$cluster->{process}->is_running } 'PostgreSQL is gone';
	$cluster->{process} = Opdesk::Process->start(command => [ "$Opdesk::Cluster::TOP/dev.d/postgres", 'run', "$cluster->{dir}/pg" ],
		log => "$cluster->{dir}/postgres.log", signal => 'INT');
}

sub kill_hub () {
	kill KILL => $clinic->process('hub')->pid;
	wait_until { !$clinic->process('hub')->is_running } 'the hub is killed';
	$clinic->start_hub;
}

#
# One who listens, and comes again from where they were
#

my ($last, $live, %wrong) = ('');
my $came = 0;
sub note_wrong ($what) { diag $what if !$wrong{$what =~ s/\d.*//sr}++ }

sub come_again () {
	wait_until {
		$live = $clinic->live;
		my $reply = $live->join('availability:all', { $last ? (since => $last) : () });
		die "refused\n" if $reply->{status} ne 'ok';
		note_wrong('told to compare') if $reply->{response}{resync};
		$last ||= $reply->{response}{eventId};
		1;
	} 'who was cut off is back', 60;
}

sub take ($event) {
	my ($row, $version) = @$event{qw(doctorId version)};
	note_wrong("wrong: version $version of $row came after $rows{$row}") if $version != $rows{$row} + 1;
	$rows{$row} = $version;
	set_progress($row, $version);
	$last = $event->{eventId};
	$came++;
}

come_again(); # before there is anything to hear
my @children = map {
	my $row = $_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDERR, '>', '/dev/null';
		write_all($row);
		POSIX::_exit(0);
	}
	$pid;
} @rows;
my $next = my $step = int($writers * $changes / ($kills + 1));
while ($came < $writers * $changes) {
	my $m = eval { $live->wait_for(sub ($m) { $m->{event} =~ /^(?:broadcast|phx_error|phx_close)$/ }, 60) };
	if (!$m || $m->{event} ne 'broadcast') {
		note_wrong("nothing came: $@") if $@ =~ /in time/;
		last if $@ =~ /in time/;
		come_again();
		next;
	}
	take($m->{payload}{payload}) if $m->{payload}{event} eq 'availability-changed';
	next if $came < $next;
	$next += $step;
	($next / $step) % 4 ? kill_hub() : crash();
}
is_deeply [ values %rows ], [ ($changes) x $writers ], "all $came changes came";
is_deeply \%wrong, {}, '... each once, and in the order of its row';
unlike $clinic->log_of('hub'), qr/feed-hole/, 'the hub saw no hole in the feed';
waitpid $_, 0 for @children;
my $made;
wait_until { $made = $clinic->psql('SELECT count(*) FROM public.storm') } 'PostgreSQL is up', 30;
is $made, $writers * $changes / $batch, 'so many were made';

done_testing;
