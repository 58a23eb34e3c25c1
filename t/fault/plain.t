#!/usr/bin/perl
# The same binary as plain CGI: a request from the environment and standard
# input, an answer on standard output, and an end (architecture rule 8,
# security.md C-49).
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp qw(tempfile);
use JSON::PP ();
use Opdesk::Test;

my $clinic = clinic(server => 'none', prepare => 'off');

# What the web server would hand over; undef takes a variable away.
sub cgi ($program, $method, $uri, $body = undef, %env) {
	my ($file, $path) = tempfile(UNLINK => 1);
	print $file $body // '';
	close $file;
	my %all = (GATEWAY_INTERFACE => 'CGI/1.1', SERVER_PROTOCOL => 'HTTP/1.1', SERVER_SOFTWARE => 'test', REQUEST_METHOD => $method, REQUEST_URI => $uri, SCRIPT_NAME => "/cgi-bin/$program",
		QUERY_STRING => ($uri // '') =~ s/^[^?]*\??//r, REMOTE_ADDR => '203.0.113.9', HTTP_HOST => 'clinic.test', PATH => '/usr/bin:/bin', OPDESK_CONF => $clinic->dir . '/opdesk.conf',
		defined $body ? (CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body) : (), %env);
	my @env = map { defined $all{$_} ? "$_=$all{$_}" : () } sort keys %all;
	open my $out, '-|', 'env', '-i', @env, 'sh', '-c', 'exec "$0" <"$1" 2>/dev/null', "$Opdesk::Cluster::BUILD/cgi-bin/$program", $path or die "env: $!";
	my $text = do { local $/; <$out> } // '';
	close $out;
	my ($head, $content) = split /\r\n\r\n/, $text, 2;
	my %headers = map { /^([^:]+):\s*(.*)/ ? (lc $1 => $2) : () } split /\r\n/, $head // '';
	return Opdesk::Response->new(status => ($headers{status} // 0) + 0, headers => \%headers, content => $content // '', method => $method, path => $uri, exit => $?);
}

my $res = cgi('clinic', 'GET', '/api/clinic');
status_is $res, 200, 'a question is answered';
is $res->json->{name}, 'Hemant Trauma Centre', 'with what the database says';
is $res->header('Content-Length'), length $res->text, 'whose length is told';
like $res->header('X-Request-Id'), qr/^[0-9a-f]{32}$/, 'under an id of its own';
is $res->{exit}, 0, 'and the program ends in good order';
is cgi('clinic', 'HEAD', '/api/clinic')->header('ETag'), $res->header('ETag'), 'HEAD has the same headers';
status_is cgi('clinic', 'GET', '/api/clinic', undef, HTTP_IF_NONE_MATCH => $res->header('ETag')), 304, 'a tag that is known costs a 304';
error_is cgi('clinic', 'POST', '/api/clinic', '{}'), 405, 'METHOD_NOT_ALLOWED', 'other methods are refused';
error_is cgi('clinic', 'GET', '/api/nowhere'), 404, 'NOT_FOUND', 'other paths are not there';
error_is cgi('clinic', 'GET', $_), 400, 'VALIDATION_ERROR', 'no path: ' . ($_ // 'none') =~ s/[^ -~]/?/gr for undef, '', 'api/clinic', '/api%2Fclinic', '/api//clinic', "/api/clinic%00", '/api/../api/clinic', '/' . 'x' x 3000;

my $body = JSON::PP->new->encode({ name => 'Plain Host', phone => '9811112222' });
$res = cgi('appointments', 'POST', '/api/appointments', $body, HTTP_IDEMPOTENCY_KEY => 'plain hosting, no daemon');
status_is $res, 201, 'a body comes on standard input';
is $clinic->psql("SELECT name FROM core.appointment WHERE id = '" . $res->json->{appointment}{id} . "'"), 'Plain Host', 'and makes a row';
is cgi('appointments', 'POST', '/api/appointments', $body, HTTP_IDEMPOTENCY_KEY => 'plain hosting, no daemon')->text, $res->text, 'a key works from process to process';
is cgi('profiles', 'GET', '/api/profiles/me', undef, HTTP_AUTHORIZATION => 'Bearer ' . $clinic->token('meera'))->json->{role}, 'doctor', 'so does a token';
error_is cgi('profiles', 'GET', '/api/profiles/me'), 401, 'UNAUTHENTICATED', 'and none is none';

# A web server that does not check leaves it to the program.
error_is cgi('appointments', 'POST', '/api/appointments', $body, CONTENT_LENGTH => length($body) + 5), 400, 'VALIDATION_ERROR', 'a body that is shorter than announced';
status_is cgi('appointments', 'POST', '/api/appointments', "$body and more", CONTENT_LENGTH => length $body), 201, 'no more is read than was announced';
error_is cgi('appointments', 'POST', '/api/appointments', 'x' x 70_000), 413, 'PAYLOAD_TOO_LARGE', 'a body that is too large';
error_is cgi('appointments', 'POST', '/api/appointments', $body, CONTENT_LENGTH => $_), 400, 'VALIDATION_ERROR', "a length that is none: $_" for '-1', 'x', '1e3', ' 5', '99999999999999999999', '0x10';
error_is cgi('appointments', 'POST', '/api/appointments', $body, CONTENT_LENGTH => undef, HTTP_TRANSFER_ENCODING => 'chunked'), 400, 'VALIDATION_ERROR', 'chunks without a length';
error_is cgi('appointments', 'POST', '/api/appointments', $body, CONTENT_TYPE => 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE', 'a body of another kind';
error_is cgi('appointments', 'POST', '/api/appointments', $body, HTTP_ORIGIN => 'https://evil.test'), 403, 'CSRF', 'another site\'s';
is cgi('clinic', 'GET', '/api/clinic', undef, HTTP_PROXY => 'http://127.0.0.1:9', http_proxy => 'http://127.0.0.1:9')->status, 200, 'a Proxy header changes nothing';
unlike cgi('clinic', 'GET', '/api/clinic', undef, REQUEST_ID => "evil\r\nX-Evil: 1")->header('X-Request-Id'), qr/evil/, 'nor does an id that is none';
is cgi('clinic', 'GET', '/api/clinic', undef, REQUEST_ID => 'abcdef0123456789')->header('X-Request-Id'), 'abcdef0123456789', 'one that is, is kept';

# Without a database.
$clinic->cut_database;
error_is cgi('clinic', 'GET', '/api/clinic'), 503, 'UNAVAILABLE', 'a database that is away is told so';
$clinic->restore_database;
status_is cgi('clinic', 'GET', '/api/clinic'), 200, 'and no longer once it is back';
done_testing;
