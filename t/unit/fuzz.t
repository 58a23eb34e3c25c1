#!/usr/bin/perl
# Builds the fuzz targets with clang and runs each for a few seconds from the
# inputs in t/data/fuzz.  OPDESK_LONG=1 runs each for ten minutes; a target
# named in OPDESK_FUZZ runs alone.  An input that breaks something is kept in
# the folder named in the failure: put it under t/data/fuzz/TARGET with the mend.
use v5.36;
use Test::More;
use File::Temp qw(tempdir);

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $seconds = $ENV{OPDESK_LONG} ? 600 : 3;
my @flags = qw(-std=gnu11 -D_GNU_SOURCE -O1 -g -fno-sanitize-recover=undefined);
my @all = qw(arena buf str utf8 error);
my @http = qw(http role crypto);
my %modules = ( # what each needs; a module is x.c and all x_*.c
	json => [@all, 'json'],
	jwt => [@all, qw(json jwt crypto)],
	diff => [qw(arena diff)],
	path => [@all, @http, 'route'],
	phx => [@all, qw(json phx)],
	topic => [@all, 'topic'],
	field => [@all, @http, qw(json field)],
);
my @libs = qw(-ljson-c -lcrypto -lfcgi -lm);
my $dir = tempdir('opdesk-fuzz-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub compile ($source, $object, $sanitizer) {
	return !system 'clang', @flags, "-fsanitize=$sanitizer,address,undefined",
		"-I$top", '-c', $source, '-o', $object;
}

open my $probe, '>', "$dir/probe.c" or die "probe.c: $!";
print $probe "int LLVMFuzzerTestOneInput(const char *p, long n);\n",
	"int LLVMFuzzerTestOneInput(const char *p, long n)\n",
	"{\n\treturn p == 0 && n != 0;\n}\n";
close $probe;
plan skip_all => 'clang with libFuzzer is not here'
	if system "clang -fsanitize=fuzzer $dir/probe.c -o $dir/probe 2>$dir/why";

my @targets = $ENV{OPDESK_FUZZ} // sort keys %modules;
my %objects;
for my $module (map { @{ $modules{$_} } } @targets) {
	$objects{$module} //= [map {
		my $object = "$dir/" . (m{(\w+)\.c$})[0] . '.o';
		compile($_, $object, 'fuzzer-no-link')
			or BAIL_OUT("$_ does not compile with clang");
		$object;
	} glob "$top/lib/$module.c $top/lib/${module}_*.c"];
}

for my $target (@targets) {
	my $program = "$dir/fuzz-$target";
	my $corpus = "$top/t/data/fuzz/$target";
	my @objects = map { @{ $objects{$_} } } @{ $modules{$target} };
	ok compile("$top/t/fuzz/$target.c", "$program.o", 'fuzzer')
		&& !system('clang', '-fsanitize=fuzzer,address,undefined',
			"$program.o", @objects, @libs, '-o', $program),
		"$target is built" or next;
	ok -d $corpus, "... and has inputs to begin from";
	mkdir "$dir/found-$target";
	my $log = "$dir/$target.log";
	my $status = system "$program -max_total_time=$seconds -timeout=5"
		. " -rss_limit_mb=1024 -max_len=4096 -artifact_prefix=$dir/$target-"
		. " -print_final_stats=1 $dir/found-$target $corpus >$log 2>&1";
	open my $in, '<', $log or die "$log: $!";
	my @log = <$in>;
	my ($runs) = map { /number_of_executed_units: (\d+)/ } @log;
	if (!is $status, 0, "... $target keeps its promises for $seconds s") {
		diag @log > 60 ? @log[-60 .. -1] : @log;
		system "mkdir -p fuzz-failed; cp $dir/$target-* fuzz-failed/";
		diag "the input is in fuzz-failed/";
	}
	cmp_ok $runs // 0, '>', 500, '... ' . ($runs // 0) . ' times';
}
done_testing;
