#!/usr/bin/perl
# The chain of events: anybody can compute it, whatever a superuser does to it
# is found (security.md K-75 to K-77), eight writers at once lose nothing, and
# what is forgotten leaves the rest in order.
use v5.36;
use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use Opdesk::Parallel;
use Opdesk::Sql;
use Opdesk::Test;

my $clinic = clinic(server => 'none');
my $cluster = Opdesk::Cluster->find;
my $id = $DEMO{clinic};

# The command: what it said, one way or the other, and its status.
sub opdesk (@args) {
	local %ENV = (%ENV, $cluster->settings($clinic->database));
	delete $ENV{OPDESK_CONF};
	my $text = qx('$Opdesk::Cluster::BUILD/sbin/opdesk' @args 2>&1);
	return ($? >> 8, $text);
}
sub audit (@args) { my ($status, $text) = opdesk('audit', @args); return "$status $text" }
sub rows ($sql) { $clinic->rows($sql) }
sub change ($name) { $clinic->psql("UPDATE core.clinic SET phone = '$name' WHERE id = '$id'") }
sub number ($sql) { $clinic->psql($sql) + 0 }

#
# What is linked, and how anybody computes it
#

change('first');
like audit('link'), qr/^0 linked [1-9]\d* events$/m, 'what was committed is linked';
is audit('link'), "0 linked 0 events\n", 'once';
like audit('verify'), qr/^0 clinic $id: \d+ links fit, from 1 to \d+ \([0-9a-f]{64}\); 0 events wait$/m, 'and fits';
change('second');
like audit('verify'), qr/^0 .*; 1 events wait$/m, 'an event that waits is named, and is no fault';
audit('link');

