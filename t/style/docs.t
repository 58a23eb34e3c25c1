#!/usr/bin/perl
# What the documents name, exists: files, folders, programs, verbs, modules.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';

sub slurp ($file) {
	open my $in, '<', "$top/$file" or die "$file: $!";
	local $/;
	return <$in>;
}

# Made by a build, installed elsewhere, or standing for any name.
my $other = qr{^(?:var/|www/dist/|dist/|/)|NAME|NNNN|PROGRAM};

for my $file (grep { -e "$top/$_" } qw(README.md ARCHITECTURE.md CONTRIBUTING.md bench/README.md)) {
	my $text = slurp($file);
	my ($folder) = $file =~ m{^(.*/)};
	my %names = map { $_ => 1 } $text =~ /`([\w.-]+\/[\w.\/-]*|\w+\.[ch])`/g, $text =~ /\]\(([\w.\/-]+)\)/g;
	for my $name (sort grep { $_ !~ $other } keys %names) {
		ok scalar(grep { -e "$top/$_$name" || -e "$top/$_$name.c" } '', $folder // '', 'lib/', 'www/', 'cgi-bin/'), "$file: $name exists";
	}
}

my $verbs = slurp('dev');
for my $file (qw(README.md CONTRIBUTING.md)) {
	my %verb = map { $_ => 1 } slurp($file) =~ m{\./dev (\w+)}g;
	like $verbs, qr/^\s*\.\/dev $_\b/m, "$file: ./dev $_ is a verb" for sort grep { $_ ne 'help' } keys %verb;
}

my $makefile = slurp('Makefile.am');
for my $program (map { m{([\w-]+)\.c$} } glob "$top/cgi-bin/*.c") {
	like $makefile, qr{^\tcgi-bin/$program\b}m, "cgi-bin/$program is built";
}
my $layers = slurp('lib/LAYERS');
for my $module (map { m{/([a-z0-9]+)\.h$} } glob "$top/lib/*.h") {
	like $layers, qr/^\d+ .*\b$module\b/m, "lib/$module has a layer";
}
done_testing;
