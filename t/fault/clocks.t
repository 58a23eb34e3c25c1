#!/usr/bin/perl
# Three nodes on one database, and the clocks of two are an hour off, one ahead
# and one behind: what decides anything goes by the database's clock, and what
# goes by the node's own errs to the safe side (security.md A-15).
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Days;
use Opdesk::Test;
use Opdesk::Totp;

plan skip_all => 'faketime is not installed' unless Opdesk::Clinic->faketime;
plan skip_all => 'a sanitizer has to be loaded first, and so has libfaketime' if $Opdesk::Cluster::BUILD =~ /asan/;

my $HOUR = 3600;
my %node = (programs => [qw(auth otp factor profiles reservations appointments availability locks health)], workers => 1, server => 'nginx');
my $right = clinic(%node);
my %off = map { $_->[0] => clinic(%node, beside => $right, clock => $_->[1]) } [ ahead => "+$HOUR" ], [ behind => "-$HOUR" ];
my @nodes = ([ 'the right node', $right ], map { [ "the node $_", $off{$_} ] } sort keys %off);
my $password = 'correct horse battery staple';
my $me = '/api/profiles/me';
my $ashas = '+919800000001';

sub login ($node, $email = 'desk@opdesk.test', $secret = $password) { $node->visitor->post('/api/auth/login', { email => $email, password => $secret }) }
sub refresh ($node, $token) { $node->visitor->post('/api/auth/refresh', { refreshToken => $token }) }
sub opens ($node, $token) { $node->client(token => $token)->get($me) }
sub forget { $right->psql('DELETE FROM core.limit_use') }
sub seconds_left ($table, $where) { $right->psql("SELECT round(extract(epoch FROM expires_at - clock_timestamp())) FROM $table WHERE $where") }

#
# Who watches hears of it
#

for (@nodes) {
	my ($what, $node) = @$_;
	my $off = $node->{clock} // 0;
	my $res = $node->visitor->get('/health');
	status_is $res, 200, "$what serves";
	ok abs($res->json->{clockAhead} - $off) <= 2, '... and says how far its clock is from the database\'s';
	opens($node, 'x');
	like $node->log_of('profiles'), qr/event=clock-off ahead=-?(?:3599|360[01])s/, '... as does the log of each program when it starts' if $off;
	unlike $node->log_of('profiles') . $node->log_of('health'), qr/clock-off/, '... of which no log complains' unless $off;
}

#
# Tokens go by the node's own clock
#

my %session = map { $_ => login($off{$_})->json } keys %off;
my $session = login($right)->json;
status_is opens($right, $session->{accessToken}), 200, 'the right node takes its own token';
for my $which (sort keys %off) {
	status_is opens($off{$which}, $session{$which}{accessToken}), 200, "the node $which takes its own";
	error_is opens($right, $session{$which}{accessToken}), 401, 'UNAUTHENTICATED', '... and the right one does not: ' .
		($which eq 'ahead' ? 'it was issued in the future' : 'it has run out');
	error_is opens($off{$which}, $session->{accessToken}), 401, 'UNAUTHENTICATED', '... nor it one of the right node, which is ' .
		($which eq 'ahead' ? 'over there' : 'not yet issued there');
}

# So a token can live longer on a node that is behind, but no longer than its
# session, which ends everywhere at once.
my $desk = $right->account('frontdesk')->{id};
my $open = $right->session(account => $desk);
my ($payload) = $open =~ /\.(.*)\./;
my %claims = %{ JSON::PP->new->decode(MIME::Base64::decode_base64url($payload)) };
my $old = $right->sign({ %claims, iat => time - $HOUR, exp => time - $HOUR + 900 });
error_is opens($right, $old), 401, 'UNAUTHENTICATED', 'what ran out three quarters of an hour ago';
error_is opens($off{ahead}, $old), 401, 'UNAUTHENTICATED', '... opens nothing on the node that is ahead';
status_is opens($off{behind}, $old), 200, '... but on the one that is behind';
status_is $right->client(token => $open)->post('/api/auth/logout'), 204, '... until its session is ended, wherever';
error_is opens($off{behind}, $old), 401, 'UNAUTHENTICATED', '... and then not even there';

#
# Sessions and their refresh go by the database's
#

for my $which (sort keys %off) {
	my $pair = login($off{$which})->json;
	my $last = "account_id = '$desk' ORDER BY created_at DESC LIMIT 1";
	my ($session) = $right->psql("SELECT id FROM auth.session WHERE $last");
	ok abs(seconds_left('auth.session', $last) - 30 * 86400) < 60, "a session from the node $which lasts as long as any";
	ok abs(seconds_left('auth.refresh', "session_id = '$session'") - 14 * 86400) < 60, '... and so does its refresh token';
	my $next = refresh($right, $pair->{refreshToken});
	status_is $next, 200, '... which the right node takes';
	status_is opens($right, $next->json->{accessToken}), 200, '... for a token that is good there';
	is refresh($off{$which}, $pair->{refreshToken})->json->{refreshToken}, $next->json->{refreshToken}, '... and within ten seconds this one gives the same successor';
	$right->age(refresh => 11);
	error_is refresh($off{$which}, $pair->{refreshToken}), 401, 'UNAUTHENTICATED', '... and after eleven none';
	$right->psql("UPDATE auth.session SET expires_at = clock_timestamp() WHERE account_id = '$desk'");
	error_is refresh($off{$which}, $session{$which}{refreshToken}), 401, 'UNAUTHENTICATED', "a session that is over is over on the node $which";
	error_is opens($off{$which}, $session{$which}{accessToken}), 401, 'UNAUTHENTICATED', '... whatever its token says';
}

