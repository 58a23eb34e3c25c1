#!/usr/bin/perl
# clang-format decides layout, so nobody has to.  To mend: clang-format -i FILE.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $version = qx{clang-format --version 2>/dev/null} // '';
plan skip_all => 'clang-format 14 is not here: others lay out differently'
	unless $version =~ /version 14\./;

for my $file (glob "$top/{lib,hub,cgi-bin,sbin,t/unit,t/fuzz}/*.[ch] $top/lib/*.def") {
	my ($short) = $file =~ m{^\Q$top\E/(.*)};
	my @complaints = qx{clang-format --style=file --dry-run $file 2>&1};
	ok !@complaints, "$short is laid out" or diag @complaints[0 .. 2];
}
done_testing;
