#!/usr/bin/perl
# What no route takes: other methods, other sites' requests, other media, too
# much, and text that is nearly JSON (security.md C-43 to C-49, C-56, D-59 to
# D-63).  Every route that the programs print meets all of it.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Routes;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $id = '9999abcd-9999-4999-8999-9999abcdef99';
my %caller = map { $_ => $clinic->as($_) } qw(none patient doctor frontdesk admin);
my @routes = Opdesk::Routes::all();
my %of_path;
push @{ $of_path{ $_->{path} } }, $_->{method} for @routes;
my %before = rows_of($clinic);
my $url = $clinic->url;

#
# Methods and paths
#

for my $path (sort keys %of_path) {
	my @offered = map { $_ eq 'GET' ? qw(GET HEAD) : $_ } @{ $of_path{$path} };
	my %offered = map { $_ => 1 } @offered;
	my $at = $path =~ s/\{\w+\}/$id/r;
	subtest "$path knows " . join(', ', @offered) . ' and nothing else' => sub {
		for my $method (grep { !$offered{$_} } qw(GET HEAD POST PUT PATCH DELETE OPTIONS PROPFIND FOO)) {
			my $res = $caller{admin}->request($method, $at, undef, {});
			status_is $res, 405, "$method is refused";
			is join(', ', sort split /, /, $res->header('Allow') // ''), join(', ', sort @offered), 'with the list of what is offered';
			is $res->json->{code}, 'METHOD_NOT_ALLOWED', 'as a problem' if $method ne 'HEAD';
		}
		error_is $caller{admin}->request('POST', $at, undef, { 'X-HTTP-Method-Override' => $offered[0] }), 405, 'METHOD_NOT_ALLOWED',
			'a method in a header is none' if !$offered{POST};
	};
}

for my $path ('/api/nowhere', '/api/', '/api/appointments/', "/api/appointments/$id/", "/api/appointments/$id/nowhere", '/api/appointmentsx', '/api/health/',
	'/api/Appointments', '/health/x') {
	error_is $caller{admin}->get($path), 404, 'NOT_FOUND', "$path is not there";
}
for my $path ("/api%2Fappointments", "/api/appointments%2f$id", '/api/appointments/%0d%0aX-Evil:1', '/api/appointments/%ff') {
	my $res = $caller{admin}->get($path);
	is_problem $res, "$path is refused in the usual form";
	like $res->status, qr/^40[04]$/, 'as no plain path';
	is $res->header('X-Evil'), undef, 'and comes back in no header';
}

#
# What a change must look like before anybody is asked who they are
#

# Each is one fault of a body that is JSON but for it.
my %broken = (
	'a key twice' => '{"name":"a","name":"b"}', 'a key twice, once escaped' => '{"name":"a","n\u0061me":"b"}',
	'NUL in a value' => '{"name":"a\u0000b"}', 'NUL in a key' => '{"na\u0000me":1}', 'a raw NUL' => qq({"name":"a\0b"}),
	'NaN' => '{"version":NaN}', 'Infinity' => '{"version":Infinity}', 'minus Infinity' => '{"version":-Infinity}',
	'single quotes' => "{'name':'a'}", 'a raw line end in a text' => qq({"name":"a\nb"}), 'a comment' => '{/* */}', 'a comma too many' => '{"name":"a",}',
	'a byte that is not UTF-8' => qq({"name":"\xff"}), 'an overlong character' => qq({"name":"\xc0\xaf"}), 'a surrogate as UTF-8' => qq({"name":"\xed\xa0\x80"}),
	'half a pair' => '{"name":"\ud800"}', 'a byte order mark' => qq(\xef\xbb\xbf{}), 'a number with a leading zero' => '{"version":01}',
	'a number too large to hold' => '{"version":99999999999999999999999}', 'hexadecimal' => '{"version":0x10}',
	'half a document' => '{"name":', 'two documents' => '{}{}', 'something behind it' => '{} x', 'a list' => '[]', 'a text' => '"x"', 'a number' => '1', 'null' => 'null',
	'blanks only' => '   ', 'seventeen levels' => '{"a":' x 17 . '1' . '}' x 17, 'sixty thousand brackets' => '[' x 60_000,
);

# More members than a route takes at most, all unknown.
my $many = '{' . join(',', map { qq("a$_":1) } 1 .. 5000) . '}';

sub request ($client, $route, $body, $headers = {}) {
	return $client->request($route->{method}, $route->{path} =~ s/\{\w+\}/$id/r, $body, { 'Content-Type' => 'application/json', %$headers });
}

for my $route (grep { $_->{method} ne 'GET' } @routes) {
	my ($role) = grep { $route->{may}{$_} } qw(admin frontdesk doctor patient);
	my $client = $caller{ $role // 'none' };
	my $session = $caller{ $role // 'admin' }->token;
	my $tokenless = $route->{path} =~ m{^/api/auth/(admin-key|login|refresh|otp\/request|otp\/verify|mfa|password\/reset)$};
	subtest "$route->{name} is not misled" => sub {
		for my $type (undef, 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx', 'application/json5') {
			my $res = $client->request($route->{method}, $route->{path} =~ s/\{\w+\}/$id/r, \'{}', { 'Content-Type' => $type });
			error_is $res, 415, 'UNSUPPORTED_MEDIA_TYPE', 'JSON sent as ' . ($type // 'application/octet-stream');
		}
		error_is request($caller{none}, $route, \'{', { 'Content-Type' => 'text/plain', Origin => 'http://evil.test' }), 415, 'UNSUPPORTED_MEDIA_TYPE',
			'which comes before whose request it is';
		my $most = $route->{path} =~ /sync$/ ? 8 << 20 : 64 << 10;
		error_is request($caller{none}, $route, \(' ' x ($most + 1)), { Origin => 'http://evil.test' }), 413, 'PAYLOAD_TOO_LARGE', 'a byte too many';
		error_is request($client, $route, \('{"nonsense":1}' . ' ' x ($most - 14))), 400, 'VALIDATION_ERROR', 'none too many';

		# Another site cannot make a browser act, whoever it signs in as.
		for my $from ('http://evil.test', 'null', "$url.evil.test", 'http://127.0.0.1', 'http://127.0.0.1:' . ($clinic->port + 1), 'evil', "http://evil.test/$url") {
			error_is request($client, $route, {}, { Origin => $from }), 403, 'CSRF', "from $from";
			error_is request($caller{none}, $route, {}, { Cookie => "__Host-opdesk=$session", Origin => $from }), 403, 'CSRF', 'with the cookie of who is signed in';
		}
		for my $site (qw(cross-site same-site)) {
			error_is request($client, $route, {}, { 'Sec-Fetch-Site' => $site }), 403, 'CSRF', "$site, says the browser";
			error_is request($client, $route, {}, { 'Sec-Fetch-Site' => $site, Origin => 'http://evil.test' }), 403, 'CSRF', 'and who';
		}
		for my $headers ({}, { 'Sec-Fetch-Site' => 'none' }) {
			my $res = request($caller{none}, $route, { nonsense => 1 }, { Cookie => "__Host-opdesk=$session", %$headers });
			error_is $res, $tokenless ? (400, 'VALIDATION_ERROR') : (403, 'CSRF'), 'a cookie alone says not who asked' . (%$headers ? ' (none)' : '');
		}
		for my $headers ({ Origin => $url }, { 'Sec-Fetch-Site' => 'same-origin' }) {
			error_is request($caller{none}, $route, { nonsense => 1 }, { Cookie => "__Host-opdesk=$session", %$headers }), 400, 'VALIDATION_ERROR',
				'our own pages get as far as the fields';
		}

		for my $what (sort keys %broken) {
			my $res = request($client, $route, \$broken{$what});
			error_is $res, 400, 'VALIDATION_ERROR', "no JSON: $what";
			is $res->json->{details}[0]{field} // '', 'body', 'the body is at fault';
		}
		my $res = request($client, $route, { nonsense => 1 });
		error_is $res, 400, 'VALIDATION_ERROR', 'a member that nobody knows';
		ok scalar(grep { $_->{field} eq 'nonsense' } @{ $res->json->{details} }), 'is named';
		error_is request($client, $route, \$many), 400, 'VALIDATION_ERROR', 'five thousand of them';
	};
}

for my $route (grep { $_->{method} eq 'GET' } @routes) {
	my ($role) = grep { $route->{may}{$_} } qw(admin frontdesk doctor patient);
	my $client = $caller{ $role // 'none' };
	my $path = $route->{path} =~ s/\{\w+\}/$id/r;
	my $res = $client->get($path, { Origin => 'http://evil.test', 'Sec-Fetch-Site' => 'cross-site' });
	isnt $res->json->{code}, 'CSRF', "$route->{name} may be asked for from anywhere";
	is $res->header('Access-Control-Allow-Origin'), undef, 'and tells no other page';
	next if $path eq '/metrics';
	error_is $client->get("$path?nonsense=1"), 400, 'VALIDATION_ERROR', 'a parameter that nobody knows';
}

same_rows($clinic, \%before, 'nothing of this changed a row');
contract_is_kept;
done_testing;
