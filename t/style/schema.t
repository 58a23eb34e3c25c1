#!/usr/bin/perl
# The schema steps are numbered without a gap, and the programs ask for the
# newest: with an older schema their calls would fail one by one.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my @steps = sort glob "$top/sql/[0-9]*.sql";
my $n = 0;

for my $file (@steps) {
	my ($name) = $file =~ m{([^/]+)$};
	open my $in, '<', $file or die "$file: $!";
	is substr($name, 0, 5), sprintf('%04d-', ++$n), "$name is step $n";
	like scalar <$in>, qr/^-- \Q$name\E - \S/, '... and says what it brings';
}
open my $in, '<', "$top/lib/schema.h" or die "schema.h: $!";
my ($needed) = join('', <$in>) =~ /^#define SCHEMA_NEEDED (\d+)$/m;
is $needed, $n, 'programs need the newest step';
done_testing;
