#!/usr/bin/perl
# The nginx site says what it must, and every kind of answer has the headers
# and the form that clients may rely on (security.md C-49 to C-56, D-66, N).
use v5.36;
use lib 't/lib';
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IO::Socket::UNIX;
use Opdesk::Client;
use Opdesk::Process;
use Opdesk::Test;

my $top = $Opdesk::Cluster::TOP;
my $dir = tempdir(CLEANUP => 1);

sub slurp ($path) {
	open my $in, '<', $path or die "$path: $!";
	local $/;
	return <$in>;
}

sub spew ($path, $text) {
	open my $out, '>', $path or die "$path: $!";
	print $out $text;
	close $out or die "$path: $!";
}

#
# What stands in the files
#

my $fastcgi = slurp("$top/nginx/opdesk-fastcgi.conf");
my $site = slurp("$top/nginx/opdesk.conf.in");
like $fastcgi, qr/^\Q$_\E;/m, $_ for 'fastcgi_keep_conn off', 'fastcgi_next_upstream off',
	'fastcgi_request_buffering on', 'fastcgi_intercept_errors off', 'fastcgi_read_timeout 30s';
like $fastcgi, qr/^fastcgi_param HTTP_PROXY\s+"";/m, 'a Proxy header never becomes HTTP_PROXY';
unlike $fastcgi, qr/\$tcpinfo/, 'no variable that overflows a parameter (nginx 1194)';
like $site, qr/^\tserver_tokens off;/m, 'the version stays at home';
unlike $site, qr/^\t{2,}add_header/m, 'every add_header stands in the server block, where no other takes it away';
unlike slurp("$top/nginx/opdesk-errors.conf.in") . $fastcgi, qr/^\s*add_header/m, 'and none in what is included there';

my %sentence = slurp("$top/lib/error.def") =~ /^ERR\((\w+),\s*\d+,\s*"([^"]*)"/mg;
my $map = slurp("$top/nginx/opdesk-errors-map.conf");
my ($codes) = $map =~ /\$od_error_code \{(.*?)\}/s;
my ($messages) = $map =~ /\$od_error_message \{(.*?)\}/s;
my %code = $codes =~ /(\w+)\s+(\w+);/g;
my %message = $messages =~ /(\w+)\s+"([^"]*)";/g;
is $message{$_}, $sentence{ $code{$_} }, "$code{$_} is worded as in error.def" for sort keys %code;

#
# A real nginx, with pages and a program that answers what it is told
#

make_path map { "$dir/$_" } qw(run log www/assets www/staff www/docs);
spew("$dir/www/index.html", "<!doctype html>\npublic\n");
spew("$dir/www/staff/index.html", "<!doctype html>\nstaff\n");
spew("$dir/www/assets/app-1a2b.js", 'x' x 4000);
spew("$dir/www/manifest.webmanifest", '{}');

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64) or die $!;
my $url = 'http://127.0.0.1:' . $listener->sockport;
{
	local @ENV{qw(OPDESK_TRUSTED_PROXIES OPDESK_NGINX_RATE OPDESK_NGINX_BURST)} = ('127.0.0.1', 1, 50);
	system("$top/nginx/render", '--own', "$dir/nginx", '127.0.0.1:' . $listener->sockport, "$dir/run", "$dir/log", "$dir/www") == 0 or die;
}
spew("$dir/nginx/routes.conf", join '', map {
	"location /api/$_ { fastcgi_pass unix:$dir/run/$_.sock; include opdesk-fastcgi.conf; }\n" } qw(echo gone));

# FastCGI by hand, one request a connection: the answer is what the request's
# body says, or else the parameters as they came.
my $program = IO::Socket::UNIX->new(Local => "$dir/run/echo.sock", Listen => 64) or die $!;
my $echo = fork // die $!;
if (!$echo) {
	$SIG{TERM} = 'DEFAULT';
	while (my $c = $program->accept) {
		my ($params, $body, $head) = ('', '');
		while (read $c, $head, 8) {
			my (undef, $type, undef, $n, $pad) = unpack 'CCnnC', $head;
			read $c, my $part, $n + $pad if $n + $pad;
			$part = $n ? substr $part, 0, $n : '';
			$params .= $part if $type == 4;
			$body .= $part if $type == 5;
			last if $type == 5 && !$n;
		}
		my $said = '';
		while (length $params) {
			my @n = map { my $n = unpack 'C', $params; $params = substr $params, 1;
				if ($n & 128) { $n = unpack('N', chr($n & 127) . $params); $params = substr $params, 3 } $n } 1, 2;
			my ($k, $v) = unpack "a$n[0] a$n[1]", $params;
			$params = substr $params, $n[0] + $n[1];
			$said .= "$k=$v\n";
		}
		$body = "Status: 200\r\nContent-Type: text/plain\r\n\r\n$said" if !length $body;
		print $c pack('CCnnCC', 1, 6, 1, length $body, 0, 0), $body, pack('CCnnCC NCa3', 1, 3, 1, 8, 0, 0, 0, 0, '');
		close $c;
	}
	POSIX::_exit(0);
}
END { kill 'TERM', $echo if $echo }

