# Opdesk::Stat - whether two heaps of numbers differ.
#
#   median(@took)
#   rank_p(\@these, \@those)    # Mann-Whitney U: how likely they would differ
#                               # as much as they do if both were of one kind
package Opdesk::Stat;

use v5.36;
use Exporter 'import';

our @EXPORT = qw(median rank_p);

sub median (@n) {
	@n = sort { $a <=> $b } @n;
	return ($n[ $#n / 2 ] + $n[ @n / 2 ]) / 2;
}

# Two-sided, by the normal approximation, which is good from twenty each; times
# in microseconds and less hardly ever tie.
sub rank_p ($these, $those) {
	my ($n, $m) = (scalar @$these, scalar @$those);
	my @all = sort { $a->[0] <=> $b->[0] } (map { [ $_, 1 ] } @$these), map { [ $_, 0 ] } @$those;
	my $ranks = 0;
	$ranks += $all[$_][1] * ($_ + 1) for keys @all;
	my $u = $ranks - $n * ($n + 1) / 2;
	my $z = abs($u - $n * $m / 2) / sqrt($n * $m * ($n + $m + 1) / 12);
	return erfc($z / sqrt 2);
}

# Abramowitz and Stegun, 7.1.26: to seven places.
sub erfc ($x) {
	my $t = 1 / (1 + 0.3275911 * $x);
	my $sum = 0;
	$sum = ($sum + $_) * $t for 1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592;
	return $sum * exp(-$x * $x);
}

1;
