#!/usr/bin/perl
# Where a request comes from: our pages, another site's, or no page at all.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth profiles appointments reservations availability clinic health)], set => { OPDESK_BASE_URL => 'https://clinic.example/', OPDESK_LIMIT_SENSITIVE => 0 });
my $visitor = $clinic->visitor;
my $desk = $clinic->as('frontdesk');
my $cookie = '__Host-opdesk=' . $desk->token;
my $port = $clinic->port;
my %lead = (name => 'Ila Bapat', phone => '9811112222');
my %before = rows_of($clinic);

sub from ($headers, %o) { ($o{who} // $visitor)->post('/api/appointments', $o{body} // { nonsense => 1 }, $headers) }

# Whatever is let through gets as far as a member that nobody knows.
my @own = (
	{ 'Sec-Fetch-Site' => 'same-origin' }, { Origin => "http://127.0.0.1:$port" }, { Origin => "https://127.0.0.1:$port" }, { Origin => 'https://clinic.example' },
	{ Origin => "http://127.0.0.1:$port", 'Sec-Fetch-Site' => 'same-origin' }, { Origin => "HTTP://127.0.0.1:$port" },
);
my @foreign = (
	{ Origin => 'https://evil.example' }, { Origin => 'null' }, { Origin => 'https://clinic.example.evil.example' }, { Origin => 'https://evil-clinic.example' }, { Origin => 'https://clinic.example:8443' },
	{ Origin => "http://127.0.0.1" }, { Origin => "http://127.0.0.1:${port}0" }, { Origin => "http://127.0.0.1.nip.io:$port" }, { Origin => "http://localhost:$port" }, { Origin => "127.0.0.1:$port" },
	{ Origin => "http://evil.example/://127.0.0.1:$port" }, { Origin => "http://user\@127.0.0.1:$port" }, { Origin => '://' }, { Origin => 'https://clinic.example/' }, { Origin => 'https://clinic.examplE.' },
	{ 'Sec-Fetch-Site' => 'cross-site' }, { 'Sec-Fetch-Site' => 'same-site' }, { 'Sec-Fetch-Site' => 'Same-Origin' }, { 'Sec-Fetch-Site' => 'cross-site', Origin => 'https://evil.example' },
);
sub shown ($h) { join ', ', map { "$_: $h->{$_}" } sort keys %$h }
for my $headers (@own) {
	error_is from($headers), 400, 'VALIDATION_ERROR', 'ours: ' . shown($headers);
	error_is from({ %$headers, Cookie => $cookie }), 400, 'VALIDATION_ERROR', 'with a cookie, too';
	error_is from($headers, who => $desk), 400, 'VALIDATION_ERROR', 'and with a token';
}
for my $headers (@foreign) {
	error_is from($headers), 403, 'CSRF', 'not ours: ' . shown($headers);
	error_is from({ %$headers, Cookie => $cookie }), 403, 'CSRF', 'with a cookie neither';
	error_is from($headers, who => $desk), 403, 'CSRF', 'nor with a token';
	error_is $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' }, $headers), 403, 'CSRF', 'nobody is signed in from there';
}
error_is from({}), 400, 'VALIDATION_ERROR', 'a program says nothing of where it is';
error_is from({}, who => $desk), 400, 'VALIDATION_ERROR', 'which is fine with a token';
error_is from({ Cookie => $cookie }), 403, 'CSRF', 'and not with a cookie, which any page can send';
error_is from({ Cookie => $cookie, Referer => $clinic->url . '/staff/' }), 403, 'CSRF', 'a Referer is no proof';
error_is from({ Cookie => $cookie }, who => $desk), 400, 'VALIDATION_ERROR', 'where a token authenticates the cookie does not matter';
error_is from({ Cookie => 'theme=dark' }), 400, 'VALIDATION_ERROR', 'nor does a cookie that is not ours';
error_is from({ 'Sec-Fetch-Site' => 'none', Cookie => $cookie }), 403, 'CSRF', 'an address that was typed changes nothing';
same_rows($clinic, \%before, 'nothing of this changed a row');

# Twice is not ours either.
my $body = '{"name":"N","phone":"9811112222"}';
my $raw = sub ($headers) { $visitor->raw("POST /api/appointments HTTP/1.1\r\nHost: 127.0.0.1:$port\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n$headers\r\n$body") };
my @twice = $clinic->server eq 'apache' ? (403, 'CSRF') : (400, 'VALIDATION_ERROR'); # Apache joins them, into what is not ours
error_is $raw->("Origin: http://127.0.0.1:$port\r\nOrigin: https://evil.example\r\n"), @twice, 'two origins are refused';
error_is $raw->("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n"), @twice, 'two sites as well';
status_is $raw->("Origin: http://127.0.0.1:$port\r\n"), 201, 'one of ours is fine';

# The order of refusals: 404 and 405, then the body's kind, then where from, then who.
my $evil = { Origin => 'https://evil.example' };
error_is $visitor->post('/api/nowhere', {}, $evil), 404, 'NOT_FOUND', 'a path that is not there comes first';
error_is $visitor->put('/api/appointments', {}, $evil), 405, 'METHOD_NOT_ALLOWED', 'or a method';
error_is $visitor->post('/api/appointments', \'x=1', { %$evil, 'Content-Type' => 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE', 'then the kind of body';
error_is $visitor->put('/api/profiles/me', {}, $evil), 403, 'CSRF', 'then where it comes from';
error_is $visitor->put('/api/profiles/me', \'{'), 401, 'UNAUTHENTICATED', 'then who it is';
error_is $clinic->as('patient')->put("/api/availability/$DEMO{meera}", \'{'), 403, 'FORBIDDEN', 'then whether they may';
error_is $desk->put("/api/availability/$DEMO{meera}", \'{'), 400, 'VALIDATION_ERROR', 'then what it says';

# No other page reads an answer.
for my $headers ({ Origin => 'https://evil.example' }, { Origin => 'null' }, { Origin => 'https://clinic.example.evil.example' }) {
	my $res = $visitor->get('/api/clinic', $headers);
	is $res->header('Access-Control-Allow-Origin'), undef, 'a page at ' . $headers->{Origin} . ' reads nothing';
	is $res->header('Cross-Origin-Resource-Policy'), 'same-origin', 'nor embeds it';
	my $preflight = $visitor->request('OPTIONS', '/api/appointments', undef, { %$headers, 'Access-Control-Request-Method' => 'POST', 'Access-Control-Request-Headers' => 'content-type' });
	is $preflight->status, 405, 'and is not told that it could post';
	is $preflight->header('Access-Control-Allow-Methods'), undef, 'by any header';
}

contract_is_kept;
done_testing;
