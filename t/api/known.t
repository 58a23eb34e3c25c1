#!/usr/bin/perl
# Who burns another's tries keeps out nobody who signs in from where they were
# before (security.md E-71; lib/known.h).
use v5.36;
use lib 't/lib';
use JSON::PP qw(encode_json);
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth otp profiles)], set => { OPDESK_TRUSTED_PROXIES => '127.0.0.1', OPDESK_ARGON2_MEMORY => 64, OPDESK_ARGON2_PASSES => 1 });
plan skip_all => 'it needs a proxy that is believed' if $clinic->server eq 'apache';
my $password = 'correct horse battery staple';
my $cookie = '__Secure-opdesk-known';
my $phone = '+919800000001';
my $n = 0;

# Every request from an address of its own: what an address may try is another matter (t/api/limits.t).
sub from { 'X-Forwarded-For' => sprintf '203.0.113.%d', ++$n % 250 }
sub browser { $clinic->visitor(browser => 1) }
sub login ($who, $email, $secret = $password, %more) { $who->post('/api/auth/login', { email => $email, password => $secret }, { from(), %more }) }
sub key ($who, $secret = 'opdesk-demo-admin-key') { $who->post('/api/auth/admin-key', { adminKey => $secret }, { from() }) }
sub burn ($email) { login($clinic->visitor, $email, 'wrong') for 1 .. 15 }
sub forget { $clinic->psql('DELETE FROM core.limit_use') }
sub parts ($who) { split /\./, $who->cookie($cookie) // '' }

#
# Staff
#

my $home = browser();
my $res = login($home, 'desk@opdesk.test');
status_is $res, 200, 'somebody signs in';
my ($line) = grep { /^\Q$cookie\E=/ } $res->headers('Set-Cookie');
like $line, qr/^\Q$cookie\E=[\w-]{43}\.[\w-]{43}; Max-Age=34560000; Secure; HttpOnly; Path=\/api\/auth; SameSite=Strict$/, 'and the browser remembers it, where no script reads it';
burn('desk@opdesk.test');
error_is login($clinic->visitor, 'desk@opdesk.test'), 429, 'RATE_LIMITED', 'when somebody has burnt their tries, nobody signs in there';
error_is login(browser(), 'desk@opdesk.test'), 429, 'RATE_LIMITED', 'from any other browser';
status_is login($home, 'desk@opdesk.test'), 200, 'but they do from theirs';
status_is login($home, ' Desk@opdesk.test '), 200, 'however they write it';
my ($nonce) = parts($home);
is scalar(parts($home)), 2, 'the browser remembers it once';
error_is login($home, 'desk@opdesk.test', 'wrong'), 401, 'INVALID_CREDENTIALS', 'a wrong password is one there too' for 1 .. 13;
error_is login($home, 'desk@opdesk.test'), 429, 'RATE_LIMITED', 'and their own tries end as anybody\'s';
forget();

# Colleagues at one computer.
login($home, "$_\@opdesk.test") for qw(meera arun);
is scalar(parts($home)), 4, 'a browser remembers everybody who signed in there';
burn('meera@opdesk.test');
burn('desk@opdesk.test');
status_is login($home, "$_\@opdesk.test"), 200, "$_ signs in" for qw(desk meera);
burn('admin@opdesk.test');
error_is login($home, 'admin@opdesk.test'), 429, 'RATE_LIMITED', 'who never did is kept out like anywhere';
forget();

# What a failed sign-in leaves.
my $other = browser();
login($other, 'desk@opdesk.test', 'wrong');
is $other->cookie($cookie), undef, 'a wrong password is not remembered';
my $before = $home->cookie($cookie);
login($home, 'admin@opdesk.test', 'wrong');
is $home->cookie($cookie), $before, 'and changes nothing of what is';

# A cookie that is none of ours.
burn('desk@opdesk.test');
my @marks = parts($home);
my $with = sub ($value) { login($clinic->visitor, 'desk@opdesk.test', $password, Cookie => "$cookie=$value") };
my $desk = $marks[2]; # meera, desk, arun
status_is $with->("$nonce.$desk"), 200, 'the mark is what counts';
error_is $with->($_->[1]), 429, 'RATE_LIMITED', "not $_->[0]" for
	[ 'with another number', 'A' x 43 . ".$desk" ], [ 'that of a colleague', "$nonce.$marks[1]" ], [ 'cut off', substr "$nonce.$desk", 0, -1 ],
	[ 'made longer', "$nonce.$desk" . 'A' ], [ 'the number alone', $nonce ], [ 'nothing', '' ], [ 'stops', '.' x 90 ], [ 'another', "$nonce." . 'A' x 43 ],
	[ 'a ninth', join '.', $nonce, ('A' x 43) x 8, $desk ], [ 'eight thousand', 'A' x 7000 ];
error_is login($clinic->visitor, 'desk@opdesk.test', $password, Cookie => "$cookie=$nonce.$desk; $cookie=$nonce.$desk"), 400, 'VALIDATION_ERROR', 'nor one that comes twice';
forget();

# No more than eight.
$clinic->psql("INSERT INTO auth.account (clinic_id, role, name, email, password_hash) SELECT clinic_id, 'frontdesk', 'N' || i, 'n' || i || '\@opdesk.test', password_hash
	FROM auth.account, generate_series(1, 8) i WHERE email = 'desk\@opdesk.test'");
login($home, "n$_\@opdesk.test") for 1 .. 7;
is scalar(parts($home)), 9, 'a browser remembers the last eight';
is +(parts($home))[0], $nonce, 'under one number';
burn($_) for 'meera@opdesk.test', 'arun@opdesk.test';
status_is login($home, 'meera@opdesk.test'), 200, 'the eighth is among them';
error_is login($home, 'arun@opdesk.test'), 429, 'RATE_LIMITED', 'and who was here before is not';
forget();

#
# The admin key
#

status_is key($home), 200, 'somebody signs in with the admin key';
key($clinic->visitor, 'x') for 1 .. 15;
error_is key($clinic->visitor), 429, 'RATE_LIMITED', 'when others have tried it too often, it opens nothing';
status_is key($home), 200, 'but from where it has before';
forget();

#
# Patients
#

sub letters { $clinic->rows("SELECT body FROM core.outbox WHERE recipient = '$phone' AND kind = 'code' ORDER BY created_at DESC, id") }
sub ask ($who) { $who->post('/api/auth/otp/request', { phone => $phone }, { from() }) }
sub code_for ($who) {
	status_is ask($who), 202, 'a code is asked for';
	return ((letters())[0]{body} =~ /^(\d{6})/)[0];
}
sub try_code ($who, $code) { $who->post('/api/auth/otp/verify', { phone => $phone, code => $code }, { from() }) }
sub wrong ($code) { sprintf '%06d', ($code + 1) % 1_000_000 }

my $stranger = $clinic->visitor;
my $asha = browser();
status_is try_code($asha, code_for($asha)), 200, 'a patient signs in by a code';
like $asha->cookie($cookie), qr/^[\w-]{43}\.[\w-]{43}$/, 'and the browser remembers it';
forget();

my $code = code_for($asha);
try_code($stranger, wrong($code)) for 1 .. 6;
status_is try_code($asha, $code), 200, 'a code that is asked for there is not spent by others';
forget();
$code = code_for($asha);
my $later = code_for($stranger);
status_is try_code($asha, $code), 200, 'nor replaced by one that they make come';
forget();
code_for($asha);
$later = code_for($stranger);
status_is try_code($asha, $later), 200, 'though that works there too: people type the last one that came';
error_is try_code($_, $later), 401, 'INVALID_CREDENTIALS', 'once' for $asha, $stranger;
forget();
ask($stranger) for 1 .. 3;
error_is ask($stranger), 429, 'RATE_LIMITED', 'when others have asked for all codes of ten minutes';
error_is ask(browser()), 429, 'RATE_LIMITED', '... so that no other browser gets one';
$code = code_for($asha);
try_code($stranger, wrong($code)) for 1 .. 15;
error_is try_code($stranger, $code), 429, 'RATE_LIMITED', '... and tried as often as a minute lets them';
$clinic->psql("UPDATE auth.code SET failures = 100 WHERE address = '$phone' AND browser = ''");
status_is try_code($asha, $code), 200, '... and a hundred times in a row, the patient signs in where they did before';
forget();

# What is known is the phone's: nobody else's codes come of it.
$code = code_for($asha);
my $bilal = browser();
error_is try_code($bilal, $code), 401, 'INVALID_CREDENTIALS', 'a code that was asked for at home works nowhere else';
try_code($asha, wrong($code)) for 1 .. 5;
error_is try_code($asha, $code), 401, 'INVALID_CREDENTIALS', 'and is spent by five wrong tries there';
unlike $clinic->psql('SELECT string_agg(c::text, $$ $$) FROM auth.code c') . $clinic->psql('SELECT string_agg(u::text, $$ $$) FROM core.limit_use u'), qr/\Q${\ (parts($asha))[0]}\E/,
	'the number in the cookie is stored nowhere';

forget();

# Whoever gives out accounts makes no browser known for somebody else's.
$clinic->psql("UPDATE auth.account SET email = 'asha\@example.org' WHERE email = 'arun\@opdesk.test'");
my $arun = browser();
status_is login($arun, 'asha@example.org'), 200, 'somebody of the staff has the address of a patient';
sub ask_by_mail ($who) { $who->post('/api/auth/otp/request', { email => 'asha@example.org' }, { from() }) }
ask_by_mail($stranger) for 1 .. 3;
error_is ask_by_mail($arun), 429, 'RATE_LIMITED', 'whose codes are not theirs to ask for or to try';
forget();
Opdesk::Neighbour->new($clinic);
my $body = encode_json({ email => 'desk@opdesk.test', password => $password });
my $there = $clinic->visitor->raw("POST /api/auth/login HTTP/1.1\r\nHost: $Opdesk::Neighbour::HOST\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body");
is $there->json->{user}{name}, 'Second Desk', 'somebody next door has the address of somebody here';
my ($theirs) = map { /^\Q$cookie\E=([^;]+)/ ? $1 : () } $there->headers('Set-Cookie');
like $theirs, qr/^[\w-]{43}\.[\w-]{43}$/, 'and a browser that is known there';
burn('desk@opdesk.test');
error_is $with->($theirs), 429, 'RATE_LIMITED', 'but not here';

contract_is_kept;
done_testing;
