#!/usr/bin/perl
# Who changed what of an appointment (APPT-9), and what the staff say about it
# (APPT-10), which is theirs alone.
use v5.36;
use utf8;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic();
my $next_door = Opdesk::Neighbour->new($clinic);
my ($visitor, $desk, $admin, $meera, $arun, $asha, $bilal, $bot) = map { $clinic->as($_) } qw(none frontdesk admin meera arun patient bilal chatbot);
my $neighbour = $next_door->as('admin');
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';

sub made (%more) {
	my $res = $desk->post('/api/appointments', { name => 'Tejas Ranade', phone => '98220 11203', %{ $clinic->free_slot }, %more });
	return $res->json->{appointment} // die $res->line;
}
sub revisions ($a, $who = $desk, $query = '') { $who->get("/api/appointments/$a->{id}/revisions$query")->json->{items} }
sub messages ($a, $who = $desk, $query = '') { $who->get("/api/appointments/$a->{id}/messages$query")->json->{items} }
sub say_it ($a, $text, $who = $desk, %headers) { $who->post("/api/appointments/$a->{id}/messages", { text => $text }, \%headers) }
sub strangers_visit { $visitor->post('/api/appointments', { name => 'Rubina', phone => '98220 11202', %{ $clinic->free_slot } })->json }

#
# Revisions
#

my $visit = made(reason => 'Knee');
is_deeply [ map { [ $_->{version}, $_->{fields} ] } @{ revisions($visit) } ], [ [ 1, {} ] ], 'a new visit has been made, and no more';
$desk->put("/api/appointments/$visit->{id}", { version => 1, reason => 'Knee and hip', notes => 'Bring x-rays' });
$meera->put("/api/appointments/$visit->{id}", { version => 2, status => 'checked_in' });
my $items = revisions($visit);
is join(' ', map { $_->{version} } @$items), '3 2 1', 'each change is on record, newest first';
is_deeply $items->[1]{fields}, { reason => [ 'Knee', 'Knee and hip' ], notes => [ undef, 'Bring x-rays' ] }, 'field by field, before and after';
is_deeply $items->[0]{fields}, { status => [ 'confirmed', 'checked_in' ] }, 'and only what changed';
is_deeply $items->[1]{actor}, { id => $clinic->account('frontdesk')->{id}, name => 'Deepak Joshi', role => 'frontdesk' },
	'with who did it';
is $items->[0]{actor}{name}, $clinic->psql("SELECT name FROM core.doctor WHERE id = '$DEMO{meera}'"), 'a doctor by the name that patients know';
ok $items->[0]{changedAt} ge $items->[1]{changedAt} && $items->[1]{changedAt} ge $items->[2]{changedAt}, 'and when';
is_deeply revisions($visit, $meera), $items, 'its doctor reads the same';
is_deeply revisions($visit, $admin), $items, 'and so does the admin';

my $lead = strangers_visit()->{appointment};
is_deeply revisions($lead)->[0]{actor}, { id => undef, name => undef, role => 'public' }, 'a stranger is nobody';
my $hers = $asha->post('/api/appointments', { %{ $clinic->free_slot } })->json->{appointment};
is revisions($hers)->[0]{actor}{name}, 'Asha Patil', 'a patient is known by name';
$clinic->psql("UPDATE core.appointment SET reason = 'by hand' WHERE id = '$hers->{id}'");
is_deeply revisions($hers)->[0]{actor}, { id => undef, name => undef, role => undef }, 'plain SQL has neither name nor role';

$clinic->psql("UPDATE core.appointment SET reason = 'change $_' WHERE id = '$visit->{id}'") for 1 .. 7;
my (@all, $cursor);
do {
	my $page = $desk->get("/api/appointments/$visit->{id}/revisions?limit=3" . ($cursor ? "&cursor=$cursor" : ''))->json;
	cmp_ok scalar @{ $page->{items} }, '<=', 3, 'a page has what was asked for';
	push @all, map { $_->{version} } @{ $page->{items} };
	$cursor = $page->{nextCursor};
} while $cursor;
is "@all", join(' ', reverse 1 .. 10), 'pages are continued where they ended';
error_is $desk->get("/api/appointments/$visit->{id}/revisions?$_"), 400, 'VALIDATION_ERROR', "$_ is refused" for 'cursor=abc', 'limit=0', 'limit=201', 'since=1';

#
# Discussion
#

is_deeply messages($visit), [], 'nobody has said anything';
my $res = say_it($visit, "She comes by wheelchair.\nRoom 2?");
status_is $res, 201, 'the desk says something';
my $said = $res->json->{message};
is $said->{text}, "She comes by wheelchair.\nRoom 2?", 'which keeps its lines';
is $said->{author}{role}, 'frontdesk', 'and says who said it';
say_it($visit, 'Yes, room 2. कमरा तैयार है।', $meera);
is_deeply messages($visit)->[1], $said, 'it can be read as it was answered';
is join(' ', map { $_->{author}{role} } @{ messages($visit, $_) }), 'doctor frontdesk', 'by staff who see the visit, newest first' for $desk, $meera, $admin;
is messages($visit)->[0]{text}, 'Yes, room 2. कमरा तैयार है।', 'in any script';
is $desk->get("/api/appointments/$visit->{id}")->json->{appointment}{version}, 10, 'the visit itself has not changed';

my %before = rows_of($clinic);
my %refused = ('no text' => {}, 'an empty one' => { text => " \n " }, 'one too long' => { text => 'x' x 4001 }, 'a number' => { text => 7 },
	'null' => { text => undef }, 'an unknown member' => { text => 'x', author => 'boss' });
