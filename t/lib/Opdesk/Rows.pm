# Opdesk::Rows - whether anything was written.
#
#   my %before = rows_of($clinic);
#   …
#   same_rows($clinic, \%before, 'a refusal writes nothing');
package Opdesk::Rows;

use v5.36;
use Exporter 'import';
use Test::More ();

our @EXPORT = qw(rows_of same_rows);

# A digest of each table, the record of who did what among them; not of the
# counters of limits, whose business it is to remember refusals, nor of the
# feed, which readers number.
sub rows_of ($clinic) {
	$clinic->{digests} //= $clinic->psql(q{
		SELECT string_agg(format('SELECT %L, count(*), md5(coalesce(string_agg(md5(t::text), '''' ORDER BY md5(t::text)), '''')) FROM %s t', c.oid::regclass, c.oid::regclass), ' UNION ALL ')
		  FROM pg_class c WHERE (c.relnamespace IN ('core'::regnamespace, 'auth'::regnamespace) OR c.oid = 'audit.event'::regclass) AND c.relkind = 'r' AND c.relname <> 'limit_use'});
	return map { split /\|/, $_, 2 } split /\n/, $clinic->psql($clinic->{digests});
}

sub same_rows ($clinic, $before, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my %now = rows_of($clinic);
	return Test::More::is(join(', ', grep { $now{$_} ne ($before->{$_} // '') } sort keys %now), '', $name);
}

1;
