#!/usr/bin/perl
# The same programs on plain shared hosting: Apache starts one for each
# request, and etc/htaccess is all that it is told.
use v5.36;
use lib 't/lib';
use Opdesk::Test;

plan skip_all => 'Apache is not installed' if !Opdesk::Apache->is_installed;

my $clinic = clinic(server => 'apache', prepare => 'off');
my $visitor = $clinic->visitor;

status_is $visitor->get($_), 200, "$_ is served" for '/health', '/api/health', '/api/clinic', '/api/doctors', '/api/services';
error_is $visitor->get('/api/nowhere'), 404, 'NOT_FOUND', 'what no program offers is not there, in the usual form';
error_is $visitor->get('/api/appointments'), 401, 'UNAUTHENTICATED', 'a list is for people who signed in';
error_is $visitor->post('/api/reservations', \'{"a":1,"a":2}'), 400, 'VALIDATION_ERROR', 'a body is read as strictly as behind nginx';
error_is $visitor->post('/api/reservations', \('x' x 70_000)), 413, 'PAYLOAD_TOO_LARGE', 'and no further than it may be';
error_is $visitor->post('/api/reservations', \'a=1', { 'Content-Type' => 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE', 'and as JSON only';
status_is $visitor->get('/cgi-bin/health'), 404, 'nobody calls a program by its file';
status_is $visitor->get('/.htaccess'), 403, 'nor reads what Apache is told';

my $desk = $clinic->as('frontdesk');
is $desk->get('/api/profiles/me')->json->{role}, 'frontdesk', 'Authorization reaches a program';
my $browser = $clinic->admin_key(browser => 1);
is $browser->get('/api/profiles/me')->json->{role}, 'admin', 'and so does a cookie';

my $slot = $clinic->free_slot;
my $hold = $visitor->post('/api/reservations', $slot);
status_is $hold, 201, 'a slot can be held';
error_is $visitor->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'once';
my $booked = $visitor->post('/api/appointments', { name => 'Shared Hosting', phone => '+919812345678', %$slot,
	reservationId => $hold->json->{id}, reservationToken => $hold->json->{token} });
status_is $booked, 201, 'and booked';
status_is $desk->get('/api/appointments/' . $booked->json->{appointment}{id}), 200, 'so that the front desk sees it';
unlike $visitor->get('/health', { Proxy => 'http://127.0.0.1:9' })->text, qr/unhealthy/, 'a Proxy header changes nothing';

SKIP: {
	my $page = $visitor->get('/');
	skip 'the pages are not built', 3 if $page->status != 200;
	like $page->header('Content-Security-Policy'), qr/default-src 'none'/, 'pages have the same policy as behind nginx';
	like $visitor->get('/staff/calendar')->text, qr/<!doctype html>/i, 'a page below /staff/ is the application';
	my ($script) = $page->text =~ m{(/assets/[^"]+\.js)};
	like $visitor->get($script)->header('Cache-Control'), qr/immutable/, 'what has a hash in its name never changes';
}
done_testing;
