#!/usr/bin/perl
# Sealed columns under a new key (opdesk key reseal): killed twenty times on its
# way, while people set their second factor up, it leaves no row that cannot be
# read (security.md K-74, K-78).
use v5.36;
use lib 't/lib';
use Opdesk::Process;
use Opdesk::Sql;
use Opdesk::Test;
use Opdesk::Totp;

my $clinic = clinic(programs => [qw(auth factor profiles)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $file = $clinic->dir . '/opdesk.conf';
my $log = $clinic->dir . '/log/reseal.log';
my $opdesk = "$Opdesk::Cluster::BUILD/sbin/opdesk";
my $n = 60;
my @id = map { sprintf '00000000-0000-4000-9000-%012d', $_ } 1 .. $n;
$clinic->psql("INSERT INTO auth.account (id, clinic_id, role, name, email) VALUES ('$_', '$DEMO{clinic}', 'frontdesk', 'N', '$_\@opdesk.test')") for @id;
my %who = map { $_ => $clinic->client(token => $clinic->session(account => $_)) } @id;
my %secret;

sub key ($verb) {
	local $ENV{OPDESK_CONF} = $file;
	my $text = qx('$opdesk' key $verb 2>&1);
	return ($? >> 8) . " $text";
}
sub enrol ($id) { $secret{$id} = $who{$id}->post('/api/auth/totp/enrol', {})->json->{secret} // die "no secret for $id\n" }
sub confirms ($id) { $who{$id}->post('/api/auth/totp/confirm', { code => totp($secret{$id}) })->status }
sub sealed ($id) { $clinic->psql("SELECT secret FROM auth.totp WHERE account_id = '$id'") }
sub left ($kid) { $clinic->psql("SELECT count(*) FROM auth.totp WHERE substring(secret FROM 3 FOR get_byte(secret, 1)) = convert_to('$kid', 'UTF8')") }

enrol($_) for @id;
is left('test'), $n, 'so many secrets are sealed';
is key('reseal'), "0 sealed anew: 0 of $n\n", 'with the newest key: there is nothing to do';
my ($kid) = key('rotate') =~ /now (\w+);/;
for my $name (qw(auth factor profiles)) {
	$clinic->stop($name);
	$clinic->start_program($name);
}
is confirms($id[0]), 200, 'under a new key the old secrets still serve';

#
# Killed at one row after the other
#

my $other = Opdesk::Sql->new($clinic);
my $done = 0;
sub waits () { $clinic->psql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") }
for my $round (1 .. 20) {
	my $at = $round * 2;
	$other->run("BEGIN; SELECT FROM auth.totp WHERE account_id = '$id[$at]' FOR UPDATE");
	my $p = Opdesk::Process->start(command => [ $opdesk, 'key', 'reseal' ], log => $log, env => { OPDESK_CONF => $file });
	wait_until { waits() } "round $round: it comes to a row that somebody holds";
	enrol($id[ $at + 1 ]) if $round % 4 == 0; # a row that is still before it
	kill 'KILL', -$p->pid;
	wait_until { !$p->is_running } 'and is killed there';
	$done++ if left($kid) >= $at;
	$other->run('ROLLBACK');
	wait_until { !waits() } 'the database is done with what it was sent';
}
is $done, 20, 'each time it has come further';
ok left('test') > 0, 'and is not through';
like key('reseal'), qr/^0 sealed anew: [1-9]\d* of $n\n$/, 'the next run goes on';
is left($kid), $n, 'to the end';
is key('reseal'), "0 sealed anew: 0 of $n\n", 'and then nothing is left to do';
is join(' ', map { confirms($_) } @id[ 1 .. $n - 1 ]), join(' ', (200) x ($n - 1)), 'every secret serves, and is what it was';

#
# The old key goes
#

my $text = do { open my $in, '<', $file or die; local $/; <$in> };
open my $out, '>', $file or die;
print $out $text =~ s/^OPDESK_SECRET=.*\K \S+$//mr;
close $out or die;
is key('reseal'), "0 sealed anew: 0 of $n\n", 'nothing needs the old key any more';

#
# What does not open
#

my ($mine, $whole) = map { sealed($_) } @id[ 0, 1 ];
$clinic->psql("UPDATE auth.totp SET secret = '$mine' WHERE account_id = '$id[1]'");
$clinic->psql("UPDATE auth.totp SET secret = set_byte(secret, 40, get_byte(secret, 40) # 1) WHERE account_id = '$id[2]'");
for my $name (qw(auth factor profiles)) {
	$clinic->stop($name);
	$clinic->start_program($name);
}
($clinic->{set}{OPDESK_SECRET}) = $text =~ /^OPDESK_SECRET=(.*) \S+$/m; # for the tokens that are made here
$who{$_} = $clinic->client(token => $clinic->session(account => $_)) for @id[ 1 .. 3 ];
$clinic->psql("UPDATE auth.totp SET confirmed_at = NULL, step = -1 WHERE account_id IN ('$id[1]', '$id[2]', '$id[3]')");
for my $case ([ $id[1], 'copied from another row' ], [ $id[2], 'with one bit flipped' ]) {
	error_is $who{ $case->[0] }->post('/api/auth/totp/confirm', { code => totp($secret{ $id[0] }) }), 500, 'INTERNAL_ERROR', "a secret $case->[1] serves nobody";
}
like $clinic->log_of('factor'), qr/event=seal-refused alarm=yes place=auth\.totp\.secret\/$id[1] why=altered-or-moved/, 'and the log has an alarm';
is confirms($id[3]), 200, 'one that is whole does';
my ($next) = key('rotate') =~ /now (\w+);/;
like key('reseal'), qr/^1 .*^sealed anew: ${\($n - 2)} of $n\n.*opdesk: 2 did not open: keep every key$/ms, 'they make the command fail when it comes to them';
is left($next), $n - 2, 'which seals all others anew';
is sealed($id[1]), $mine, 'and leaves them as they are';
done_testing;
