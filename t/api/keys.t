#!/usr/bin/perl
# A new key in front of the old one (opdesk key rotate): nobody is signed out,
# and nothing that was handed out is lost (security.md K-79).
use v5.36;
use lib 't/lib';
use JSON::PP ();
use MIME::Base64 qw(decode_base64url);
use Opdesk::Parallel;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(admin appointments auth availability otp profiles reservations)], set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
my $file = $clinic->dir . '/opdesk.conf';
my $me = '/api/profiles/me';
my $visitor = $clinic->visitor;

sub key ($verb, %env) {
	local %ENV = (%ENV, OPDESK_CONF => $file, %env);
	my $text = qx('$Opdesk::Cluster::BUILD/sbin/opdesk' key $verb 2>&1);
	return ($? >> 8) . " $text";
}
sub text () { open my $in, '<', $file or die "$file: $!"; local $/; return scalar <$in> }
sub keys_now () { (text() =~ /^OPDESK_SECRET=(.*)$/m)[0] }
sub kid_of ($token) { JSON::PP->new->decode(decode_base64url((split /\./, $token)[0]))->{kid} }
sub sign_in () { $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' })->json }
sub refresh ($token) { $visitor->post('/api/auth/refresh', { refreshToken => $token }) }
sub status ($token) { $clinic->client(token => $token)->get($me)->status }
sub restart () { for my $name (qw(admin appointments auth otp profiles reservations)) { $clinic->stop($name); $clinic->start_program($name) } }
sub send_code ($phone) {
	$visitor->post('/api/auth/otp/request', { phone => $phone });
	return ($clinic->psql("SELECT body FROM core.outbox WHERE kind = 'code' ORDER BY created_at DESC LIMIT 1") =~ /(\d{6})/)[0];
}

#
# What was handed out before
#

my $before = sign_in();
my $tab = sign_in();
my $successor = refresh($tab->{refreshToken})->json->{refreshToken};
my $patient = $clinic->psql("SELECT phone FROM core.patient WHERE id = '$DEMO{asha}'");
my $code = send_code($patient);
my $sync = $clinic->as('frontdesk')->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => "" });
my $wish = $clinic->free_slot;
my %again = ('Idempotency-Key' => 'once-and-only-once-0001');
sub hold () { $visitor->post('/api/reservations', $wish, \%again)->json->{token} }
sub book () { $visitor->post('/api/appointments', { name => 'N', phone => '9811111111' }, \%again)->json }
my ($held, $booked) = (hold(), book());
my $browser = $clinic->visitor(browser => 1);
sub marks () {
	status_is $browser->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' }), 200, 'somebody signs in where they have before';
	return split /\./, $browser->cookie('__Secure-opdesk-known');
}
my @marks = marks();
like $held, qr/^[\w-]{43}$/, 'somebody holds a time';
status_is $sync, 200, 'a page has synchronised';

#
# The file
#

chmod 0640, $file or die;
my ($was, $old) = (text(), keys_now());
like key('rotate'), qr/^0 \Q$file\E: the first key is now (\d{8}a); programs sign with it from their next start on$/, 'a new key is put in front';
like keys_now(), qr/^\d{8}a:[0-9a-f]{64} \Q$old\E$/, 'and the old one is kept behind it';
is text() =~ s/^OPDESK_SECRET=\K\S+ //mr, $was, 'every other line is as it was';
is sprintf('%o', (stat $file)[2] & 07777), '640', 'and so is the mode';
is join(' ', glob "$file*"), $file, 'nothing is left beside it';

#
# Before and after the programs have started anew
#

is status($before->{accessToken}), 200, 'nothing changes until they do';
restart();
is status($before->{accessToken}), 200, 'then an old token still opens';
my $after = sign_in();
is kid_of($after->{accessToken}), (keys_now() =~ /^(\w+):/)[0], 'a new sign-in uses the new key';
isnt kid_of($before->{accessToken}), kid_of($after->{accessToken}), 'which is another';
is status($after->{accessToken}), 200, 'and opens too';

