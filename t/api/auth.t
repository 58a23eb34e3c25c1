#!/usr/bin/perl
# Signing in and out: key, password, tokens that are forged, sessions that are
# over (security.md A-13 to A-20, O12).
use v5.36;
use lib 't/lib';
use Digest::SHA qw(hmac_sha256 hmac_sha512);
use MIME::Base64 qw(encode_base64url decode_base64url);
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth profiles appointments reservations clinic)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my $visitor = $clinic->visitor;
my $password = 'correct horse battery staple';
my $me = '/api/profiles/me';

sub login ($email, $secret = $password, %more) { $visitor->post('/api/auth/login', { email => $email, password => $secret, %more }) }
sub key ($key) { $visitor->post('/api/auth/admin-key', { adminKey => $key }) }
sub with ($token) { $clinic->client(token => $token) }
sub alike ($res) { join ' ', $res->status, $res->text =~ s/"(timestamp|requestId)":"[^"]*"//gr }

#
# The key
#

my $res = key('opdesk-demo-admin-key');
status_is $res, 200, 'the admin key signs in';
is_deeply [ sort keys %{ $res->json } ], [qw(accessToken expiresAt user)], 'to an access token, and nothing to refresh it with';
is "$res->{json}{user}{role} $res->{json}{user}{name}", 'admin Clinic key', 'as an admin of its own';
my $life = epoch($res->json->{expiresAt}) - time;
ok abs($life - 7200) < 5, 'for two hours';
is with($res->json->{accessToken})->get($me)->json->{id}, $res->json->{user}{id}, 'the token opens what an admin may see';
my ($known, $cookie) = $res->headers('Set-Cookie');
like $cookie, qr/^__Host-opdesk=\Q$res->{json}{accessToken}\E; Max-Age=7200; Secure; HttpOnly; Path=\/; SameSite=Lax$/, 'which a browser gets as a cookie that no script reads';
unlike $cookie, qr/Domain/i, 'and no other host';
like $known, qr/^__Secure-opdesk-known=/, 'beside the one that knows the browser again';
is scalar(my @n = $res->headers('Set-Cookie')), 2, 'these two';
is $res->header('Cache-Control'), 'no-store', 'nobody keeps the answer';

my $wrong = key('opdesk-demo-admin-kex');
error_is $wrong, 401, 'INVALID_CREDENTIALS', 'another key does not';
my %no = ('a part of it' => 'opdesk-demo-admin', 'the key and more' => 'opdesk-demo-admin-keyx', 'in capitals' => 'OPDESK-DEMO-ADMIN-KEY', 'with a blank' => ' opdesk-demo-admin-key', 'nothing' => '',
	'a thousand characters' => 'x' x 1024, 'in other letters' => "opdesk-demo-admin-k\x{435}y");
is alike(key($no{$_})), alike($wrong), "nor $_, and it looks the same" for sort keys %no;
ok !$wrong->header('Set-Cookie'), 'without a cookie';
error_is key($_), 400, 'VALIDATION_ERROR', 'what is no text is no key' for undef, 5, ['opdesk-demo-admin-key'], {}, JSON::PP::true;
error_is key('x' x 1025), 400, 'VALIDATION_ERROR', 'nor what is longer than any key';
error_is $visitor->post('/api/auth/admin-key', { adminKey => 'x' x (1 << 20) }), 413, 'PAYLOAD_TOO_LARGE', 'a megabyte is not even read';
my $keyless = clinic(programs => ['auth'], set => { OPDESK_ADMIN_KEY => '' });
error_is $keyless->visitor->post('/api/auth/admin-key', { adminKey => '' }), 404, 'NOT_FOUND', 'where no key is set there is no such sign-in';

#
# The password
#

