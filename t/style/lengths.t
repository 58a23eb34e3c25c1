#!/usr/bin/perl
# What is read in one go stays short: a warning over 400 lines a file and 60 a
# function, a failure over 600 and 100.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my @c = glob "$top/{lib,hub,cgi-bin,sbin,t/unit,t/fuzz}/*.[ch]";
my @other = glob "$top/dev $top/dev.d/* $top/sql/*.sql $top/sql/api/*.sql"
	. " $top/t/*/*.{t,pm,mjs} $top/t/lib/Opdesk/*.pm $top/t/web/lib/*"
	. " $top/www/src/*.{js,jsx} $top/www/src/*/*.{js,jsx,css} $top/www/src/*/*/*.{js,jsx}";

sub judge ($what, $lines, $warn, $fail) {
	cmp_ok $lines, '<=', $fail, "$what has $lines lines";
	diag "$what has $lines lines: over $warn"
		if $lines > $warn && $lines <= $fail;
}

for my $file (@c, grep { -f } @other) {
	open my $in, '<', $file or die "$file: $!";
	my $lines = () = <$in>;
	next if $file =~ m{/strings/}; # lists of words grow with what there is to say
	judge($file =~ s{^\Q$top\E/}{}r, $lines, 400, 600);
}
SKIP: {
	skip 'ctags is not here', 1
		if system 'ctags --version 2>/dev/null | grep -q Universal';
	my @functions = qx{ctags -x --kinds-C=f --_xformat='%{input} %N %n %{end}' @c};
	cmp_ok @functions, '>', 100, 'functions are found';
	for (@functions) {
		my ($file, $name, $first, $last) = split;
		judge("$name in " . $file =~ s{^\Q$top\E/}{}r,
			$last - $first + 1, 60, 100);
	}
}
done_testing;
