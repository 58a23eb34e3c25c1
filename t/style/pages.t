#!/usr/bin/perl
# Text that people type is shown as text: no page has a way to make anything
# else of it (security.md C-58).
use v5.36;
use File::Find;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $sink = qr/dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|createContextualFragment|document\.write|srcdoc|\beval\s*\(|new\s+Function\b|set(?:Timeout|Interval)\s*\(\s*['"`]|javascript:/;
my (@files, @found);

find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.(?:js|jsx|mjs|html)$/ } }, "$top/www/src");
cmp_ok scalar @files, '>', 50, 'the pages are here';
for my $file (@files) {
	open my $in, '<', $file or die "$file: $!";
	while (my $line = <$in>) {
		push @found, $file =~ s/^\Q$top\E\///r . ":$.: $line" if $line =~ $sink;
	}
}
is join('', @found), '', 'no page makes HTML, script or style of text';
like 'x.innerHTML = y', $sink, 'one that did would be seen';
done_testing;