my $again = refresh($tab->{refreshToken});
status_is $again, 200, 'an answer that was lost just before can be asked for again';
is $again->json->{refreshToken}, $successor, 'and is the same one';
my $next = refresh($before->{refreshToken});
status_is $next, 200, 'a session of before goes on';
is kid_of($next->json->{accessToken}), kid_of($after->{accessToken}), 'signed with the new key';
is status($next->json->{accessToken}), 200, 'and its token opens';
status_is refresh($next->json->{refreshToken}), 200, 'and so on';

status_is $visitor->post('/api/auth/otp/verify', { phone => $patient, code => $code }), 200, 'a code that was on its way signs in';
status_is $visitor->post('/api/auth/otp/verify', { phone => $patient, code => send_code($patient) }), 200, 'and one that was sent since';
my @newer = marks();
is "@newer[0 .. $#marks]", "$marks[0] $newer[1]", 'a browser that somebody signed in from is still known';
isnt $newer[1], $marks[1], 'now by the new key';
status_is $clinic->as('frontdesk')->post('/api/admin/appointments/sync', { cursor => $sync->json->{cursor} }), 200, 'a cursor of before is still ours';

is hold(), $held, 'a reservation that is asked for again has the token that it had';
is book()->{editToken}, $booked->{editToken}, 'and a visit';
my %edit = ('X-Edit-Token' => $booked->{editToken});
status_is $visitor->patch("/api/appointments/$booked->{appointment}{id}", { reason => 'x' }, \%edit), 200, 'which still fits';
my $new = $visitor->post('/api/appointments', { name => 'N', phone => '9811111111' })->json;
status_is $visitor->patch("/api/appointments/$new->{appointment}{id}", { reason => 'x' }, { 'X-Edit-Token' => $new->{editToken} }), 200, 'as does one of the new key';

#
# Once more, and an end
#

my @both = at_once(2, sub ($n) { key('rotate') });
is scalar(grep { /^0 / } @both), 2, 'two at once both put a key in front';
is join(' ', map { /\d{8}([a-z]):/ } split ' ', keys_now()), 'c b a', 'one before the other, and each has its own name';
is status($before->{accessToken}), 200, 'a token of four keys ago';
restart();
is status($before->{accessToken}), 200, 'still opens';
is status($next->json->{accessToken}), 200, 'and of three';
key('rotate') for 1 .. 4;
my $eight = text();
like key('rotate'), qr/^1 opdesk: \Q$file\E: it has eight keys: opdesk key reseal, then take the last one away$/, 'a ninth key is refused';
is text(), $eight, 'and nothing is changed';
like key('rotate', OPDESK_SECRET => 'env:0123456789abcdef0123456789abcdef'), qr/^1 opdesk: OPDESK_SECRET is set in the environment: put a new key in front there$/,
	'a key that is not in the file is not rotated there';

open my $out, '>', $file or die;
print $out $eight =~ s/^OPDESK_SECRET=.*\K \S+$//mr;
close $out or die;
restart();
is status($before->{accessToken}), 401, 'when the old key is taken away, its tokens are none';
error_is refresh($tab->{refreshToken}), 401, 'UNAUTHENTICATED', 'nor does its session go on';
is status($next->json->{accessToken}), 200, 'only what a newer key has signed runs out by itself';
my $later = sign_in();
is status($later->{accessToken}), 200, 'a new sign-in is all it takes';

my $claims = JSON::PP->new->decode(decode_base64url((split /\./, $later->{accessToken})[1]));
for my $kid ('none', '../../dev/null', "' OR 1=1 --") {
	is status($clinic->sign($claims, qq({"alg":"HS256","kid":"$kid","typ":"JWT"}))), 401, "kid $kid is unknown";
}
done_testing;
