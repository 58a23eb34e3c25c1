#!/usr/bin/perl
# Pages that sync while eight writers change rows in transactions that overlap,
# wait, roll back and commit in any order: in the end every page has what the
# database has (security.md S-111, S-112, S-115, O11).
#
# 500 changes; 10,000 with OPDESK_LONG=1.
use v5.36;
use lib 't/lib';
use Digest::MD5 qw(md5_hex);
use Opdesk::Parallel;
use Opdesk::Replica;
use Opdesk::Sql;
use Opdesk::Test;

my $changes = $ENV{OPDESK_LONG} ? 10_000 : 500;
my $writers = 8;
my $clinic = clinic(programs => ['admin'], workers => 4, set => { OPDESK_LIMIT_SYNC => 0 });
my $over = $clinic->dir . '/over';
my $seed = $ENV{OPDESK_SEED} // time;
note "OPDESK_SEED=$seed makes the same changes";

# Few rows, so that writers meet on them; the rest of the demo stays as it is.
$clinic->psql("DELETE FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND id NOT IN (SELECT id FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' ORDER BY id LIMIT 60)");

#
# Writers
#

my $some = "(SELECT id FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' ORDER BY random() LIMIT 1)";
my @ways = (
	(sub { "UPDATE core.appointment SET reason = 'storm ' || random() WHERE id = $some" }) x 4,
	sub { "UPDATE core.appointment SET doctor_id = '$DEMO{ (qw(meera arun))[ rand 2 ] }' WHERE id = $some" },
	sub { "UPDATE core.appointment SET doctor_id = NULL, patient_id = '$DEMO{ (qw(asha bilal chitra))[ rand 3 ] }' WHERE id = $some" },
	(sub { "UPDATE core.appointment SET is_deleted = NOT is_deleted WHERE id = $some" }) x 2,
	(sub { "INSERT INTO core.appointment (clinic_id, doctor_id, name) VALUES ('$DEMO{clinic}', '$DEMO{ (qw(meera arun))[ rand 2 ] }', 'Storm')" }) x 2,
	sub { "DELETE FROM core.appointment WHERE id = (SELECT id FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND name = 'Storm' ORDER BY random() LIMIT 1)" },
	sub { "UPDATE core.appointment SET status = CASE status WHEN 'lead' THEN 'cancelled' ELSE 'lead' END WHERE id = $some" },
);

# One or more changes a transaction, with waits between; every fifth is taken back.
sub write_on ($n) {
	srand $seed + $n;
	my $sql = Opdesk::Sql->new($clinic);
	my ($done, $undone) = (0, 0);
	while ($done < $changes / $writers) {
		my @steps = map { $ways[ rand @ways ]->() } 1 .. 1 + (rand() < 0.3 ? 1 + rand 3 : 0);
		my $pause = sprintf 'SELECT pg_sleep(%.4f) \g /dev/null', rand() ** 4 * 0.03;
		my $end = rand() < 0.2 ? 'ROLLBACK' : 'COMMIT';
		$sql->run('BEGIN');
		my $failed = grep { $sql->try($_) ne '00000' || ($sql->run($pause), 0)[1] } @steps; # a deadlock, now and then
		$sql->try($failed ? 'ROLLBACK' : $end);
		$failed || $end eq 'ROLLBACK' ? $undone += @steps : ($done += @steps);
	}
	return { done => $done, undone => $undone };
}

#
# Readers
#

my @pages = (
	{ who => 'admin', what => 'by vector', vector => 1 }, { who => 'frontdesk', what => 'by cursor' }, { who => 'admin', what => 'by cursor, losing every third answer', loses => 1 },
	{ who => 'frontdesk', what => 'page after page that is opened meanwhile', opens => 40 },
	{ who => 'meera', what => 'a doctor, by cursor' }, { who => 'arun', what => 'a doctor, losing answers', loses => 1 },
);
$_->{token} = $clinic->token($_->{who}) for @pages;

sub digest ($row) { join '|', map { $row->{$_} // '-' } qw(id version status doctorId patientId reason) }

sub read_on ($n) {
	my %page = %{ $pages[ $n - 1 ] };
	my $asked = 0;
	my $open = sub { Opdesk::Replica->new($clinic->client(token => $page{token}), vector => $page{vector}, forgets => sub { $page{loses} && ++$asked % 3 == 0 }) };
	my @open = $open->();
	my ($pulls, $back) = (0, 0);
	until (-e $over) {
		my $page = $open[-1];
		my %before = %{ $page->versions };
		$page->pull;
		my $now = $page->versions;
		$back += grep { $now->{$_} && $now->{$_} < $before{$_} } keys %before;
		$pulls++;
		push @open, $open->() if @open < ($page{opens} // 1); # what its vector left out, only its cursor can bring
	}
	$page{loses} = 0;
	my (%hash, %rows, $synced);
	for my $page (@open) {
		$page->pull;
		$synced += $page->pull->{synced} ? 1 : 0;
		$hash{ $page->hash } = 1;
		$rows{ md5_hex(join "\n", sort map { digest($_) } values %{ $page->rows }) } = 1;
	}
	return { pulls => $pulls, back => $back, synced => $synced == @open ? 1 : 0, hash => join(' ', keys %hash), rows => join(' ', keys %rows) };
}

my $reading = start_all(scalar @pages, \&read_on);
my @told = at_once($writers, \&write_on);
open my $mark, '>', $over or die "$over: $!";
my @read = $reading->();

my ($done, $undone) = (0, 0);
$done += $_->{done}, $undone += $_->{undone} for @told;
cmp_ok $done, '>=', $changes, "$done changes were committed, $undone taken back";
cmp_ok $undone, '>', $changes / 20, 'which are quite some';
my %oracle = (admin => 'true', frontdesk => 'true', meera => "doctor_id = '$DEMO{meera}'", arun => "doctor_id = '$DEMO{arun}'");
for my $n (keys @pages) {
	my ($page, $got) = ($pages[$n], $read[$n]);
	my @rows = $clinic->rows("SELECT id, version, status, doctor_id AS \"doctorId\", patient_id AS \"patientId\", reason FROM core.appointment
		WHERE clinic_id = '$DEMO{clinic}' AND NOT is_deleted AND $oracle{ $page->{who} }");
	cmp_ok $got->{pulls}, '>', 3, "$page->{what}: the page asked again and again meanwhile";
	is $got->{back}, 0, '... and never went back to an older row';
	is $got->{hash}, Opdesk::Replica::hash_of({ map { $_->{id} => $_->{version} } @rows }), '... in the end its hash is the database\'s';
	is $got->{rows}, md5_hex(join "\n", sort map { digest($_) } @rows), '... and every row says what the database says';
	ok $got->{synced}, '... so that there is nothing more to tell';
}
is $clinic->psql("SELECT count(*) - max(seq) + min(seq) FROM feed.change WHERE clinic_id = '$DEMO{clinic}'"), 1, 'the feed has no hole';
is $clinic->psql('SELECT count(*) FROM feed.fresh'), 0, 'and nothing is left unnumbered';
done_testing;
