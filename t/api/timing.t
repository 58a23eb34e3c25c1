#!/usr/bin/perl
# How long an answer takes says nothing of who is known (security.md A-4, A-5).
# All are asked by turns, so that they meet the same weather.
#
# In general the shortest of some tries is compared: a busy machine makes tries
# longer, never shorter.  With OPDESK_LONG=1 there are 500 tries of each, and a
# difference counts when it is more than 5 % of the median and no chance.
use v5.36;
use lib 't/lib';
use List::Util qw(shuffle);
use Opdesk::Stat;
use Opdesk::Test;
use Time::HiRes qw(time);

my $long = $ENV{OPDESK_LONG};
my $clinic = clinic(programs => [qw(auth otp)], set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0, OPDESK_LIMIT_CODES_DAY => 0 });
my $visitor = $clinic->visitor;
$clinic->psql("UPDATE auth.account SET password_hash = NULL WHERE email = 'arun\@opdesk.test'");
$clinic->psql("UPDATE auth.account SET disabled = true WHERE email = 'meera\@opdesk.test'");

# How long each of these bodies took, in seconds; all have to get that status.
sub times_of ($path, $status, $tries, %body) {
	my (%took, %status);
	for (1 .. $tries) {
		for my $who (shuffle keys %body) {
			my $began = time;
			my $res = $visitor->post($path, $body{$who});
			push @{ $took{$who} }, time - $began;
			$status{ $res->status }++;
		}
	}
	is join(' ', sort keys %status), $status, "$path answers all of them the same";
	return %took;
}

sub least (@took) { (sort { $a <=> $b } @took)[0] }

# factor: in the short form, more than that is too much.
sub alike ($known, $other, $who, $factor) {
	my ($mine, $theirs) = $long ? (median(@$known), median(@$other)) : (least(@$known), least(@$other));
	my $apart = $theirs / $mine - 1;
	my $p = rank_p($known, $other);
	my $same = $long ? abs $apart < 0.05 || $p > 0.001 : $theirs < $factor * $mine && $mine < $factor * $theirs;
	my $figures = sprintf '%.2f and %.2f ms, %+.1f %%, p = %.2g', 1000 * $mine, 1000 * $theirs, 100 * $apart, $p;
	note $figures;
	return ok($same, "as much for $who") || diag $figures;
}

my $p = rank_p([ 1 .. 20 ], [ map { $_ + 9.5 } 1 .. 20 ]);
ok $p > 8.7e-5 && $p < 8.9e-5, 'what is no chance is seen' or diag $p;
cmp_ok rank_p([ map { 2 * $_ } 1 .. 20 ], [ map { 4 * $_ - 21.5 } 1 .. 20 ]), '>', 0.9, 'and what is, too';

my %email = ('somebody who is known' => 'desk@opdesk.test', 'nobody' => 'nobody@opdesk.test', 'who has no password' => 'arun@opdesk.test', 'who is disabled' => 'meera@opdesk.test');
my %took = times_of('/api/auth/login', 401, $long ? 500 : 25, map { $_ => { email => $email{$_}, password => 'wrong' } } keys %email);
my $known = delete $took{'somebody who is known'};
cmp_ok least(@$known), '>', 0.005, 'a password takes time to look at';
alike($known, $took{$_}, $_, 3) for sort keys %took;

# As where thousands have been sent since the program was started, by the plans
# that it made when there were none.
my $ask = '/api/auth/otp/request';
$visitor->post($ask, { phone => '+919899999999' }) for 1 .. 40;
$clinic->psql("INSERT INTO core.outbox (clinic_id, kind, channel, recipient, body, status) SELECT '$DEMO{clinic}', 'code', 'sms', '+919811111111', 'x', 'sent' FROM generate_series(1, 5000)");
my $tries = $long ? 500 : 100;
my %code = times_of($ask, 202, $tries, 'a phone' => { phone => '+919800000001' }, 'a phone that nobody has' => { phone => '+919899999999' },
	'an e-mail' => { email => 'asha@example.org' }, 'an e-mail that nobody has' => { email => 'nobody@example.org' });
is $clinic->psql("SELECT count(*) FROM core.outbox WHERE recipient IN ('+919800000001', 'asha\@example.org')"), 2 * $tries, 'a code is sent to whoever is known';
is $clinic->psql("SELECT count(*) FROM core.outbox WHERE status = 'queued'"), 2 * $tries, 'and to nobody else';
alike($code{$_}, $code{"$_ that nobody has"}, "$_ that nobody has", 4 / 3) for 'a phone', 'an e-mail';
done_testing;
