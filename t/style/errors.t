#!/usr/bin/perl
# One vocabulary: what a constraint is called, what SQL raises or refuses and
# what C returns all stand in lib/error.def.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';

# Constraints that no request can break: they guard against ourselves, and
# break as INTERNAL_ERROR with their name in the log.
my %internal = map { $_ => 1 } qw(a_hold_expires role_has_its_person);

sub slurp ($file) {
	open my $in, '<', $file or die "$file: $!";
	local $/;
	return <$in>;
}

my %code;
my $def = slurp("$top/lib/error.def");
$code{lc $1} = $2 while $def =~ /^ERR\((\w+),\s*(\d+)/mg;
cmp_ok scalar(keys %code), '>', 20, 'error.def is read';

sub base ($name) {
	return $name =~ s/__.*//r;
}

my %named;
for my $file (glob "$top/sql/*.sql $top/sql/api/*.sql") {
	my $sql = slurp($file) =~ s/--.*//gr;
	my ($short) = $file =~ m{(sql/.*)};
	while ($sql =~ /\bCONSTRAINT\s+(\w+)\s+(?:CHECK|UNIQUE|EXCLUDE|FOREIGN|PRIMARY)/gi) {
		my $name = $1;
		$named{$name} = 1;
		ok $code{base($name)} || $internal{$name},
			"$short: constraint $name is named after an error";
	}
	while ($sql =~ /RAISE\s+EXCEPTION\s+'([^']*)'([^;]*);/gi) {
		my ($message, $rest) = ($1, $2);
		next unless $rest =~ /OD000/;
		next if $message eq '%'; # of a function whose callers are checked
		ok $code{base($message)}, "$short raises $message";
	}
	while ($sql =~ /\brefuse\('(\w+)'/g) {
		ok $code{base($1)}, "$short refuses with $1";
	}
	while ($sql =~ /\brefusal\s*:=\s*'(\w*)'/g) {
		ok $code{lc $1} && $1 eq uc $1, "$short answers $1";
	}
	# 40001: the transaction is to be run again (lib/db_fault.c).
	like $_, qr/^(OD000|40001)$/, "$short raises with SQLSTATE $_"
		for $sql =~ /ERRCODE\s*=\s*'(\w+)'/gi;
}
ok $named{$_}, "$_ is a constraint still" for sort keys %internal;

my $c = join '', map { slurp($_) } glob "$top/lib/*.[ch] $top/cgi-bin/*.c $top/sbin/*.c";
ok $code{lc $1}, "E_$1 is one of them" while $c =~ /\bE_(?!OK\b)([A-Z]+(?:_[A-Z]+)*)\b/g;
done_testing;