my %role = ('admin@opdesk.test' => 'admin', 'desk@opdesk.test' => 'frontdesk', 'meera@opdesk.test' => 'doctor', 'arun@opdesk.test' => 'doctor');
for my $email (sort keys %role) {
	$res = login($email);
	status_is $res, 200, "$email signs in";
	is $res->json->{user}{role}, $role{$email}, "as $role{$email}";
	is with($res->json->{accessToken})->get($me)->json->{role}, $role{$email}, 'which the token says too';
}
ok abs(epoch($res->json->{expiresAt}) - time - 900) < 5, 'an access token lives for 15 minutes';
ok length $res->json->{refreshToken} >= 40, 'a client without cookies gets its refresh token in the body';
my %cookie = map { /^([^=]+)=([^;]*); (.*)/ ? ($1 => [ $2, $3 ]) : () } $res->headers('Set-Cookie');
is $cookie{'__Host-opdesk'}[1], 'Max-Age=900; Secure; HttpOnly; Path=/; SameSite=Lax', 'the access cookie';
is $cookie{'__Secure-opdesk-refresh'}[1], 'Max-Age=1209600; Secure; HttpOnly; Path=/api/auth; SameSite=Strict', 'the refresh cookie: 14 days, for sign-in only';
status_is login(' Meera@OPDESK.test '), 200, 'case and blanks around an address do not matter';
for my $header ({ Origin => $clinic->url }, { 'Sec-Fetch-Site' => 'same-origin' }) {
	my $browser = $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => $password }, $header);
	is $browser->json->{refreshToken}, undef, 'a browser never gets it in the body';
	like join("\n", $browser->headers('Set-Cookie')), qr/^__Secure-opdesk-refresh=\S{40}/m, 'but as a cookie';
}

$wrong = login('desk@opdesk.test', 'wrong');
error_is $wrong, 401, 'INVALID_CREDENTIALS', 'another password does not';
my @same = ([ 'desk@opdesk.test', "$password " ], [ 'desk@opdesk.test', substr $password, 0, -1 ], [ 'desk@opdesk.test', uc $password ], [ 'nobody@opdesk.test', $password ], [ 'nobody', $password ],
	[ "desk\@opdesk.test' OR '1'='1", $password ], [ 'asha@example.org', $password ], [ '%@opdesk.test', $password ], [ 'desk@opdesk.test', "$password\0" ]);
is alike(login($_->[0], $_->[1])), alike($wrong), "nor " . ($_->[0] =~ s/[^ -~]/?/gr) . ' with ' . ($_->[1] =~ s/[^ -~]/?/gr) . ': all look the same' for grep { $_->[1] !~ /\0/ } @same;
error_is login('desk@opdesk.test', "$password\0"), 400, 'VALIDATION_ERROR', 'NUL ends no password';
error_is login('desk@opdesk.test', $_), 400, 'VALIDATION_ERROR', 'what is no text is no password' for undef, '', 5, [$password], { a => 1 }, JSON::PP::true;
error_is login($_), 400, 'VALIDATION_ERROR', 'what is no text is no address' for undef, '', 7, ['desk@opdesk.test'], 'x' x 255;
error_is login('desk@opdesk.test', 'x' x 257), 400, 'VALIDATION_ERROR', 'a password has an end';
error_is login('desk@opdesk.test', $password, role => 'admin'), 400, 'VALIDATION_ERROR', 'who one is, nobody says themselves';
error_is $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => $password, $_ => 'x' }), 400, 'VALIDATION_ERROR', "not by $_" for qw(userId clinicId isAdmin);
$clinic->psql("UPDATE auth.account SET disabled = true WHERE email = 'arun\@opdesk.test'");
is alike(login('arun@opdesk.test')), alike($wrong), 'who is disabled does not, and it looks the same';
$clinic->psql("UPDATE auth.account SET disabled = false");
unlike $clinic->log_of('auth'), qr/correct horse|opdesk-demo-admin-key|eyJ/, 'no log has a secret';

# An unknown address takes as long as a wrong password: a hash is computed.
$clinic->psql("UPDATE auth.account SET password_hash = NULL WHERE email = 'admin\@opdesk.test'");
is alike(login('admin@opdesk.test')), alike($wrong), 'who has no password has none that is right';
is alike(login('admin@opdesk.test', '')) ne alike($wrong), 1, 'least of all an empty one';