my $nginx = Opdesk::Process->start(command => [ 'nginx', '-e', "$dir/log/nginx.log", '-p', "$dir/nginx", '-c', "$dir/nginx/nginx.conf" ],
	log => "$dir/log/nginx.log", keep => $listener, env => { NGINX => fileno($listener) . ';' });
my $client = Opdesk::Client->new(url => $url);

my @kinds = (
	[ 'a page', $client->get('/'), 200 ],
	[ 'a script', $client->get('/assets/app-1a2b.js'), 200 ],
	[ 'an answer of a program', $client->get('/api/echo'), 200 ],
	[ 'a refusal of a program', $client->post('/api/echo', \"Status: 409\r\nContent-Type: application/problem+json\r\n\r\n{}"), 409 ],
	[ 'a page that is not there', $client->get('/nowhere'), 404 ],
	[ 'a resource that is not there', $client->get('/api/nowhere'), 404 ],
	[ 'a program that does not run', $client->get('/api/gone'), 503 ],
	[ 'a body that is too large', $client->post('/api/echo', \('x' x 70_000)), 413 ],
	[ 'a TRACE', $client->raw("TRACE /api/echo HTTP/1.1\r\nHost: a\r\n\r\n"), 405 ],
	[ 'an address that is too long', $client->raw('GET /api/echo?' . 'x' x 9000 . " HTTP/1.1\r\nHost: a\r\n\r\n"), 414 ],
	[ 'a header that is too long', $client->raw("GET /api/echo HTTP/1.1\r\nHost: a\r\nX: " . 'x' x 9000 . "\r\n\r\n"), 400 ],
	[ 'a request line that is none', $client->raw("get /api/echo HTTP/1.1\r\nHost: a\r\n\r\n"), 400 ],
	[ 'a NUL in the path', $client->raw("GET /api/echo%00 HTTP/1.1\r\nHost: a\r\n\r\n"), 400 ],
	[ 'two lengths', $client->raw("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), 400 ],
	[ 'an encoding nobody knows', $client->raw("POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n"), 400 ],
);
for (@kinds) {
	my ($what, $res, $status) = @$_;
	status_is $res, $status, "$what: $status";
	my @missing = grep { !length($res->header($_) // '') } qw(Content-Security-Policy X-Content-Type-Options Referrer-Policy
		Permissions-Policy Cross-Origin-Resource-Policy X-Request-Id);
	is "@missing", '', "$what has every security header and a request id";
	is $res->header('Server'), 'nginx', "$what does not tell a version";
	is scalar(my @n = $res->headers('X-Request-Id')), 1, "$what has one request id";
}
for (@kinds[5 .. $#kinds]) {
	my ($what, $res) = @$_;
	is_problem $res, "$what is a problem in the usual form";
}
error_is $kinds[6][1], 503, 'UNAVAILABLE', 'without its program a resource is unavailable';
error_is $kinds[7][1], 413, 'PAYLOAD_TOO_LARGE', 'more than 64 KB is too large';
like $kinds[4][1]->header('Content-Type'), qr{^text/html}, 'people get a page instead';

my $csp = $kinds[0][1]->header('Content-Security-Policy');
unlike $csp, qr/unsafe|\*|https?:/, 'the policy allows nothing inline and no other host';
like $csp, qr/default-src 'none'.*frame-ancestors 'none'/, 'starts from nothing, and is in nobody\'s frame';

#
# Pages
#

like $client->get('/staff/calendar')->text, qr/staff/, 'a page below /staff/ is the staff application';
like $client->get('/staff')->text, qr/staff/, 'and so is /staff';
error_is $client->post('/api/nowhere', {}), 404, 'NOT_FOUND', 'nothing under /api is a page';
is $client->get('/')->header('Cache-Control'), 'no-cache', 'pages are asked for again';
like $client->get('/assets/app-1a2b.js')->header('Cache-Control'), qr/immutable/, 'what has a hash in its name never is';
is $client->get('/assets/app-0000.js')->header('Cache-Control'), 'no-store', 'unless it is missing';
is $client->get('/nowhere')->header('Cache-Control'), 'no-store', 'errors are not kept';
is $client->get('/manifest.webmanifest')->header('Content-Type'), 'application/manifest+json', 'the manifest has its type';
is $client->get('/assets/app-1a2b.js', { 'Accept-Encoding' => 'gzip' })->header('Content-Encoding'), 'gzip', 'scripts are compressed';
my $etag = $client->get('/')->header('ETag');
status_is $client->get('/', { 'If-None-Match' => $etag }), 304, 'an unchanged page costs a 304';
status_is $client->request('POST', '/', {}, {}), 405, 'a page cannot be posted to';

#
# What reaches a program
#

my $seen = sub ($path, %headers) { $client->get($path, \%headers)->text };
my $port = $listener->sockport;
unlike $seen->('/api/echo', Proxy => 'http://evil'), qr/^HTTP_PROXY=|evil/m, 'Proxy: does not arrive';
like $seen->('/api/echo'), qr/^HTTP_HOST=127\.0\.0\.1:$port$/m, 'the host comes with the port the client named';
like $client->raw("GET http://real.test:9/api/echo HTTP/1.1\r\nHost: other.test\r\n\r\n")->text, qr/^HTTP_HOST=real\.test(:\d+)?$/m,
	'the host of an absolute request line wins';
like $seen->('/api/echo?a=%2F'), qr/^QUERY_STRING=a=%2F$/m, 'the query is passed as it came';
like $seen->('/api%2Fecho'), qr/^REQUEST_URI=\/api%2Fecho$/m, 'and so is the path';
like $seen->('/api/echo', 'X-Forwarded-For' => '203.0.113.9'), qr/^REMOTE_ADDR=203\.0\.113\.9$/m, 'a trusted proxy is believed';
like $seen->('/api/echo', 'X-Forwarded-For' => '198.51.100.1, 203.0.113.9'), qr/^REMOTE_ADDR=203\.0\.113\.9$/m, 'but not what a client told it';
unlike $seen->('/api/echo', 'X_Real_IP' => '203.0.113.9'), qr/203\.0\.113\.9/, 'a header with underscores does not arrive';
my $id = $client->get('/api/echo');
like $id->text, qr/^REQUEST_ID=@{[ $id->header('X-Request-Id') ]}$/m, 'program and client see the same request id';

# A program's own word stands.
my $own = $client->post('/api/echo', \("Status: 429\r\nContent-Type: application/problem+json\r\nRetry-After: 7\r\nX-Request-Id: mine\r\n"
	. "Content-Security-Policy: sandbox\r\nCache-Control: private\r\n\r\n{}"));
is $own->header('Retry-After'), 7, 'its Retry-After';
is $own->header('X-Request-Id'), 'mine', 'its request id';
is $own->header('Content-Security-Policy'), 'sandbox', 'its policy';
is $own->header('Cache-Control'), 'private', 'its caching';

is $client->get('/')->header('Strict-Transport-Security'), undef, 'plain HTTP promises no HTTPS';
like $client->get('/', { 'X-Forwarded-Proto' => 'https' })->header('Strict-Transport-Security'), qr/max-age=\d{8}/, 'behind a trusted TLS proxy it does';
like $client->get('/api/echo', { 'X-Forwarded-Proto' => 'https' })->text, qr/^HTTPS=on$/m, 'and the program is told';

#
# The fence and the log
#

my @flood = map { $client->get('/api/echo', { 'X-Forwarded-For' => '2001:db8::' . $_ }) } 1 .. 80;
my ($stopped) = grep { $_->status == 429 } @flood;
ok $stopped, 'one network cannot flood the API' or diag join ' ', map { $_->status } @flood;
error_is $stopped, 429, 'RATE_LIMITED', 'and is told so in the usual form' if $stopped;
status_is $client->get('/api/echo', { 'X-Forwarded-For' => '2001:db8:1::1' }), 200, 'its neighbour is not held to account';
status_is $client->get('/', { 'X-Forwarded-For' => '2001:db8::1' }), 200, 'pages are not counted';

$client->get('/api/echo?q=Asha');
$client->get('/api/gone?token=abc');
wait_until { slurp("$dir/log/access.log") =~ /gone/ } 'requests are logged';
unlike slurp("$dir/log/access.log") . slurp("$dir/log/nginx.log"), qr/Asha|token|xxx/, 'without their queries';

$nginx->stop;
done_testing;