#
# Codes, holds, locks and limits as well
#

sub code { ($right->rows("SELECT body FROM core.outbox WHERE recipient = '$ashas' ORDER BY created_at DESC, id LIMIT 1"))[0]{body} =~ /^(\d{6})/ ? $1 : die 'no code' }
sub verify ($node, $code) { $node->visitor->post('/api/auth/otp/verify', { phone => $ashas, code => $code }) }

for my $which (sort keys %off) {
	for my $way ([ $off{$which}, $right, "a code from the node $which, shown to the right one" ], [ $right, $off{$which}, "a code from the right node, shown to the one $which" ]) {
		my ($from, $to, $what) = @$way;
		forget();
		status_is $from->visitor->post('/api/auth/otp/request', { phone => $ashas }), 202, $what;
		status_is verify($to, code()), 200, '... signs in';
		$from->visitor->post('/api/auth/otp/request', { phone => $ashas });
		$right->psql("UPDATE auth.code SET expires_at = expires_at - interval '301 seconds'");
		error_is verify($to, code()), 401, 'INVALID_CREDENTIALS', '... for five minutes';
	}
}

for my $which (sort keys %off) {
	for my $way ([ $off{$which}, $right, "what was held by the node $which" ], [ $right, $off{$which}, "what was held by the right node, to the one $which" ]) {
		my ($from, $to, $what) = @$way;
		my $wish = $right->free_slot;
		my $hold = $from->visitor->post('/api/reservations', $wish);
		status_is $hold, 201, $what;
		ok abs(epoch($hold->json->{expiresAt}) - time - 300) < 60, '... for five minutes';
		error_is $to->visitor->post('/api/reservations', $wish), 409, 'SLOT_TAKEN', '... is held';
		$right->age(hold => 301);
		status_is $to->visitor->post('/api/reservations', $wish), 201, '... and then free';
	}
}

# A session of the database that a node believes whose clock is off by that.
sub at_work ($node, $who) {
	my $token = $right->token($who);
	my ($payload) = $token =~ /\.(.*)\./;
	my %claims = %{ JSON::PP->new->decode(MIME::Base64::decode_base64url($payload)) };
	my $off = $node->{clock} // 0;
	return $node->client(token => $right->sign({ %claims, map { $_ => $claims{$_} + $off } qw(iat exp) }));
}
for my $which (sort keys %off) {
	my ($visit) = $right->rows("SELECT id FROM core.appointment WHERE doctor_id = '$DEMO{meera}' AND status = 'confirmed' AND NOT is_deleted ORDER BY starts_at DESC LIMIT 1");
	my $lock = "/api/appointments/$visit->{id}/acquire-lock";
	status_is at_work($off{$which}, 'frontdesk')->post($lock, {}), 201, "a lock by the node $which";
	error_is at_work($right, 'admin')->post($lock, {}), 409, 'LOCKED_BY_OTHER', '... is one to the right node';
	$right->age(lock => 316);
	status_is at_work($right, 'admin')->post($lock, {}), 201, '... for five minutes';
	error_is at_work($off{$which}, 'frontdesk')->post($lock, {}), 409, 'LOCKED_BY_OTHER', '... and the other way round';
	$right->age(lock => 316);
}

forget();
for my $try (1 .. 15) {
	my $node = $nodes[ $try % 3 ][1];
	error_is login($node, 'desk@opdesk.test', 'wrong'), 401, 'INVALID_CREDENTIALS', "try $try by " . $nodes[ $try % 3 ][0];
}
for (@nodes) {
	my $no = login($_->[1]);
	error_is $no, 429, 'RATE_LIMITED', "the sixteenth is too many for $_->[0]";
	ok $no->header('Retry-After') <= 60, '... for a minute';
}
$right->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '61 seconds' FROM unnest(uses) u)");
status_is login($_->[1]), 200, "a minute later $_->[0] lets in" for @nodes;

#
# An app's code is of the node's own time
#

my $admin = $right->as('admin');
my $secret = $admin->post('/api/auth/totp/enrol', {})->json->{secret};
status_is $admin->post('/api/auth/totp/confirm', { code => totp($secret) }), 200, 'an app is set up at the right node';
sub mfa ($node, $code) {
	forget();
	$right->psql('UPDATE auth.totp SET step = -1, failures = 0');
	my $challenge = login($node, 'admin@opdesk.test')->json->{challenge} // die 'nothing is asked';
	return $node->visitor->post('/api/auth/mfa', { challenge => $challenge, code => $code });
}
status_is mfa($right, totp($secret)), 200, 'there its code signs in';
for my $which (sort keys %off) {
	error_is mfa($off{$which}, totp($secret)), 401, 'INVALID_CREDENTIALS', "at the node $which it does not";
	status_is mfa($off{$which}, totp($secret, step_now() + $off{$which}{clock} / 30)), 200, '... as that waits for the code of its own time';
	like $off{$which}->log_of('factor'), qr/event=clock-off/, '... and the log says why';
}

done_testing;