# A neighbour with the same address is somebody else.
my $body = qq({"email":"desk\@opdesk.test","password":"$password"});
my $there = $visitor->raw("POST /api/auth/login HTTP/1.1\r\nHost: second.test\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body");
is $there->json->{user}{id}, $next_door->account('frontdesk'), 'the same address signs in next door to the account there';
isnt login('desk@opdesk.test')->json->{user}{id}, $next_door->account('frontdesk'), 'and here to ours';

#
# Forged tokens.  All but the last step of each is right.
#

my $desk = $clinic->as('frontdesk');
my ($head, $payload, $mac) = split /\./, $desk->token;
my %claims = %{ JSON::PP->new->decode(decode_base64url($payload)) };
my ($kid, $secret) = $clinic->{set}{OPDESK_SECRET} =~ /^(\w+):(.*)/;
my $right = '{"alg":"HS256","kid":"test","typ":"JWT"}';
is decode_base64url($head), $right, 'the header of a token is always this one';
my %header = (
	'alg none' => '{"alg":"none","kid":"test","typ":"JWT"}', 'alg None' => '{"alg":"None","kid":"test","typ":"JWT"}', 'alg nOnE' => '{"alg":"nOnE","typ":"JWT"}', 'no alg' => '{"kid":"test","typ":"JWT"}',
	'HS512' => '{"alg":"HS512","kid":"test","typ":"JWT"}', 'RS256' => '{"alg":"RS256","kid":"test","typ":"JWT"}', 'a path as kid' => '{"alg":"HS256","kid":"../../dev/null","typ":"JWT"}',
	'SQL as kid' => q({"alg":"HS256","kid":"x' UNION SELECT 'a","typ":"JWT"}), 'no kid' => '{"alg":"HS256","typ":"JWT"}', 'an unknown kid' => '{"alg":"HS256","kid":"old","typ":"JWT"}',
	'jku' => '{"alg":"HS256","kid":"test","typ":"JWT","jku":"http://evil.test/k"}', 'x5u' => '{"alg":"HS256","kid":"test","typ":"JWT","x5u":"http://evil.test/k"}', 'jwk' => '{"alg":"HS256","kid":"test","typ":"JWT","jwk":{"kty":"oct","k":"YQ"}}',
	'alg twice' => '{"alg":"none","alg":"HS256","kid":"test","typ":"JWT"}', 'another typ' => '{"alg":"HS256","kid":"test","typ":"at+jwt"}', 'blanks' => '{ "alg":"HS256","kid":"test","typ":"JWT"}', 'another order' => '{"typ":"JWT","alg":"HS256","kid":"test"}',
);
my $signed = sub ($header, $text, $key = $secret) { my $t = encode_base64url($header) . ".$text"; "$t." . encode_base64url(hmac_sha256($t, $key)) };
my %token = map { ("header: $_" => $signed->($header{$_}, $payload)) } keys %header;
$token{"unsigned, $_"} = encode_base64url($header{$_}) . ".$payload." for 'alg none', 'alg None', 'alg nOnE';
$token{'an empty key'} = $signed->($right, $payload, '');
$token{'another key'} = $signed->($right, $payload, 'x' x 40);
$token{'the kid as key'} = $signed->($right, $payload, $kid);
$token{'a longer digest'} = "$head.$payload." . encode_base64url(hmac_sha512("$head.$payload", $secret));
$token{'no signature'} = "$head.$payload.";
$token{'two parts'} = "$head.$payload";
$token{'four parts'} = $desk->token . '.x';
$token{'a payload of another'} = "$head." . encode_base64url(JSON::PP->new->encode({ %claims, role => 'admin' })) . ".$mac";
$token{'padding'} = $desk->token . '=';
$token{'something behind it'} = $desk->token . 'A';
$token{'one character less'} = substr $desk->token, 0, -1;
my %next = (A => 'B', Q => 'R', g => 'h', w => 'x', E => 'F', U => 'V', k => 'l', 0 => 1, I => 'J', Y => 'Z', o => 'p', 4 => 5, M => 'N', c => 'd', s => 't', 8 => 9);
$token{'the same bytes, spelled another way'} = substr($desk->token, 0, -1) . ($next{ substr $desk->token, -1 } // die 'base64url of 32 bytes ends otherwise');
$token{'another alphabet'} = $desk->token =~ tr{-_}{+/}r . '+';
$token{'64 KB'} = "$head." . 'A' x 7000 . ".$mac";
$token{'two dots'} = '..';
$token{'JSON'} = '{}';
my %claim = ('no expiry' => { exp => undef }, 'an expiry that is text' => { exp => '9999999999' }, 'run out' => { exp => time }, 'long ago' => { exp => 1 }, 'an hour from now' => { iat => time + 3600 }, 'ten minutes from now' => { iat => time + 600 },
	'another session' => { sid => '9999abcd-9999-4999-8999-9999abcdef99' }, 'no session' => { sid => undef }, 'SQL as session' => { sid => "x' OR '1'='1" }, 'another secret' => { sec => 'AAAA' }, 'no secret' => { sec => undef },
	'a higher role' => { role => 'admin' }, 'an unknown role' => { role => 'root' }, 'the stranger\'s role' => { role => 'public' }, 'the system\'s role' => { role => 'system' }, 'no role' => { role => undef }, 'a list of roles' => { role => ['admin'] });
for my $what (keys %claim) {
	my %c = (%claims, %{ $claim{$what} });
	delete @c{ grep { !defined $c{$_} } keys %c };
	$token{"claims: $what"} = $clinic->sign(\%c);
}
$token{'claims: duplicate role'} = $signed->($right, encode_base64url(JSON::PP->new->encode(\%claims) =~ s/\}$/,"role":"admin"}/r));
$token{'claims: a list'} = $signed->($right, encode_base64url('[]'));
$token{'claims: none'} = $signed->($right, encode_base64url('{}'));
$token{'claims: no JSON'} = $signed->($right, encode_base64url('{"sub":'));

