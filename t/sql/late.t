#!/usr/bin/perl
# A change that is committed late gets a late number, and no reader misses it.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Open2 qw(open2);
use Opdesk::Cluster;
use Test::More;

my $cluster = Opdesk::Cluster->find;
my $database = "opdesk_sql_${$}_late";
$cluster->psql('postgres', "CREATE DATABASE $database TEMPLATE " . $cluster->template . ' STRATEGY file_copy');
my @open;
END {
	kill TERM => map { $_->{pid} } @open;
	$cluster->psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE)") if $cluster;
}

my $clinic = '00000000-0000-4000-8000-000000000001';

# A session that stays open; say() returns what it answers.
sub session () {
	my %s;
	$s{pid} = open2($s{out}, $s{in}, "$Opdesk::Cluster::BIN/psql", '-XqAt', '-d', $cluster->conninfo($database, 'postgres'));
	push @open, \%s;
	return \%s;
}

sub say_to ($s, $sql) {
	print { $s->{in} } "$sql\n\\echo done\n";
	$s->{in}->flush;
	my @lines;
	while (defined(my $line = readline $s->{out})) {
		chomp $line;
		return join "\n", @lines if $line eq 'done';
		push @lines, $line;
	}
	die "psql has gone\n";
}

my ($early, $late, $reader) = map { session } 1 .. 3;
my $fold = "SELECT feed.fold('$clinic');";
my $add = sub ($name) { "INSERT INTO core.appointment (clinic_id, name) VALUES ('$clinic', '$name');" };
my $names = sub ($since) { "SELECT string_agg(body ->> 'name', ',' ORDER BY seq) FROM feed.changes('$clinic', $since, 10);" };

my $start = say_to($reader, $fold);
say_to($late, 'BEGIN;' . $add->('first written'));
say_to($early, $add->('first committed'));
is say_to($reader, $fold), $start + 1, 'one change is committed, though another was written before';
is say_to($reader, $names->($start)), 'first committed', 'and it alone is read';
say_to($late, 'COMMIT;');
is say_to($reader, $fold), $start + 2, 'the other gets the next number';
is say_to($reader, $names->($start + 1)), 'first written', 'so who reads on from where they were misses nothing';

say_to($late, 'BEGIN;' . $add->('taken back'));
say_to($early, $add->('kept'));
is say_to($reader, $fold), $start + 3, 'a transaction that is open';
say_to($late, 'ROLLBACK;');
say_to($early, $add->('after'));
is say_to($reader, $fold), $start + 4, 'and comes to nothing leaves no hole';

# Two writers of one row: the second waits, and its change is the later one.
my $id = say_to($early, "SELECT id FROM core.appointment WHERE name = 'kept';");
say_to($early, "BEGIN; UPDATE core.appointment SET reason = 'one' WHERE id = '$id';");
print { $late->{in} } "UPDATE core.appointment SET reason = 'two' WHERE id = '$id';\n\\echo done\n";
$late->{in}->flush;
my $waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database' AND wait_event_type = 'Lock';";
select undef, undef, undef, 0.02 until say_to($reader, $waits) eq '1';
say_to($early, 'COMMIT;');
readline $late->{out};
say_to($reader, $fold);
is say_to($reader, "SELECT string_agg(version || ' ' || (body ->> 'reason'), ', ' ORDER BY seq) FROM feed.changes('$clinic', $start + 4, 10);"), '2 one, 3 two',
	'the changes of one row come in the order of their writing';

# Two readers fold at once: one waits for the other, and nothing is numbered twice.
say_to($early, join '', map { $add->("many $_") } 1 .. 20);
say_to($reader, 'BEGIN;');
my $head = say_to($reader, $fold);
print { $late->{in} } "$fold\n\\echo done\n";
$late->{in}->flush;
select undef, undef, undef, 0.02 until say_to($early, $waits) eq '1';
say_to($reader, 'COMMIT;');
is readline($late->{out}), "$head\n", 'the second reader finds all numbered';
readline $late->{out};
is say_to($reader, "SELECT count(*) = max(seq) - $start AND count(DISTINCT entity_id) = 24 FROM feed.changes('$clinic', $start, 100);"), 't', 'each once, without a gap';
done_testing;
