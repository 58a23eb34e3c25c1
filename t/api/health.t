#!/usr/bin/perl
# GET /health: whether opdesk works, for people and for machines that watch.
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(programs => ['health']);
my $visitor = $clinic->visitor;

for my $path ('/health', '/api/health') {
	my $res = $visitor->get($path);
	status_is $res, 200, "$path answers anybody";
	is $res->json->{status}, 'healthy', 'that opdesk is healthy';
	is $res->json->{database}, 'connected', 'and has its database';
	is $res->json->{realtime}, 'inactive', 'and that no hub has reported, which is no illness';
	like $res->json->{timestamp}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, 'at this time';
	like $res->header('Content-Type'), qr{^application/json}, 'as JSON';
	is $res->header('Content-Length'), length $res->text, 'whose length is told';
	ok $res->header('X-Request-Id'), 'with a request id';
}
isnt $visitor->get('/health')->header('X-Request-Id'), $visitor->get('/health')->header('X-Request-Id'), 'another for each request';

my $head = $visitor->request('HEAD', '/health', undef, {});
status_is $head, 200, 'HEAD asks the same';
is $head->text, '', 'and gets no body';
error_is $visitor->post('/health', {}), 405, 'METHOD_NOT_ALLOWED', 'health is read, not written';
error_is $visitor->get('/api/health/of/whom'), 404, 'NOT_FOUND', 'there is nothing below it';

# Whoever watches must see an illness, and its end.
$clinic->cut_database;
my $ill = $visitor->get('/health');
status_is $ill, 503, 'without its database opdesk is not healthy';
is $ill->json->{status}, 'unhealthy', 'and says so';
ok $ill->header('Retry-After'), 'and when to look again';
my @before = sort $clinic->workers('health');
$clinic->restore_database;
wait_until { $visitor->get('/health')->status == 200 } 'it is healthy again once the database is back';

SKIP: {
	skip 'plain CGI has no workers', 3 if $clinic->server eq 'apache';
	is "@{[ sort $clinic->workers('health') ]}", "@before", 'with the same workers: none of them died of it';

	# A worker that is killed is missed by nobody.
	kill 'KILL', @before;
	wait_until { my @now = $clinic->workers('health'); @now == 2 && !grep { my $pid = $_; grep { $_ == $pid } @before } @now }
		'killed workers are back', 1;
	status_is $visitor->get('/health'), 200, 'and answer';
}

done_testing;