my %before = rows_of($clinic);
for my $what (sort keys %token) {
	error_is with($token{$what})->get($me), 401, 'UNAUTHENTICATED', "no token: $what";
	my $stranger = $visitor->get('/api/clinic', { Cookie => "__Host-opdesk=$token{$what}" });
	error_is $stranger, 401, 'UNAUTHENTICATED', 'nor as a cookie, where a stranger would be let in' if length $token{$what} < 6000;
}
error_is $visitor->get($me, { Authorization => $_ }), 401, 'UNAUTHENTICATED', "Authorization: " . substr($_, 0, 12) . '…' for 'Basic ZGVzazp4', 'Bearer', 'Bearer ', 'Token ' . $desk->token, $desk->token, 'Bearer x ' . $desk->token;
status_is $visitor->get($me, { Authorization => 'bearer ' . $desk->token }), 200, 'the scheme\'s case does not matter';
same_rows($clinic, \%before, 'none of which touched a row');
status_is $desk->get($me), 200, 'the right one is still right';
my $late = $clinic->sign({ %claims, exp => time + 2 });
status_is with($late)->get($me), 200, 'until its last second';
status_is with($clinic->sign({ %claims, iat => time + 25 }))->get($me), 200, 'clocks may differ by half a minute';

# Authorization outranks the cookie; neither comes twice.
my $admin = $clinic->as('admin');
is $desk->get($me, { Cookie => '__Host-opdesk=' . $admin->token })->json->{role}, 'frontdesk', 'Authorization outranks the cookie';
error_is with('x')->get($me, { Cookie => '__Host-opdesk=' . $admin->token }), 401, 'UNAUTHENTICATED', 'also when it is wrong';
error_is $visitor->get($me, { Cookie => '__Host-opdesk=' . $desk->token . '; __Host-opdesk=' . $admin->token }), 400, 'VALIDATION_ERROR', 'a cookie that was tossed in beside ours is refused';
is $visitor->get($me, { Cookie => 'a=b; __Host-opdesk=' . $desk->token . ';c=d' })->json->{role}, 'frontdesk', 'others do not matter';
is $visitor->get($me, { Cookie => 'x__Host-opdesk=' . $admin->token . '; __Host-opdesk=' . $desk->token })->json->{role}, 'frontdesk', 'nor does one with a longer name';
my $dead = $visitor->get($me, { Cookie => '__Host-opdesk=dead', 'Sec-Fetch-Site' => 'same-origin' });
error_is $dead, 401, 'UNAUTHENTICATED', 'a dead cookie is refused';
like $dead->header('Set-Cookie') // '', qr/^__Host-opdesk=; Max-Age=0; Secure; HttpOnly; Path=\//, 'and taken away';

