#!/usr/bin/perl
# Each schema step has a number of its own, and the programs ask for the
# newest: with an older schema their calls would fail one by one.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my @steps = sort glob "$top/sql/[0-9]*.sql";
my $n = 0;

for my $file (@steps) {
	my ($name) = $file =~ m{([^/]+)$};
	open my $in, '<', $file or die "$file: $!";
	my ($number) = $name =~ /^(\d{4})-/;
	cmp_ok $number, '>', $n, "$name has a number of its own";
	$n = $number + 0;
	like scalar <$in>, qr/^-- \Q$name\E - \S/, '... and says what it brings';
}
open my $in, '<', "$top/lib/schema.h" or die "schema.h: $!";
my ($needed) = join('', <$in>) =~ /^#define SCHEMA_NEEDED (\d+)$/m;
is $needed, $n, 'programs need the newest step';
done_testing;