my ($hash, $seq) = ('0' x 64, 0);
my @wrong;
for my $e (rows(q(SELECT l.seq, encode(l.hash, 'hex') AS hash, e.id, e.clinic_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, e.role,
	e.account_id, e.session_id, e.action, e.object, e.object_id, e.request, e.address, e.fields::text AS fields
	FROM audit.link l JOIN audit.event e ON e.id = l.event_id) . " WHERE l.clinic_id = '$id' ORDER BY l.seq")) {
	my $line = join '', map { ($_ // '') . "\n" } 'opdesk audit 1', $e->{clinic_id}, ++$seq, $hash,
		@$e{qw(id at role account_id session_id action object object_id request address fields)};
	utf8::encode($line);
	$hash = sha256_hex($line);
	push @wrong, $seq if $hash ne $e->{hash} || $seq != $e->{seq};
}
cmp_ok $seq, '>', 500, 'the demo has left a chain';
is "@wrong", '', 'whose hashes are those of the manual, computed by somebody else';
like audit('head'), qr/^0 $id $seq $hash \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/, 'its head is exported';

#
# Tampering
#

my $kept = $clinic->dir . '/heads';
sub keep { my (undef, $text) = opdesk(qw(audit head)); open my $out, '>>', $kept or die "$kept: $!"; print $out $text }
keep();
change("later $_") for 1 .. 5;
audit('link');
keep();
$clinic->psql("CREATE TABLE public.saved_$_ AS SELECT * FROM audit.$_") for qw(event link fresh);

# As a superuser who has looked up how to get past the triggers.
sub as_replica ($sql) {
	$clinic->psql("SET session_replication_role = replica; $sql; SET session_replication_role = origin");
}
sub restore {
	as_replica(join '; ', map { "DELETE FROM audit.$_; INSERT INTO audit.$_ OVERRIDING SYSTEM VALUE SELECT * FROM public.saved_$_" } qw(event link fresh));
}
my $last = number('SELECT max(seq) FROM audit.link');
my ($three) = rows('SELECT event_id AS id FROM audit.link WHERE seq = 300');
sub found ($what, $sql, $says, @file) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	as_replica($sql);
	my $text = audit('verify', @file);
	restore();
	return like $text, qr/^1 .*clinic $id: $says\n.*the record was tampered with/s, "$what is found";
}
like audit('verify', $kept), qr/^0 /, 'untouched, it fits what was kept';

my %edits = ('who' => "account_id = gen_random_uuid()", 'the session' => 'session_id = gen_random_uuid()', 'the role' => "role = 'admin'", 'when' => "at = at + interval '1 microsecond'",
	'what was done' => "action = 'read'", 'to what' => "object = 'slot'", 'to which' => 'object_id = NULL', 'a field' => q(fields = fields || '{"name": "Nobody"}'),
	'the request' => "request = 'x'", 'the address' => "address = '::1'", 'the clinic' => 'clinic_id = gen_random_uuid()');
found "a change of $_", "UPDATE audit.event SET $edits{$_} WHERE id = $three->{id}", "event $three->{id} of link 300 is not what was linked there" for sort keys %edits;
found 'another hash', "UPDATE audit.link SET hash = sha256('x') WHERE seq = 300", "event $three->{id} of link 300 is not what was linked there";
found 'an event that is deleted', "DELETE FROM audit.event WHERE id = $three->{id}", "event $three->{id} of link 300 is gone";
found 'one that is deleted with its link', "DELETE FROM audit.event WHERE id = $three->{id}; DELETE FROM audit.link WHERE seq = 300", 'link 300 is missing';
found 'one whose neighbours close the gap', "DELETE FROM audit.event WHERE id = $three->{id}; DELETE FROM audit.link WHERE seq = 300; UPDATE audit.link SET seq = -seq; UPDATE audit.link SET seq = CASE WHEN seq < -300 THEN -seq - 1 ELSE -seq END",
	'event \d+ of link 300 is not what was linked there';
found 'the first that is deleted', 'DELETE FROM audit.link WHERE seq = 1', 'link 1 is missing';
found 'another order', 'UPDATE audit.link SET seq = -seq WHERE seq IN (300, 301); UPDATE audit.link SET seq = CASE seq WHEN -300 THEN 301 ELSE 300 END WHERE seq < 0',
	'event \d+ of link 300 is not what was linked there';
found 'other events in two places', "UPDATE audit.link SET event_id = -event_id WHERE seq IN (300, 301); UPDATE audit.link l SET event_id = (SELECT -o.event_id FROM audit.link o WHERE o.seq IN (300, 301) AND o.seq <> l.seq) WHERE seq = 300; UPDATE audit.link SET event_id = $three->{id} WHERE seq = 301",
	'event \d+ of link 300 is not what was linked there';
my $forged = "INSERT INTO audit.event (id, clinic_id, action, object, fields) OVERRIDING SYSTEM VALUE VALUES (%d, '$id', 'created', 'patient', '{}')";
found 'an event that is put in', sprintf($forged, 9999999), 'event 9999999 is in no link, and nobody will link it';
found 'one that is put in with a link', sprintf("$forged; INSERT INTO audit.link (clinic_id, seq, event_id, hash) VALUES ('%s', %d, %d, sha256('x'))", 9999999, $id, $last + 1, 9999999),
	'event 9999999 of link ' . ($last + 1) . ' is not what was linked there';
found 'a link that names no event', "INSERT INTO audit.link (clinic_id, seq, event_id, hash) VALUES ('$id', $last + 1, 8888888, sha256('x'))", 'event 8888888 of link ' . ($last + 1) . ' is gone';

# What waits is not yet in the chain, but it is known to wait.
change('waits');
my $waits = number('SELECT event_id FROM audit.fresh');
$clinic->psql("DELETE FROM public.saved_$_; INSERT INTO public.saved_$_ SELECT * FROM audit.$_") for qw(event fresh);
found 'a waiting event that is deleted', "DELETE FROM audit.event WHERE id = $waits", "event $waits is gone, and was never linked";
found 'one that is made not to wait', 'DELETE FROM audit.fresh', "event $waits is in no link, and nobody will link it";

# Fits in itself, so only what was kept elsewhere tells.
my $tail = "DELETE FROM audit.event WHERE id IN (SELECT event_id FROM audit.link WHERE seq > $last - 3); DELETE FROM audit.link WHERE seq > $last - 3";
as_replica($tail);
like audit('verify'), qr/^0 .*to @{[ $last - 3 ]} /m, 'a chain whose end was cut off fits in itself';
restore();
found 'but not what was kept: that', $tail, "it ends at link @{[ $last - 3 ]}, but link $last was kept", $kept;
my $anew = "UPDATE audit.event SET object_id = NULL WHERE id = $three->{id}; DELETE FROM audit.link; DELETE FROM audit.fresh; INSERT INTO audit.fresh SELECT clinic_id, id FROM audit.event";
as_replica($anew);
audit('link');
like audit('verify'), qr/^0 .*links fit/m, 'so does one that was made anew after a change';
like audit('verify', $kept), qr/^1 .*link \d+ is not the one whose hash was kept\n.*tampered/s, 'which what was kept finds';
restore();
found 'a chain that is gone', 'DELETE FROM audit.link; DELETE FROM audit.event; DELETE FROM audit.fresh', 'its chain is gone', $kept;
like audit('verify', $kept), qr/^0 .*; 1 events wait$/m, 'and restored, all is well';
like audit("verify - < '$kept'"), qr/^0 /, 'heads come from standard input as well';
system "echo nonsense > '$kept.bad'";
is audit('verify', "$kept.bad"), "1 opdesk: $kept.bad: no heads that opdesk audit head wrote\n", 'what are no heads is refused';
is audit('verify', "$kept.none"), "1 opdesk: $kept.none: no heads that opdesk audit head wrote\n", 'and so is no file';
is audit(@$_), "1 opdesk: usage: opdesk audit link | verify [FILE] | head | forget\n", "opdesk audit @$_ says what there is" for [], ['erase'], [ 'head', 'x' ];

#
# Many at once
#

my ($visit) = rows("SELECT id FROM core.appointment WHERE clinic_id = '$id' AND NOT is_deleted LIMIT 1");
my $done = start_all(10, sub ($n) {
	my $sql = Opdesk::Sql->new($clinic);
	if ($n > 8) { # two linkers, who get in each other's way
		my $sum = 0;
		$sum += $sql->run('SELECT audit.link_all()') for 1 .. 150;
		return $sum;
	}
	for my $i (1 .. 25) {
		$sql->run("UPDATE core.appointment SET reason = 'writer $n, $i' WHERE id = '$visit->{id}'");
		$sql->run("BEGIN; UPDATE core.clinic SET phone = 'never' WHERE id = '$id'; ROLLBACK") if $i % 5 == 0;
		$sql->run("BEGIN; UPDATE core.service SET price = price + 1 WHERE id = '$DEMO{physiotherapy}'; SELECT pg_sleep(0.002); COMMIT") if $i % 3 == $n % 3;
	}
	return 0;
});
my @sums = $done->();
cmp_ok $sums[8] + $sums[9], '>', 0, 'while eight people write, events are linked';
like audit('link'), qr/^0 linked \d+ events$/m, 'and the last of them behind it';
like audit('verify', $kept), qr/^0 clinic $id: \d+ links fit, from 1 to (\d+) .*; 0 events wait$/m, 'the chain is whole, and goes on from what was kept';
is number('SELECT count(*) FROM audit.event e WHERE NOT EXISTS (SELECT FROM audit.link l WHERE l.event_id = e.id)'), 0, 'no event is left out';
is number("SELECT max(seq) - count(*) FROM audit.link WHERE clinic_id = '$id'"), 0, 'its numbers have no gap, though eight in forty were rolled back';
is number("SELECT count(*) FROM audit.event WHERE object = 'clinic' AND fields::text LIKE '%never%'"), 0, 'which left no event';
my @order = map { $_->{v} } rows("SELECT (e.fields -> 'version' ->> 1)::int AS v FROM audit.event e JOIN audit.link l ON l.event_id = e.id
	WHERE e.object_id = '$visit->{id}' AND e.action = 'updated' ORDER BY l.seq");
is scalar @order, 200, 'two hundred changes of one visit';
is join(' ', @order), join(' ', sort { $a <=> $b } @order), 'stand in the chain as they were committed';

# A plan that was made while next to nothing waited still serves when very much
# does, as after a bulk load.
my $linker = Opdesk::Sql->new($clinic);
$linker->run("SET plan_cache_mode = force_generic_plan; SET statement_timeout = '60s'; SELECT audit.link_all()");
$clinic->psql("UPDATE core.appointment SET reason = reason || '.' WHERE clinic_id = '$id'") for 1 .. 30;
my $backlog = number('SELECT count(*) FROM audit.fresh');
cmp_ok $backlog, '>', 10_000, 'a backlog';
my $linked = 0;
$linked += $linker->run('SELECT audit.link_all()') for 1 .. 1 + $backlog / 2000;
is $linked, $backlog, 'is linked as fast';
like audit('verify', $kept), qr/^0 clinic $id: \d+ links fit, .*; 0 events wait$/m, 'and fits';

#
# Forgetting
#

my $old = '0bd00000-0000-4000-8000-000000000000';
sub old_events ($n, $days) {
	$clinic->psql("WITH e AS (INSERT INTO audit.event (clinic_id, at, action, object, fields) SELECT '$old', now() - $days * interval '1 day' + n * interval '1 s', 'updated', 'clinic', '{}' FROM generate_series(1, $n) n RETURNING id)
		INSERT INTO audit.fresh SELECT '$old', id FROM e");
}
old_events(40, 2000);
old_events(10, 30);
audit('link');
keep();
is audit('forget'), "0 forgot 40 events\n", 'what is older than three years is forgotten';
is number("SELECT count(*) FROM audit.event WHERE clinic_id = '$old' AND action = 'updated'"), 10, 'and what is younger stays';
is_deeply [ rows("SELECT action, object, role, fields FROM audit.event WHERE clinic_id = '$old' AND action <> 'updated'") ],
	[ { action => 'forgotten', object => 'audit', role => 'system', fields => { seq => [ 1, 40 ] } } ], 'that it was done is on record';
audit('link');
like audit('verify'), qr/^0 .*clinic $old: 11 links fit, from 41 to 51 /s, 'and the rest can still be verified';
like audit('verify', $kept), qr/^0 /, 'against what was kept, too';
is audit('forget'), "0 forgot 0 events\n", 'the second time there is nothing';
as_replica("UPDATE audit.checkpoint SET hash = sha256('x')");
like audit('verify'), qr/^1 .*clinic $old: event \d+ of link 41 is not what was linked there/s, 'a checkpoint that is changed is found';
as_replica('DELETE FROM audit.checkpoint');
like audit('verify'), qr/^1 .*clinic $old: link 1 is missing/s, 'and so is one that is gone: then events were deleted';
{
	local $ENV{OPDESK_AUDIT_DAYS} = 30;
	is audit('forget'), "1 opdesk: OPDESK_AUDIT_DAYS: at least 90\n", 'nobody sets it to a month';
	$ENV{OPDESK_AUDIT_DAYS} = 0;
	is audit('forget'), "0 forgot 0 events\n", 'and 0 is for ever';
}
done_testing;