error_is $desk->post("/api/appointments/$visit->{id}/messages", $refused{$_}), 400, 'VALIDATION_ERROR', "$_ is refused" for sort keys %refused;
error_is $desk->post("/api/appointments/$visit->{id}/messages", \qq({"text":"a\\u0000b"})), 400, 'VALIDATION_ERROR', 'and so is a character that cannot be printed';
status_is $desk->request($_, "/api/appointments/$visit->{id}/messages", { text => 'x' }, {}), 405, "$_ does not change what was said" for qw(PUT PATCH DELETE);

for my $one ([ $asha => 'a patient' ], [ $bilal => 'another patient' ], [ $bot => 'the assistant' ]) {
	my ($who, $name) = @$one;
	error_is $who->get("/api/appointments/$hers->{id}/$_"), 403, 'FORBIDDEN', "$name reads no $_" for qw(revisions messages);
	error_is say_it($hers, 'Hello', $who), 403, 'FORBIDDEN', 'and says nothing there';
}
for my $what (qw(revisions messages)) {
	error_is $visitor->get("/api/appointments/$lead->{id}/$what", { 'X-Edit-Token' => 'x' x 43 }), 401, 'UNAUTHENTICATED', "a stranger reads no $what";
	error_is $arun->get("/api/appointments/$visit->{id}/$what"), 404, 'NOT_FOUND', "to another doctor there are no $what";
	error_is $desk->get("/api/appointments/$_/$what"), 404, 'NOT_FOUND', "nor of what is not there" for $nobody, $next_door->id('appointment');
	error_is $neighbour->get("/api/appointments/$visit->{id}/$what"), 404, 'NOT_FOUND', 'nor to the neighbour';
}
error_is say_it($visit, 'Hello', $arun), 404, 'NOT_FOUND', 'another doctor says nothing there';
error_is say_it($visit, 'Hello', $neighbour), 404, 'NOT_FOUND', 'nor does the neighbour';
error_is say_it({ id => $nobody }, 'Hello'), 404, 'NOT_FOUND', 'nor anybody about nothing';
same_rows($clinic, \%before, 'none of which was written');

my %once = ('Idempotency-Key' => 'a key that was made once');
my @twice = map { say_it($hers, 'Only once', $desk, %once) } 1, 2;
is_deeply $twice[1]->json, $twice[0]->json, 'sent again with its key, it is the same message';
is scalar @{ messages($hers) }, 1, 'and stands there once';
error_is say_it($hers, 'Something else', $desk, %once), 422, 'IDEMPOTENCY_MISMATCH', 'the key is for that text';
status_is say_it($lead, 'Only once', $desk, %once), 201, 'and for that visit';
is scalar @{ messages($lead) }, 1, 'another one gets its own';

say_it($lead, "Message $_") for 2 .. 7;
my (@texts, @ids);
$cursor = undef;
do {
	my $page = $desk->get("/api/appointments/$lead->{id}/messages?limit=2" . ($cursor ? "&cursor=$cursor" : ''))->json;
	say_it($lead, 'Said meanwhile') if !$cursor;
	push @texts, map { $_->{text} } @{ $page->{items} };
	$cursor = $page->{nextCursor};
} while $cursor;
is join('|', @texts), join('|', (map { "Message $_" } reverse 2 .. 7), 'Only once'), 'pages are continued, whatever is said meanwhile';
is scalar @{ messages($lead) }, 8, 'which is read from the top';

#
# Who is told
#

$clinic->psql("SELECT feed.fold('$DEMO{clinic}')");
my ($event) = $clinic->rows("SELECT op, entity_id, version, scopes, gone, body FROM feed.change WHERE entity = 'message' AND entity_id = '$visit->{id}' ORDER BY seq LIMIT 1");
is_deeply $event->{body}, { appointmentId => $visit->{id}, message => { %$said, createdAt => $event->{body}{message}{createdAt} } }, 'the feed tells the message';
is epoch($event->{body}{message}{createdAt} =~ s/\.\d+//r), epoch($said->{createdAt} =~ s/\.\d+//r), 'with its time';
is_deeply [ sort @{ $event->{scopes} } ], [ sort $DEMO{clinic}, $DEMO{meera} ], 'to the clinic and the doctor, not to the patient';
is "$event->{op} $event->{version} @{ $event->{gone} }", 'created 0 ', 'as one that was made';
sub list_hash { $desk->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => 'd41d8cd98f00b204e9800998ecf8427e' })->json->{serverGlobalHash} }
my $hash = list_hash();
say_it($visit, 'One more');
is list_hash(), $hash, 'lists do not change by what is said';

#
# Rows that go
#

$clinic->psql("UPDATE core.appointment SET is_deleted = true WHERE id = '$lead->{id}'");
error_is $desk->get("/api/appointments/$lead->{id}/$_"), 404, 'NOT_FOUND', "a deleted visit has no $_" for qw(revisions messages);
error_is say_it($lead, 'Hello'), 404, 'NOT_FOUND', 'and nothing is said about it';
$clinic->psql("DELETE FROM core.appointment WHERE id = '$lead->{id}'");
is $clinic->psql("SELECT count(*) FROM core.message WHERE appointment_id = '$lead->{id}'"), 0, 'what is deleted for good takes its discussion along';
is $clinic->psql("SELECT count(*) FROM core.revision WHERE appointment_id = '$lead->{id}'"), 3, 'and leaves its record';
$clinic->psql("DELETE FROM auth.account WHERE id = '$said->{author}{id}'");
is_deeply messages($visit, $admin)->[-1]{author}, { %{ $said->{author} }, name => undef }, 'somebody who left has lost the name only';

contract_is_kept;
done_testing;
