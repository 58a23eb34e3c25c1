#!/usr/bin/perl
# POST /api/auth/refresh: rotation, reuse, two tabs, lost answers (security.md
# A-17, A-18).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Parallel;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth profiles)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $visitor = $clinic->visitor;
my $me = '/api/profiles/me';

sub sign_in ($email = 'desk@opdesk.test') { $visitor->post('/api/auth/login', { email => $email, password => 'correct horse battery staple' })->json }
sub refresh ($token) { $visitor->post('/api/auth/refresh', { refreshToken => $token }) }
sub lives ($pair) { $clinic->client(token => $pair->{accessToken})->get($me)->status == 200 }

#
# One after the other
#

my $first = sign_in();
my $res = refresh($first->{refreshToken});
status_is $res, 200, 'a refresh token gets a new pair';
my $second = $res->json;
is_deeply [ sort keys %$second ], [qw(accessToken expiresAt refreshToken user)], 'of access and refresh token';
isnt $second->{refreshToken}, $first->{refreshToken}, 'the refresh token is another';
is_deeply $second->{user}, $first->{user}, 'for the same person';
ok lives($second), 'the new access token opens';
ok lives($first), 'the old one does so until it runs out';
my %cookie = map { /^([^=]+)=([^;]*); (.*)/ ? ($1 => [ $2, $3 ]) : () } $res->headers('Set-Cookie');
is $cookie{'__Secure-opdesk-refresh'}[0], $second->{refreshToken}, 'a browser\'s cookie is renewed as well';
is $cookie{'__Secure-opdesk-refresh'}[1], 'Max-Age=1209600; Secure; HttpOnly; Path=/api/auth; SameSite=Strict', 'with its attributes';
is $cookie{'__Host-opdesk'}[0], $second->{accessToken}, 'both of them';
my $third = refresh($second->{refreshToken})->json;
my $fourth = refresh($third->{refreshToken})->json;
ok lives($fourth), 'and so on';
unlike $clinic->psql("SELECT string_agg(r::text, ' ') FROM auth.refresh r"), qr/$fourth->{refreshToken}/, 'no table has one in clear';

#
# Twice the same
#

my $tab = sign_in();
my $one = refresh($tab->{refreshToken})->json;
my $other = refresh($tab->{refreshToken})->json;
is $other->{refreshToken}, $one->{refreshToken}, 'a second tab within ten seconds gets the same successor';
ok lives($other) && lives($one), 'and both tabs go on';
is $clinic->psql("SELECT count(*) FROM auth.refresh r JOIN auth.session s ON s.id = r.session_id WHERE used_at IS NULL AND s.id = (SELECT session_id FROM auth.refresh ORDER BY used_at DESC NULLS LAST LIMIT 1)"), 1,
	'there is one living child, never two';
$clinic->age(refresh => 9);
is refresh($tab->{refreshToken})->json->{refreshToken}, $one->{refreshToken}, 'after nine seconds still';
$clinic->age(refresh => 2);
my $reused = refresh($tab->{refreshToken});
error_is $reused, 401, 'UNAUTHENTICATED', 'after eleven it has been stolen';
like $reused->header('Set-Cookie') // '', qr/^__Secure-opdesk-refresh=; Max-Age=0; Secure; HttpOnly; Path=\/api\/auth; SameSite=Strict$/, 'the cookie is taken away';
error_is refresh($one->{refreshToken}), 401, 'UNAUTHENTICATED', 'and the family is dead: its living child';
ok !lives($one), 'and its access token, at once';
ok lives($fourth), 'another sign-in of the same person is another family';

# Not the immediate predecessor: no grace.
my $a = sign_in();
my $b = refresh($a->{refreshToken})->json;
my $c = refresh($b->{refreshToken})->json;
error_is refresh($a->{refreshToken}), 401, 'UNAUTHENTICATED', 'a grandparent is refused at any time';
error_is refresh($c->{refreshToken}), 401, 'UNAUTHENTICATED', 'and ends the family';
error_is refresh($b->{refreshToken}), 401, 'UNAUTHENTICATED', 'all of it';

