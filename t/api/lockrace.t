#!/usr/bin/perl
# Holders of edit locks that save late, pause in the middle, and do not know
# that their lease has run out or was taken over: no write under a lost lease
# gets into the database, not even one that was sent before (LOCK-8).
#
# Four people work on three appointments, and a fifth hand makes leases run out.
# Every attempt to save is a race; 600 of them, 10,000 with OPDESK_LONG=1.
use v5.36;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Parallel;
use Opdesk::Sql;
use Opdesk::Test;

my $races = $ENV{OPDESK_LONG} ? 10_000 : 600;
my $seed = $ENV{OPDESK_SEED} // time;
note "OPDESK_SEED=$seed makes the same choices";
my $clinic = clinic(server => 'none');
my @who = qw(frontdesk meera admin admin);
my $over = $clinic->dir . '/over';

# Who runs out is written down in the transaction that makes it so.
$clinic->psql('CREATE TABLE public.ran_out (appointment_id uuid, fence bigint, at timestamptz)');
my @visits = map { $clinic->psql("INSERT INTO core.appointment (clinic_id, name, doctor_id, reason) VALUES ('$DEMO{clinic}', 'Race', '$DEMO{meera}', 'new') RETURNING id") } 1 .. 3;
my @person = map { my $account = $clinic->account($_)->{id}; $clinic->session(account => $account);
	{ account => $account, session => $clinic->psql("SELECT id FROM auth.session WHERE account_id = '$account' ORDER BY created_at DESC LIMIT 1") } } @who;

# In a transaction of its own: what the program would do, with a pause before
# its COMMIT now and then.
sub ask ($sql, $me, $call, $pause) {
	$sql->run('BEGIN');
	$sql->run("SELECT role FROM auth.enter('$me->{session}', convert_to('secret of $me->{account}', 'UTF8'), '')");
	$sql->send("SELECT coalesce(refusal, body::text) FROM $call");
	my $text = $sql->take;
	my $state = $sql->{state};
	$sql->run(sprintf 'SELECT pg_sleep(%.4f) \g /dev/null', $pause) if $pause && $state eq '00000';
	# As lib/call.c does: what was refused is taken back.
	$sql->run($state eq '00000' && $text =~ /^(\{|$)/ ? 'COMMIT' : 'ROLLBACK');
	return $text;
}

sub work_on ($n) {
	srand $seed + $n;
	my $me = $person[ $n - 1 ];
	my $sql = Opdesk::Sql->new($clinic, user => 'opdesk_web');
	my (%fence, %got);
	for my $i (1 .. $races / @who) {
		my $id = $visits[ rand @visits ];
		if (!$fence{$id} || rand() < 0.3) {
			my $call = $n > 2 && rand() < 0.5 ? "api.takeover_lock('$id', 'race')" : "api.acquire_lock('$id', NULL, NULL, 'race')";
			my $text = ask($sql, $me, $call, 0);
			$fence{$id} = JSON::PP::decode_json($text)->{lock}{fence} if $text =~ /^\{/;
		}
		# Whoever has a fence believes in it, however long ago that was.
		my $fence = $fence{$id} // 1;
		select undef, undef, undef, rand() ** 3 * 0.01;
		my $text = ask($sql, $me, "api.change('$id', (SELECT version FROM core.appointment WHERE id = '$id'), '{\"reason\":\"$fence by $n, $i\"}', NULL, $fence)", rand() < 0.3 ? rand() ** 2 * 0.02 : 0);
		$got{ $text =~ /^\{/ ? 'saved' : $text =~ /(LOCKED|locked)/ ? 'locked' : $text =~ /VERSION_CONFLICT/ ? 'conflict' : $text }++;
	}
	return \%got;
}

sub run_out ($n) {
	srand $seed - 1;
	my $sql = Opdesk::Sql->new($clinic);
	my $count = 0;
	until (-e $over) {
		my $id = $visits[ rand @visits ];
		my $seconds = rand() < 0.5 ? 301 : 316;
		$count += $sql->run("WITH gone AS (UPDATE core.lock SET acquired_at = acquired_at - interval '$seconds s', expires_at = expires_at - interval '$seconds s'
			WHERE appointment_id = '$id' AND expires_at > clock_timestamp() RETURNING appointment_id, fence),
			noted AS (INSERT INTO public.ran_out SELECT appointment_id, fence, clock_timestamp() FROM gone RETURNING 1) SELECT count(*) FROM noted");
		$sql->run('SELECT core.expire_locks()') if rand() < 0.3;
		select undef, undef, undef, rand() * 0.03;
	}
	return { count => $count };
}

my $running_out = start_all(1, \&run_out);
my @told = at_once(scalar @who, \&work_on);
open my $mark, '>', $over or die "$over: $!";
my ($gone) = $running_out->();

my %got;
for my $one (@told) {
	$got{$_} += $one->{$_} for keys %$one;
}
note join ', ', map { "$_: $got{$_}" } sort keys %got;
my $tried = 0;
$tried += $_ for values %got;
cmp_ok $tried, '>=', $races, "$tried attempts to save";
is_deeply [ grep { !/^(saved|locked|conflict)$/ } keys %got ], [], 'each was saved, refused for its lock, or for its version';
cmp_ok $got{saved}, '>', $races / 20, 'many were saved';
cmp_ok $got{locked}, '>', $races / 10, 'and many came too late';
cmp_ok $gone->{count}, '>', 5, "$gone->{count} leases ran out meanwhile";
cmp_ok $clinic->psql("SELECT count(*) FROM core.lock_event WHERE event = 'taken_over'"), '>', 5, 'and some were taken over';

# The oracle: what was saved, in the order in which it was.
$clinic->psql(q{CREATE VIEW public.saved AS SELECT r.appointment_id, r.id, r.changed_at, substring(r.fields #>> '{reason,1}' FROM '^[0-9]+')::bigint AS fence
	FROM core.revision r WHERE r.fields #>> '{reason,1}' ~ ' by '});
is $clinic->psql('SELECT count(*) FROM public.saved'), $got{saved}, 'what was told to be saved is saved';
is $clinic->psql('SELECT count(*) FROM (SELECT fence < lag(fence) OVER (PARTITION BY appointment_id ORDER BY id) AS falls FROM public.saved) s WHERE falls'), 0,
	'the fences of what was saved never fall';
is $clinic->psql(q{SELECT count(*) FROM public.saved s JOIN core.lock_event e ON e.appointment_id = s.appointment_id AND e.event = 'acquired'
	AND e.fence > s.fence AND e.made_at < s.changed_at}), 0, 'nothing was saved under a lease after somebody else had the next';
is $clinic->psql('SELECT count(*) FROM public.saved s JOIN public.ran_out o USING (appointment_id, fence) WHERE o.at < s.changed_at'), 0,
	'nor after it had run out';
is $clinic->psql(q{SELECT count(*) FROM (SELECT appointment_id, fence, count(*) FROM core.lock_event WHERE event = 'acquired' GROUP BY 1, 2 HAVING count(*) > 1) x}), 0,
	'no fence was given twice';
done_testing;
