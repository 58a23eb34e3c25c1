#!/usr/bin/perl
# The row policies are those of t/data/policies.txt, which people review: one
# more, or one worded otherwise, shows there (security.md B-35).  To write the
# file anew, once it has been looked at: OPDESK_REVIEWED=1 ./dev check snapshot
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Cluster;
use Test::More;

my $file = "$Opdesk::Cluster::TOP/t/data/policies.txt";
my $cluster = Opdesk::Cluster->find;
my $database = "opdesk_sql_${$}_snapshot";
$cluster->psql('postgres', "CREATE DATABASE $database TEMPLATE " . $cluster->template . ' STRATEGY file_copy');
END { $cluster->psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE)") if $cluster }

# Whitespace is PostgreSQL's own, and differs between minor releases.
my $is = $cluster->psql($database, q(
	SELECT string_agg(concat_ws(' ', p.schemaname || '.' || p.tablename, p.policyname, lower(p.permissive), 'for', lower(p.cmd), 'to', array_to_string(p.roles, ','))
	         || regexp_replace(coalesce(' using ' || p.qual, '') || coalesce(' check ' || p.with_check, ''), '\s+', ' ', 'g') || E'\n', ''
	         ORDER BY p.schemaname COLLATE "C", p.tablename COLLATE "C", p.policyname COLLATE "C")
	  FROM pg_policies p WHERE p.schemaname IN ('core', 'feed', 'auth', 'audit', 'api') AND p.policyname <> 'owner')) =~ s/\s*\z/\n/r;

if ($ENV{OPDESK_REVIEWED}) {
	open my $out, '>', $file or die "$file: $!";
	print $out $is;
	close $out or die "$file: $!";
}
open my $in, '<', $file or die "$file: $!";
my $was = do { local $/; <$in> };
my %was = map { $_ => 1 } split /\n/, $was;
my %is = map { $_ => 1 } split /\n/, $is;
is join("\n", grep { !$was{$_} } sort keys %is), '', 'the policies are those that were reviewed';
is join("\n", grep { !$is{$_} } sort keys %was), '', 'and none of them is gone';
cmp_ok scalar keys %is, '>', 30, 'there are policies';
done_testing;
