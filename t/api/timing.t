#!/usr/bin/perl
# How long a refusal takes says nothing of who is known (security.md A-5).  The
# shortest of many tries is compared: a busy machine makes tries longer, never
# shorter.
use v5.36;
use lib 't/lib';
use Opdesk::Test;
use Time::HiRes qw(time);

my $tries = $ENV{OPDESK_LONG} ? 500 : 25;
my $clinic = clinic(programs => [qw(auth)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $visitor = $clinic->visitor;
$clinic->psql("UPDATE auth.account SET password_hash = NULL WHERE email = 'arun\@opdesk.test'");
$clinic->psql("UPDATE auth.account SET disabled = true WHERE email = 'meera\@opdesk.test'");
my %email = ('somebody who is known' => 'desk@opdesk.test', 'nobody' => 'nobody@opdesk.test', 'who has no password' => 'arun@opdesk.test', 'who is disabled' => 'meera@opdesk.test');
my (%shortest, %status);

for (1 .. $tries) {
	for my $who (sort keys %email) { # by turns, so that all meet the same weather
		my $began = time;
		my $res = $visitor->post('/api/auth/login', { email => $email{$who}, password => 'wrong' });
		my $took = time - $began;
		$shortest{$who} = $took if $took < ($shortest{$who} // 1e9);
		$status{ $res->status }++;
	}
}
is join(' ', sort keys %status), '401', 'all of them are refused';
my $known = $shortest{'somebody who is known'};
cmp_ok $known, '>', 0.005, 'a password takes time to look at';
for my $who (grep { $_ !~ /known/ } sort keys %email) {
	my $ratio = $shortest{$who} / $known;
	ok $ratio > 1 / 3 && $ratio < 3, "as much for $who, where looking at nothing would take a thirtieth" or diag sprintf '%.4f s and %.4f s', $shortest{$who}, $known;
}
done_testing;
