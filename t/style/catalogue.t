#!/usr/bin/perl
# t/security/README.md says what proves each sentence of the catalogue: every
# number is there, every test that it names exists and says so.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my %numbers = (A => [ 1, 20 ], B => [ 21, 38 ], C => [ 39, 58 ], D => [ 59, 66 ], E => [ 67, 73 ], K => [ 74, 82 ]);
my (%row, @twice, %text);

# A test's text, as prove -v prints its sentences.
sub text_of ($file) {
	return $text{$file} //= do {
		open my $in, '<', "$top/$file" or return;
		local $/;
		<$in> =~ s/\\'|''/'/gr =~ s/"\s*\n\s*"//gr;
	};
}

open my $in, '<', "$top/t/security/README.md" or die "t/security/README.md: $!";
while (<$in>) {
	my ($number, $sentence, $proof) = /^\| ([A-K]-\d+) \| (.*?) \| (.*) \|$/ or next;
	push @twice, $number if $row{$number}++;
	my ($named, $left) = split /(?:^|; )not done: /, $proof, 2;
	ok length $sentence > 10 && ($named || length($left // '') > 10), "$number says what, and what proves it or why nothing does";
	my $file = '';
	for my $part ($named =~ /(`[^`]+`|"[^"]+")/g) {
		if ($part =~ /^`(.*)`$/) {
			$file = $1;
			ok -f "$top/$file", "$number: $file is there";
		} else {
			my ($said) = $part =~ /^"(.*)"$/;
			ok index(text_of($file) // '', $said) >= 0, "... and says \"$said\"";
		}
	}
}
is "@twice", '', 'no number stands twice';
is join(' ', sort keys %row), join(' ', sort map { my $g = $_; map { "$g-$_" } $numbers{$g}[0] .. $numbers{$g}[1] } keys %numbers), 'every number of these groups is there';
done_testing;
