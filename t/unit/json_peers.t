#!/usr/bin/perl
# Our JSON and JavaScript's: each kept input, and each of them with one byte
# left out, doubled or changed at every place, is judged by both.  We may
# refuse more, for the reasons named here; what JavaScript refuses we refuse.
use v5.36;
use Test::More;
use File::Temp qw(tempdir);

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $ours = ($ENV{OPDESK_BUILD} // '.') . '/t/unit/json_scan.t';
plan skip_all => "$ours is not built" unless -x $ours;
plan skip_all => 'node is not here' if system 'node --version >/dev/null 2>&1';

my %stricter = map { $_ => 1 } 'A key occurs twice.',
	'A NUL character is not allowed.', 'A number is too large.',
	'Half a surrogate pair is no character.',
	'The values are nested too deeply.', 'There are too many values.';
my $dir = tempdir('opdesk-json-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub slurp ($file) {
	open my $in, '<:raw', $file or die "$file: $!";
	local $/;
	return <$in> // '';
}

my @texts;
for my $seed (map { slurp($_) } glob "$top/t/data/fuzz/json/*") {
	push @texts, $seed;
	for my $at (0 .. length($seed) - 1) {
		my ($before, $byte, $after) = (substr($seed, 0, $at),
			substr($seed, $at, 1), substr $seed, $at + 1);
		push @texts, $before . $after, $before . $byte . $byte . $after,
			map { $before . $_ . $after }
			'"', ',', '}', '0', '\\', ' ', 'e', "\0", "\xe4";
	}
}
open my $out, '>:raw', "$dir/texts" or die "texts: $!";
print $out join "\x1e", @texts;
close $out or die "texts: $!";

my @we = split /\n/, qx{$ours $dir/texts};
my @they = split /\n/, qx{node -e '
	const fs = require("fs"), all = fs.readFileSync("$dir/texts");
	const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	for (let from = 0, to; from <= all.length; from = to + 1) {
		to = all.indexOf(0x1e, from);
		if (to < 0) to = all.length;
		let verdict = "yes";
		try { JSON.parse(utf8.decode(all.subarray(from, to))) }
		catch { verdict = "no" }
		console.log(verdict);
	}'};

is @we, @texts, 'we judge ' . @texts . ' texts';
is @they, @texts, '... and so does JavaScript';
my @laxer = grep { $we[$_] eq 'yes' && $they[$_] ne 'yes' } 0 .. $#texts;
my @other = grep { $they[$_] eq 'yes' && $we[$_] =~ /^no (.*)/
		&& !$stricter{$1} } 0 .. $#texts;
is @laxer, 0, 'we accept none that JavaScript refuses'
	or diag map { "$texts[$_]\n" } @laxer[0 .. 4];
is @other, 0, 'we refuse none that it accepts, but for a reason of ours'
	or diag map { "$we[$_]: $texts[$_]\n" } @other[0 .. 4];
my @both = grep { $we[$_] eq 'yes' && $they[$_] eq 'yes' } 0 .. $#texts;
cmp_ok @both, '>', 100, scalar(@both) . ' are JSON to both';
done_testing;
