#!/usr/bin/perl
# A header is a contract: it says first what it is, has a guard named after
# itself, and compiles alone, so nobody has to know what else to include.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $cc = $ENV{CC} // 'cc';

for my $file (glob "$top/lib/*.h $top/hub/*.h $top/t/unit/*.h $top/t/fuzz/*.h") {
	my ($name) = $file =~ m{([\w-]+)\.h$};
	my $guard = 'OPDESK_' . uc $name . '_H';
	open my $in, '<', $file or die "$file: $!";
	my $text = join '', <$in>;
	like $text, qr{\A/\*\n \* \Q$name\E\.h - \S},
		"$name.h begins with its name and what it is";
	like $text, qr{\*/\n\#ifndef $guard\n\#define $guard\n.*\n\#endif\n\z}s,
		'... is guarded';
	like $text, qr{\*/\n\#ifndef}, '... with nothing between';
	is system($cc, qw(-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror),
		qw(-Wno-missing-field-initializers -fsyntax-only -x c), "-I$top", $file),
		0, '... and compiles alone';
}
for my $file (glob "$top/lib/*.c $top/hub/*.c $top/cgi-bin/*.c $top/sbin/*.c"
	. " $top/t/unit/*.c $top/t/fuzz/*.c $top/lib/*.def") {
	my ($name) = $file =~ m{([\w-]+\.\w+)$};
	open my $in, '<', $file or die "$file: $!";
	my $text = join '', <$in>;
	my $what = $file =~ m{/(?:lib|hub)/[^/]+\.c$} ? qr/(?:- \S|see )/ : qr/- \S/;
	like $text, qr{\A/\*(?:\n \*)? \Q$name\E $what|\A/\*\n \* \Q$name\E - see },
		"$file begins with its name and what it is";
}
done_testing;