# At the same moment, from many tabs and through several workers.
my $shared = sign_in();
my @got = map { @$_ } at_once(6, sub ($n) {
	my $client = $clinic->visitor;
	return [ map { $client->post('/api/auth/refresh', { refreshToken => $shared->{refreshToken} })->json->{refreshToken} // 'none' } 1 .. 3 ];
});
is scalar @got, 18, 'eighteen requests with one token';
my %successor = map { $_ => 1 } @got;
is scalar(keys %successor), 1, 'all get the same successor';
ok !$successor{none}, 'which is one';
my ($next) = @got;
status_is refresh($next), 200, 'that works';

#
# A browser
#

my $browser = $clinic->client(browser => 1);
$browser->post('/api/auth/login', { email => 'meera@opdesk.test', password => 'correct horse battery staple' });
my $kept = $browser->cookie('__Secure-opdesk-refresh');
$res = $browser->post('/api/auth/refresh');
status_is $res, 200, 'a browser sends its cookie and no body';
is $res->json->{refreshToken}, undef, 'and no script sees the new one';
isnt $browser->cookie('__Secure-opdesk-refresh'), $kept, 'it has another cookie';
is $browser->get($me)->json->{role}, 'doctor', 'and goes on';
my $cookie = '__Secure-opdesk-refresh=' . $browser->cookie('__Secure-opdesk-refresh');
error_is $visitor->post('/api/auth/refresh', undef, { Cookie => $cookie }), 403, 'CSRF', 'a cookie alone does not say that it was our page';
error_is $visitor->post('/api/auth/refresh', undef, { Cookie => $cookie, Origin => 'http://evil.test' }), 403, 'CSRF', 'and another page may not';
error_is $visitor->post('/api/auth/refresh', undef, { Cookie => "$cookie; $cookie", 'Sec-Fetch-Site' => 'same-origin' }), 400, 'VALIDATION_ERROR', 'two are none';
status_is $visitor->post('/api/auth/refresh', undef, { Cookie => "$cookie; __Host-opdesk=dead", 'Sec-Fetch-Site' => 'same-origin' }), 200, 'a dead access cookie beside it is what it is for';

#
# The end
#

error_is refresh($_), 401, 'UNAUTHENTICATED', "'" . substr($_, 0, 20) . "' is none" for 'x', 'x' x 43, $fourth->{accessToken} =~ s/.*\.//r, substr($fourth->{refreshToken}, 0, -1), $fourth->{refreshToken} . 'x';
error_is refresh($_), 400, 'VALIDATION_ERROR', 'nor what is no text' for '', 5, ['x'], 'x' x 201;
error_is $visitor->post('/api/auth/refresh'), 401, 'UNAUTHENTICATED', 'nor nothing';
error_is $visitor->post('/api/auth/refresh', { refreshToken => $fourth->{refreshToken}, $_ => 'admin' }), 400, 'VALIDATION_ERROR', "nobody becomes somebody by $_" for qw(role userId email clinicId sub);
error_is $clinic->client(token => $fourth->{refreshToken})->get($me), 401, 'UNAUTHENTICATED', 'a refresh token is no access token';
status_is refresh($fourth->{refreshToken}), 200, 'none of which hurts it';

my $gone = sign_in();
$clinic->client(token => $gone->{accessToken})->post('/api/auth/logout');
error_is refresh($gone->{refreshToken}), 401, 'UNAUTHENTICATED', 'signing out ends it';
$gone = sign_in();
$clinic->psql("UPDATE auth.account SET disabled = true WHERE email = 'desk\@opdesk.test'");
error_is refresh($gone->{refreshToken}), 401, 'UNAUTHENTICATED', 'so does losing the account';
$clinic->psql("UPDATE auth.account SET disabled = false");
error_is refresh($gone->{refreshToken}), 401, 'UNAUTHENTICATED', 'for good';

my $idle = sign_in('meera@opdesk.test');
$clinic->psql("UPDATE auth.refresh SET expires_at = expires_at - interval '14 days' + interval '5 seconds'");
my $last = refresh($idle->{refreshToken});
status_is $last, 200, 'a token lives for 14 days';
$clinic->psql("UPDATE auth.refresh SET expires_at = expires_at - interval '14 days'");
error_is refresh($last->json->{refreshToken}), 401, 'UNAUTHENTICATED', 'and not a second longer';
my $busy = sign_in('meera@opdesk.test');
$clinic->psql("UPDATE auth.session SET expires_at = clock_timestamp() + interval '3 days' WHERE revoked_at IS NULL");
$busy = refresh($busy->{refreshToken})->json;
ok lives($busy), 'in the last days of a family';
is $clinic->psql("SELECT count(*) FROM auth.refresh r JOIN auth.session s ON s.id = r.session_id WHERE r.used_at IS NULL AND s.revoked_at IS NULL AND r.expires_at > s.expires_at"), 0, 'no token outlives it';
$clinic->psql("UPDATE auth.session SET expires_at = clock_timestamp() WHERE revoked_at IS NULL");
error_is refresh($busy->{refreshToken}), 401, 'UNAUTHENTICATED', 'after 30 days one signs in again, however often one was here';

contract_is_kept;
done_testing;
