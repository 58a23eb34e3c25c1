# Opdesk::Totp - the authenticator app of a test (RFC 6238).
package Opdesk::Totp;

use v5.36;
use Digest::SHA qw(hmac_sha1);
use Exporter 'import';

our @EXPORT = qw(step_now totp within_a_step);

sub step_now { int(time / 30) }

# The code of a secret, as the server told it, in a step.
sub totp ($secret, $step = step_now()) {
	my %bits = map { ('A' .. 'Z', 2 .. 7)[$_] => sprintf '%05b', $_ } 0 .. 31;
	my $key = pack 'B*', join '', map { $bits{$_} } split //, $secret; # 32 letters are 20 bytes
	my $hash = hmac_sha1(pack('Q>', $step), $key);
	my $at = ord(substr $hash, -1) & 15;
	return sprintf '%06d', (unpack('N', substr $hash, $at, 4) & 0x7fffffff) % 1_000_000;
}

# What is said of a step holds while it lasts: when the next one began in
# between, it is done again, from the start.
sub within_a_step ($do) {
	for (1 .. 5) {
		my $step = step_now();
		my @said = $do->($step);
		return @said if step_now() == $step;
	}
	die "no step lasted long enough\n";
}

1;
