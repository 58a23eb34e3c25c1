#!/usr/bin/perl
# Tests of pages wait for what they want to see, or for what provably comes
# after what they want not to see.  So many milliseconds are too few on a busy
# machine, and too many on every other.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';

for my $file (glob "$top/t/web/*.mjs $top/t/web/*/*.mjs") {
	open my $in, '<', $file or die "$file: $!";
	my @waits = grep { /waitForTimeout/ } <$in>;
	is "@waits", '', $file =~ s{^\Q$top\E/}{}r . ' waits for no hour';
}
done_testing;
