#!/usr/bin/perl
# What a sysadmin copies from etc/ is right: settings exist, units are tight,
# and Apache is told the same as nginx.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';

sub slurp ($path) {
	open my $in, '<', "$top/$path" or die "$path: $!";
	local $/;
	return <$in>;
}

my %known = map { $_ => 1 } slurp('lib/conf.def') =~ /^CONF\((\w+),/mg;
my $sample = slurp('etc/opdesk.conf');
ok $known{$_}, "opdesk.conf: OPDESK_$_ is a setting" for $sample =~ /^#?OPDESK_(\w+)=/mg;
unlike $sample, qr/^OPDESK_(SECRET|ADMIN_KEY)=./m, 'no secret that everybody would share';

# Each add_header of nginx, whether it stands there or in a map.
my $site = slurp('nginx/opdesk.conf.in');
my %map = $site =~ /^map \$\S+ (\$od_\w+) \{\n\t""\s+(.*?);$/mg;
my %nginx = $site =~ /^\tadd_header (\S+) (.*?) always;$/mg;
my %apache = slurp('etc/htaccess') =~ /^Header setifempty (\S+) ("[^"]*"|\S+)$/mg;
for my $name (sort keys %apache) {
	my $value = $map{ $nginx{$name} // '' } // $nginx{$name} // 'nothing';
	is $apache{$name} =~ s/^"|"$//gr, $value =~ s/^"|"$//gr, "$name is the same under Apache and nginx";
}
cmp_ok scalar(keys %apache), '>=', 6, 'all of them were compared';

# Which program a path is sent to, by the sample's rules: the first that fits
# and whose condition, that the program is there, holds.
my $build = $ENV{OPDESK_BUILD} // "$top/build";
my @programs = map { m{([^/]+)\.c$} } sort glob "$top/cgi-bin/*.c";
my @rules = slurp('etc/htaccess') =~ /^(RewriteCond %\{DOCUMENT_ROOT\}\S+ -f\n)?RewriteRule \^(api|\(health)(\S*) cgi-bin\/(\S+) \[L\]$/mg;
sub program_of ($path) {
	for (my @r = @rules; my ($there, $begin, $rest, $program) = splice @r, 0, 4;) {
		$path =~ m{^/$begin$rest} or next;
		my $first = $1;
		$program =~ s/\$1/$first/;
		return $program if !$there || grep { $_ eq $program } @programs;
	}
	return 'none';
}
for my $program (@programs) {
	my @paths = map { (split)[1] } split /\n/, qx('$build/cgi-bin/$program' --routes);
	my @lost = grep { program_of(s/\{\w+\}/0/gr) ne $program } @paths;
	ok @paths && !@lost, "Apache finds $program too" or diag join "\n", @lost;
}

SKIP: {
	my $tool = '/usr/bin/systemd-analyze';
	skip 'systemd is not here to judge its units', 1 if !-x $tool;
	for my $unit (map { m{([^/]+)$} } glob "$top/etc/systemd/*.service") {
		my ($exposure) = `$tool security --offline=true '$top/etc/systemd/$unit' 2>&1` =~ /exposure level for \S+ ([\d.]+)/;
		cmp_ok $exposure // 10, '<=', 1.5, "what $unit may do, as systemd counts it";
	}
}
done_testing;