#
# Sessions that are over, at once
#

sub again ($who) { $who->get($me) }
my $one = $clinic->staff('desk@opdesk.test');
my $two = $clinic->staff('desk@opdesk.test');
my $bystander = $clinic->staff('meera@opdesk.test');
$res = $one->post('/api/auth/logout');
status_is $res, 204, 'signing out';
is join(' | ', sort map { s/=.*?;.*Path/= Path/r } $res->headers('Set-Cookie')), '__Host-opdesk= Path=/; SameSite=Lax | __Secure-opdesk-refresh= Path=/api/auth; SameSite=Strict', 'takes both cookies away';
error_is again($one), 401, 'UNAUTHENTICATED', 'the next request with the old token is refused';
error_is $one->post('/api/auth/logout'), 401, 'UNAUTHENTICATED', 'also another signing out';
status_is again($two), 200, 'the other device stays';
my $third = $clinic->staff('desk@opdesk.test');
status_is $two->post('/api/auth/logout-all'), 204, 'signing out everywhere';
error_is again($_), 401, 'UNAUTHENTICATED', 'ends each' for $two, $third;
status_is again($bystander), 200, 'of this account alone';

my %end = (
	'disabled' => q(UPDATE auth.account SET disabled = true WHERE email = 'meera@opdesk.test' AND clinic_id = '%s'),
	'given another role' => q(UPDATE auth.account SET role = 'frontdesk', doctor_id = NULL, name = 'M' WHERE email = 'meera@opdesk.test' AND clinic_id = '%s'),
);
for my $what (sort keys %end) {
	my $who = $clinic->as('meera');
	status_is again($who), 200, 'signed in';
	$clinic->psql(sprintf $end{$what}, $DEMO{clinic});
	error_is again($who), 401, 'UNAUTHENTICATED', "who is $what is out with the next request";
	$clinic->psql("UPDATE auth.account SET disabled = false, role = 'doctor', doctor_id = '$DEMO{meera}', name = NULL WHERE email = 'meera\@opdesk.test' AND clinic_id = '$DEMO{clinic}'");
	error_is again($who), 401, 'UNAUTHENTICATED', 'and is not in again by being put back';
}

# Time.  Activity does not make a session longer.
for my $case ([ 'a key\'s session', sub { $clinic->admin_key } ], [ 'a patient\'s session', sub { $clinic->as('patient') } ]) {
	my ($what, $who) = ($case->[0], $case->[1]->());
	$clinic->psql("UPDATE auth.session SET expires_at = clock_timestamp() + interval '2 seconds' WHERE expires_at > clock_timestamp()");
	status_is again($who), 200, "$what, in its last seconds";
	$clinic->psql("UPDATE auth.session SET expires_at = clock_timestamp() WHERE expires_at > clock_timestamp()");
	error_is again($who), 401, 'UNAUTHENTICATED', 'is over when it is over, whatever its token says';
}

# Who is out hears that before anything else about the request.
my $out = $clinic->staff('desk@opdesk.test');
$out->post('/api/auth/logout');
for (1 .. 6) { # more often than there are workers
	error_is $out->post('/api/appointments', { nonsense => 1 }), 401, 'UNAUTHENTICATED', 'whoever is signed out is told that, not what is wrong';
	status_is $visitor->post('/api/appointments', { name => 'N', phone => '9811111111' }), 201, 'and spoils nothing for who comes next';
}
unlike join('', map { $clinic->log_of($_) } qw(auth profiles appointments)), qr/transaction-left-open/, 'no transaction was left open';

contract_is_kept;
done_testing;
