#!/usr/bin/perl
# The programs as built: what the compiler and the linker were asked to guard.
use v5.36;
use Test::More;

my $build = $ENV{OPDESK_BUILD} // '.';
my @programs = grep { -f && -x && !/\.\w+$/ } glob "$build/cgi-bin/* $build/sbin/*";
plan skip_all => "no programs in $build" unless @programs;
plan skip_all => 'readelf is not here' if system 'readelf --version >/dev/null 2>&1';

for my $program (@programs) {
	my ($name) = $program =~ m{([^/]+/[^/]+)$};
	my $text = qx{readelf -hldW $program 2>/dev/null};
	my $symbols = qx{readelf --dyn-syms -W $program 2>/dev/null};
	my ($relro) = $text =~ /^\s+(GNU_RELRO)\b/m;
	my ($stack) = $text =~ /^\s+GNU_STACK\s.*\s([RWE]{1,3})\s+0x/m;

	like $text, qr/FLAGS_1\).*\bPIE\b/, "$name is loaded at a random place";
	is $relro, 'GNU_RELRO', '... has its tables read-only';
	like $text, qr/FLAGS_1\).*\bNOW\b/, '... before it starts';
	is $stack, 'RW', '... has a stack that cannot be run';
	unlike $text, qr/\b(?:RPATH|RUNPATH|TEXTREL)\b/, '... takes libraries from the system';
	next if $symbols =~ /__asan_init/;
	like $symbols, qr/__stack_chk_fail/, '... sees a smashed stack';
	like $symbols, qr/__(?:mem|str|v?s?n?f?printf|fgets|read)\w*_chk/,
		'... and writes through functions that check';
}
done_testing;
