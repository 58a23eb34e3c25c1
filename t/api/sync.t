#!/usr/bin/perl
# POST /api/admin/appointments/sync: a page's list stays the server's, by
# vector, by cursor, and when things go wrong (security.md S-111 to S-115).
use v5.36;
use lib 't/lib';
use Digest::MD5 qw(md5_hex);
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Replica;
use Opdesk::Sql;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(admin appointments availability)]);
my ($desk, $admin, $meera, $arun) = map { $clinic->as($_) } qw(frontdesk admin meera arun);
my $path = $Opdesk::Replica::PATH;
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';

sub ask ($body, $who = $desk) { $who->post($path, $body) }
sub vector ($versions, $who = $desk) { ask({ knownVersions => $versions, clientGlobalHash => Opdesk::Replica::hash_of($versions) }, $who)->json }
sub by ($cursor, $who = $desk) { ask({ cursor => $cursor }, $who)->json }
sub truth ($where = 'true') { map { /(.*)\|(.*)/ ? ($1 => $2 + 0) : () } split /\n/, $clinic->psql("SELECT id, version FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND NOT is_deleted AND ($where)") }
sub ids ($list) { join ' ', sort map { ref $_ ? $_->{id} : $_ } @{ $list // [] } }
sub some_id ($where) { $clinic->psql("SELECT id FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND NOT is_deleted AND $where ORDER BY id LIMIT 1") }

#
# The hash
#

is md5_hex('00000000-0000-4000-8000-000000000001:3'), Opdesk::Replica::hash_of({ '00000000-0000-4000-8000-000000000001' => 3 }), 'the contract\'s example';
my %all = truth();
my $first = vector({});
ok !$first->{synced}, 'who has nothing gets all';
is ids($first->{updates}), join(' ', sort keys %all), 'every appointment of the clinic, deleted ones not';
is_deeply $first->{deletions}, [], 'and nothing to delete';
is $first->{count}, scalar keys %all, 'the count says how many there are';
is $first->{serverGlobalHash}, Opdesk::Replica::hash_of(\%all), 'the server\'s hash is the one computed here';
ok !$first->{hasMore}, 'in one page';
my ($one) = grep { $_->{notes} } @{ $first->{updates} };
is_deeply $one, $desk->get("/api/appointments/$one->{id}")->json->{appointment}, 'each row is the one that GET answers';

my $same = ask({ knownVersions => \%all, clientGlobalHash => Opdesk::Replica::hash_of(\%all) });
is_deeply $same->json, { synced => JSON::PP::true, count => scalar keys %all }, 'who has all is told so, and no more';
ok length $same->text < 100, 'in a few bytes';
is_deeply by($first->{cursor}), $same->json, 'by cursor too';
ok ask({ knownVersions => {}, clientGlobalHash => $first->{serverGlobalHash} })->json->{synced}, 'the hash alone is enough to match';

#
# Vector: what differs, and nothing else
#

my ($stale, $old, $lacks) = (sort keys %all)[ 3, 7, 11 ];
my %mine = (%all, $stale => $all{$stale} + 5, $old => $all{$old} - 1 || 2147483647);
delete $mine{$lacks};
$mine{$nobody} = 1;
my $diff = vector(\%mine);
is ids($diff->{updates}), join(' ', sort $stale, $old, $lacks), 'older, newer and missing rows are sent';
is ids($diff->{deletions}), $nobody, 'what the server does not have is deleted';
is $diff->{serverGlobalHash}, $first->{serverGlobalHash}, 'with the hash that results';
my $wrong = ask({ knownVersions => \%all, clientGlobalHash => 'x' })->json;
is_deeply [ @{$wrong}{qw(updates deletions serverGlobalHash)} ], [ [], [], $first->{serverGlobalHash} ], 'a wrong hash over the right rows is put right';
is ids(ask({ knownVersions => \%mine })->json->{updates}), ids($diff->{updates}), 'without a hash the versions are compared';

#
# Cursor: what changed, and nothing else
#

my $page = Opdesk::Replica->new($desk);
$page->pull;
is $page->hash, $first->{serverGlobalHash}, 'a page that starts has all';
my $lead = $desk->post('/api/appointments', { name => 'Tejas Ranade', phone => '9822011203' })->json->{appointment};
my $made = by($page->{cursor});
is ids($made->{updates}), $lead->{id}, 'a new row comes, alone';
is $made->{count}, keys(%all) + 1, 'and is counted';
is ids(by($page->{cursor})->{updates}), $lead->{id}, 'a lost answer comes again';
$page->take($made);
ok by($page->{cursor})->{synced}, 'and not after it was taken';
$desk->put("/api/appointments/$lead->{id}", { version => 1, reason => "x$_" }) && $desk->put("/api/appointments/$lead->{id}", { version => $_ + 1, reason => "y$_" }) for 1 .. 3;
my $changed = by($page->{cursor});
is scalar @{ $changed->{updates} }, 1, 'a row that changed often comes once';
is $changed->{updates}[0]{version}, $desk->get("/api/appointments/$lead->{id}")->json->{appointment}{version}, 'as it is now';
$page->take($changed);
$desk->del("/api/appointments/$lead->{id}");
my $cancelled = by($page->{cursor});
is "$cancelled->{updates}[0]{id} $cancelled->{updates}[0]{status}", "$lead->{id} cancelled", 'a cancelled visit is an update';
is_deeply $cancelled->{deletions}, [], 'and no deletion';
$page->take($cancelled);

# Plain SQL is seen like any change.
my $gone = some_id("status = 'completed'");
my $hidden = some_id("status = 'completed' AND id > '$gone'");
$clinic->psql("DELETE FROM core.appointment WHERE id = '$gone'");
$clinic->psql("UPDATE core.appointment SET is_deleted = true WHERE id = '$hidden'");
$clinic->psql("UPDATE core.appointment SET name = 'By SQL' WHERE id = '$one->{id}'");
my $by_sql = by($page->{cursor});
is ids($by_sql->{deletions}), ids([ $gone, $hidden ]), 'what SQL deletes or hides is a deletion';
is join(' ', map { "$_->{id} $_->{name}" } @{ $by_sql->{updates} }), "$one->{id} By SQL", 'what it changes an update';
is ids(vector($page->versions)->{deletions}), ids([ $gone, $hidden ]), 'by vector too';
$page->take($by_sql);
is $page->hash, Opdesk::Replica::hash_of({ truth() }), 'afterwards the page has what the tables have';
$clinic->psql("UPDATE core.appointment SET is_deleted = false WHERE id = '$hidden'");
$page->pull;
ok $page->rows->{$hidden}, 'what is shown again comes back';
$clinic->psql("BEGIN; UPDATE core.appointment SET name = 'Never' WHERE id = '$hidden'; ROLLBACK");
ok by($page->{cursor})->{synced}, 'what was rolled back never happened';
my $count = $clinic->psql("WITH x AS (INSERT INTO core.appointment (clinic_id, name) VALUES ('$DEMO{clinic}', 'Come and gone') RETURNING id) SELECT id FROM x");
$clinic->psql("DELETE FROM core.appointment WHERE id = '$count'");
$page->pull;
is $page->hash, Opdesk::Replica::hash_of({ truth() }), 'what came and went between two questions is no trouble';
$clinic->psql("UPDATE core.appointment SET mailed = NOT mailed WHERE id = '$hidden'");
ok by($page->{cursor})->{synced}, 'bookkeeping is no change';

# The hash with a cursor: only while it is known.
my $known = $desk->post('/api/appointments', { name => 'One more' })->json->{appointment};
is by($page->{cursor})->{serverGlobalHash}, undef, 'after a change nobody has computed the hash';
vector({});
is by($page->{cursor})->{serverGlobalHash}, Opdesk::Replica::hash_of({ truth() }), 'once somebody has, it comes along';
$page->pull;

# A transaction that commits late is not lost.
my $slow = Opdesk::Sql->new($clinic);
$slow->run("BEGIN; UPDATE core.appointment SET reason = 'late' WHERE id = '$hidden'");
$desk->put("/api/appointments/$known->{id}", { version => 1, reason => 'early' });
my $early = by($page->{cursor});
is ids($early->{updates}), $known->{id}, 'who commits first is seen first';
$page->take($early);
$slow->run('COMMIT');
my $late = by($page->{cursor});
is ids($late->{updates}), $hidden, 'who began before and commits after, after';
$page->take($late);
is $page->hash, Opdesk::Replica::hash_of({ truth() }), 'and the page misses neither';

#
# Whose list it is
#

my %hers = truth("doctor_id = '$DEMO{meera}'");
my $own = vector({}, $meera);
is ids($own->{updates}), join(' ', sort keys %hers), 'a doctor\'s list is their own';
is $own->{serverGlobalHash}, Opdesk::Replica::hash_of(\%hers), 'with its own hash';
is $own->{count}, scalar keys %hers, 'and count';
my ($her, $his, $desks) = map { Opdesk::Replica->new($_) } $meera, $arun, $desk;
$_->pull for $her, $his, $desks;
my $moving = some_id("doctor_id = '$DEMO{meera}' AND status = 'completed'");
$clinic->psql("UPDATE core.appointment SET doctor_id = '$DEMO{arun}', reason = 'SECRET' WHERE id = '$moving'");
my $left = ask({ cursor => $her->{cursor} }, $meera);
is ids($left->json->{deletions}), $moving, 'a visit that goes to another doctor leaves the list';
unlike $left->text, qr/SECRET/, 'without a word of what it says now';
is ids(by($his->{cursor}, $arun)->{updates}), $moving, 'and comes to the other\'s';
my $both = by($desks->{cursor});
is ids($both->{updates}) . ids($both->{deletions}), $moving, 'the clinic sees a change';
$_->pull for $her, $his, $desks;
$clinic->psql("UPDATE core.appointment SET reason = 'SECRET 2' WHERE id = '$moving'");
ok by($her->{cursor}, $meera)->{synced}, 'what happens to it then is not her business';
$clinic->psql("UPDATE core.appointment SET doctor_id = '$DEMO{meera}' WHERE id = '$moving'");
is ids(by($her->{cursor}, $meera)->{updates}), $moving, 'until it comes back';
$_->pull for $her, $his;
is $her->hash . $his->hash, Opdesk::Replica::hash_of({ truth("doctor_id = '$DEMO{meera}'") }) . Opdesk::Replica::hash_of({ truth("doctor_id = '$DEMO{arun}'") }), 'both have what is theirs';
my $next_door = Opdesk::Neighbour->new($clinic);
my $theirs = vector({}, $next_door->as('admin'));
is ids($theirs->{updates}), ids([ $next_door->id('appointment'), $next_door->id('lead') ]), 'the clinic next door has its own';
is ids(vector({ $moving => 1 }, $next_door->as('admin'))->{deletions}), $moving, 'and to it ours do not exist';
error_is ask({ knownVersions => {} }, $clinic->as($_)), 403, 'FORBIDDEN', "$_ has no list to sync" for qw(patient chatbot);

#
# Cursors that are none
#

my $good = $desks->{cursor};
my ($epoch, $seq, $mac) = split /\./, $good;
my %bad = (
	'text' => 'x', 'no MAC' => "$epoch.$seq", 'an empty MAC' => "$epoch.$seq.", 'another number' => "$epoch." . ($seq - 1) . ".$mac", 'a later number' => "$epoch." . ($seq + 1) . ".$mac", 'another feed' => "$nobody.$seq.$mac",
	'one character less' => substr($good, 0, -1), 'one more' => "${good}A", 'blanks' => "$epoch. $seq.$mac", 'below nothing' => "$epoch.-1.$mac", 'hexadecimal' => "$epoch.0x1.$mac", 'SQL' => "$epoch.$seq' OR 1=1.$mac",
	'a number that is too large' => "$epoch.99999999999999999999.$mac", 'a doctor\'s' => $her->{cursor}, 'next door\'s' => $theirs->{cursor}, 'too long' => 'x' x 201,
);
for my $what (sort keys %bad) {
	my $no = ask({ cursor => $bad{$what} });
	error_is $no, 400, 'VALIDATION_ERROR', "no cursor: $what";
	is join(' ', map { $_->{field} } @{ $no->json->{details} // [] }), 'cursor', 'and that is the fault';
}
error_is ask({ cursor => $good }, $meera), 400, 'VALIDATION_ERROR', 'the clinic\'s cursor is not a doctor\'s';
error_is ask({ cursor => $his->{cursor} }, $meera), 400, 'VALIDATION_ERROR', 'nor another doctor\'s';
ok ask({ cursor => $good }, $admin)->json->{count}, 'the admin\'s list is the front desk\'s';

my %vector = (
	'neither' => {}, 'an id in capitals' => { knownVersions => { uc $nobody => 1 } }, 'no id' => { knownVersions => { x => 1 } }, 'an id too long' => { knownVersions => { "${nobody}0" => 1 } }, 'text' => { knownVersions => { $nobody => '1' } },
	'a fraction' => { knownVersions => { $nobody => 1.5 } }, 'below nothing' => { knownVersions => { $nobody => -1 } }, 'too large' => { knownVersions => { $nobody => 2147483648 } }, 'null' => { knownVersions => { $nobody => undef } },
	'a list' => { knownVersions => [] }, 'a hash that is none' => { knownVersions => {}, clientGlobalHash => 5 }, 'a hash too long' => { knownVersions => {}, clientGlobalHash => 'x' x 65 }, 'nested' => { knownVersions => { $nobody => { v => 1 } } },
	'a cursor that is no text' => { cursor => 5 },
);
error_is ask($vector{$_}), 400, 'VALIDATION_ERROR', "no vector: $_" for sort keys %vector;
error_is ask(\qq({"knownVersions":{"$nobody":1,"$nobody":1}})), 400, 'VALIDATION_ERROR', 'no vector: an id twice';

#
# Too old
#

my $rest = Opdesk::Replica->new($desk);
$rest->pull;
$clinic->psql("UPDATE core.appointment SET reason = 'a' WHERE id = '$moving'");
$clinic->psql("UPDATE core.appointment SET is_deleted = true WHERE id = '$known->{id}'");
vector({});
$clinic->psql("SELECT feed.purge('$DEMO{clinic}', interval '0')");
my $expired = ask({ cursor => $rest->{cursor} });
error_is $expired, 410, 'CURSOR_EXPIRED', 'a cursor from before what was forgotten is too old';
$rest->pull;
is $rest->hash, Opdesk::Replica::hash_of({ truth() }), 'the vector repairs the page';
ok by($rest->{cursor})->{synced}, 'and its new cursor serves';
$clinic->psql("UPDATE core.appointment SET reason = 'b' WHERE id = '$moving'");
is ids(by($rest->{cursor})->{updates}), $moving, 'from there on';
$clinic->psql("SELECT feed.rebuild('$DEMO{clinic}')");
error_is ask({ cursor => $rest->{cursor} }), 410, 'CURSOR_EXPIRED', 'after a restore no cursor from before serves';
$rest->pull;
is $rest->hash, Opdesk::Replica::hash_of({ truth() }), 'the vector does';

#
# Many
#

$rest->pull;
my $then = $rest->{cursor};
$clinic->psql("INSERT INTO core.appointment (clinic_id, name) SELECT '$DEMO{clinic}', 'Crowd ' || n FROM generate_series(1, 1100) n");
my $part = by($then);
is scalar @{ $part->{updates} }, 500, 'a page after a cursor has 500 changes';
ok $part->{hasMore}, 'and says that there are more';
is $part->{serverGlobalHash}, undef, 'without a hash, as the page is not complete';
my $next = by($part->{cursor});
is scalar @{ $next->{updates} }, 500, 'the next has 500 others';
my $end = by($next->{cursor});
is scalar @{ $end->{updates} }, 100, 'the last the rest';
ok !$end->{hasMore}, 'and says so';
$rest->pull;
is $rest->hash, Opdesk::Replica::hash_of({ truth() }), 'together they are all';
$clinic->psql("INSERT INTO core.appointment (clinic_id, name) SELECT '$DEMO{clinic}', 'Throng ' || n FROM generate_series(1, 5000) n");
my $new = Opdesk::Replica->new($desk, vector => 1);
$new->take(my $anew = vector({}));
is scalar @{ $anew->{updates} }, 5000, 'a page after a vector has 5000 rows';
ok $anew->{hasMore}, 'and says that there are more';
my $by_cursor = by($anew->{cursor});
is scalar @{ $by_cursor->{updates} }, 500, 'which come by cursor';
$new->pull;
is $new->hash, Opdesk::Replica::hash_of({ truth() }), 'or by the next vector';
sub crowd ($n) { \('{"knownVersions":{' . join(',', map { sprintf '"%08x-0000-4000-8000-000000000000":1', $_ } 1 .. $n) . '}}') }
my $emptied = $desk->post($path, crowd(20_000))->json;
is scalar @{ $emptied->{deletions} }, 20_000, 'a page with twenty thousand rows that are not ours is emptied';
status_is $desk->post($path, crowd(150_001)), 400, 'more than 150,000 are none';

#
# Vectors that have to be compared are limited (security.md E-73)
#

my $strict = clinic(programs => [qw(admin appointments)], set => { OPDESK_LIMIT_SYNC => 3 });
my ($one_desk, $one_admin) = map { $strict->as($_) } qw(frontdesk admin);
sub uses { $strict->psql(q(SELECT coalesce(sum(cardinality(uses)), 0) FROM core.limit_use WHERE bucket LIKE 'sync:%')) }
sub left ($res) { $res->header('RateLimit') // '' }
my $whole = ask({ knownVersions => {} }, $one_desk);
like left($whole), qr/^"sync";r=2;t=\d+$/, 'a vector that has to be compared says how many more may be';
is $whole->header('RateLimit-Policy'), '"sync";q=3;w=60', 'within a minute';
for (1 .. 5) {
	is_deeply ask({ knownVersions => {}, clientGlobalHash => $whole->json->{serverGlobalHash} }, $one_desk)->json->{synced}, JSON::PP::true, 'one that matches is compared with nothing';
	is left(ask({ cursor => $whole->json->{cursor} }, $one_desk)), '', 'nor is a cursor';
}
is uses(), 1, 'neither is counted';
error_is ask({ knownVersions => { x => 1 } }, $one_desk), 400, 'VALIDATION_ERROR', 'nor what is none';
$one_desk->post('/api/appointments', { name => 'News' });
is scalar @{ ask({ cursor => $whole->json->{cursor} }, $one_desk)->json->{updates} }, 1, 'nor the changes behind a cursor';
my %current = map { /(.*)\|(.*)/ ? ($1 => $2 + 0) : () } split /\n/, $strict->psql("SELECT id, version FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND NOT is_deleted");
ok ask({ knownVersions => \%current, clientGlobalHash => Opdesk::Replica::hash_of(\%current) }, $one_desk)->json->{synced}, 'nor who is current before anybody knows the hash';
is uses(), 1, 'of all these none was counted';
status_is ask({ knownVersions => {} }, $one_desk), 200, 'a second' for 1, 2;
my $enough = ask({ knownVersions => {} }, $one_desk);
error_is $enough, 429, 'RATE_LIMITED', 'a fourth is not compared';
like left($enough), qr/^"sync";r=0;t=@{[ $enough->header('Retry-After') ]}$/, 'and told when to come back';
ok $enough->header('Retry-After') <= 60, 'within a minute';
ok ask({ cursor => $whole->json->{cursor} }, $one_desk)->json->{updates}, 'by cursor it can go on';
status_is ask({ knownVersions => {} }, $one_admin), 200, 'the limit is of one account';
$strict->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '61 seconds' FROM unnest(uses) u)");
status_is ask({ knownVersions => {} }, $one_desk), 200, 'and of one minute';

contract_is_kept;
done_testing;
