#!/usr/bin/perl
# Includes point downwards only (lib/LAYERS), so lib/ has no cycles, and each
# foreign library is spoken to by one module.  A module with many files is
# x.c, x_part.c and so on; what x_part.h says is for its own files.  The hub
# is a program in many files: above all of lib/, and with a library of its own.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my %ambassador = (
	'argon2.h' => 'password',
	'ev.h' => 'net',
	'fcgiapp.h' => 'http',
	'json-c' => 'json',
	'liboath' => 'totp',
	'libpq-fe.h' => 'db',
	'libwebsockets.h' => 'net',
	'openssl' => 'crypto',
	'qrencode.h' => 'qr',
	'sys/mman.h' => 'metrics',
);
my %layer;
open my $list, '<', "$top/lib/LAYERS" or die "lib/LAYERS: $!";
while (<$list>) {
	next unless my ($n, $modules) = /^(\d+)\s+(.*)/;
	for my $module (split ' ', $modules) {
		is $layer{$module}, undef, "$module has one place in lib/LAYERS";
		$layer{$module} = $n;
	}
}

sub module_of ($file) {
	return $file if exists $layer{$file};
	return $file =~ s/_.*//r;
}

my %seen;
for my $file (glob "$top/lib/*.[ch] $top/cgi-bin/*.c $top/sbin/*.[ch] $top/hub/*.[ch]") {
	my ($dir, $name) = $file =~ m{([\w-]+)/([\w-]+)\.[ch]$};
	my $me = $dir eq 'lib' || $dir eq 'hub' ? module_of($name) : $name;
	my $mine = $dir eq 'lib' ? $layer{$me} : 99;
	$seen{$me} = 1;
	ok defined $mine, "lib/$name has a place in lib/LAYERS" or next;
	open my $in, '<', $file or die "$file: $!";
	while (<$in>) {
		next unless my ($open, $path) = /^\s*#\s*include\s+([<"])([^>"]+)[>"]/;
		my ($first) = grep { exists $ambassador{$_} } $path,
			$path =~ m{^([^/]+)/};
		if ($open eq '<') {
			is $me, $ambassador{$first},
				"$dir/$name includes <$path>, as $ambassador{$first} alone may"
				if $first;
			next;
		}
		next if $dir =~ /^(hub|sbin)$/ && $path =~ m{^hub/\w+\.h$};
		next if $dir eq 'sbin' && $path eq 'sbin/command.h';
		my ($other, $kind) = $path =~ m{^lib/(\w+)\.(h|def)$};
		ok $other, "$dir/$name includes $path by its place in lib/" or next;
		my $their = module_of($other);
		if ($their eq $me && $dir eq 'lib') {
			next;
		}
		ok $their eq $other, "$dir/$name includes $path, which is not private"
			if $kind eq 'h';
		cmp_ok $layer{$their} // 100, '<', $mine,
			"$dir/$name includes $path, which is lower";
	}
}
ok $seen{$_}, "$_ in lib/LAYERS is a file" for sort keys %layer;
done_testing;
