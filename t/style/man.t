#!/usr/bin/perl
# The manual pages are sound, and every page that one names is one of ours or
# of the system.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $build = $ENV{OPDESK_BUILD} // '.';
my %pages = map { m{([^/]+)$} => $_ } glob "$top/man/*.[1-9] $build/man/*.[1-9]";
# Made by a build from what the program says of its settings.
$pages{'opdesk.conf.5'} //= undef;
my @pages = grep { defined } map { $pages{$_} } sort keys %pages;
plan skip_all => 'mandoc is not here' if system 'command -v mandoc >/dev/null';
plan skip_all => 'there are no pages yet' unless @pages;

for my $page (@pages) {
	my ($name, $section) = $page =~ m{([^/]+)\.(\d)$};
	# Pages are of no base system, and those of others are not installed here.
	my @complaints = grep { !/(?:referenced manual not found|operating system)/ }
		qx{mandoc -Tlint -Wwarning $page 2>&1};
	ok !@complaints, "$name($section) is sound" or diag @complaints;
	open my $in, '<', $page or die "$page: $!";
	my $text = join '', <$in>;
	like $text, qr/^\.Dt \U$name\E $section$/m, '... is titled as its file';
	like $text, qr/^\.Nm \Q$name\E$/m, '... and names what it is about';
	for my $xr ($text =~ /^\.Xr (opdesk\S* \d)/mg) {
		my ($other, $n) = split ' ', $xr;
		ok exists $pages{"$other.$n"}, "... knows of $other($n), which is there";
	}
}
done_testing;
