#!/usr/bin/perl
# Nothing of the machine that it was built on is in the sources: no path of the
# checkout, no host of a package mirror, not its user's home.
use v5.36;
use Cwd qw(realpath);
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my @files = split /\0/, qx{git -C $top ls-files -z 2>/dev/null};
plan skip_all => 'this is no checkout' unless @files;

my @common = qw(deb.debian.org registry.npmjs.org github.com);
my %host;
for my $line (qx{npm config get registry 2>/dev/null},
	qx{cat /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/pip.conf 2>/dev/null},
	@ENV{ grep { /registry|proxy/i } keys %ENV }) {
	$host{$1} = 1 while ($line // '') =~ m{https?://(?:[^/@\s]*@)?([\w.-]+)}g;
}
delete @host{@common, grep { /debian\.org$|^localhost$|^127\./ } keys %host};

# The checkout, and the folder it is in if that is not one that all have.
my $here = realpath($top);
my @places = grep { m{^/\w} } $here, $here =~ m{^(/[^/]+)/};
@places = grep { !m{^/(?:home|root|tmp|usr|srv|opt|var|mnt|etc)$} } @places;
my @words = (
	(map { qr{(?<![\w./-])\Q$_\E(?![\w-])} } @places),
	(map { qr{\b\Q$_\E\b} } sort keys %host),
	qr{(?<![\w./-])\Q@{[ (getpwuid $<)[7] ]}\E/},
);

for my $file (@files) {
	next if -l "$top/$file" || !-f _ || -B _;
	open my $in, '<', "$top/$file" or next;
	my @found;
	while (my $line = <$in>) {
		push @found, "$file:$.: $line" if grep { $line =~ $_ } @words;
	}
	ok !@found, "$file knows of no machine" or diag @found[0 .. ($#found < 2 ? $#found : 2)];
}
done_testing;
