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

SKIP: {
	my $tool = '/usr/bin/systemd-analyze';
	skip 'systemd is not here to judge its units', 1 if !-x $tool;
	my ($exposure) = `$tool security --offline=true '$top/etc/systemd/opdesk\@.service' 2>&1` =~ /exposure level for \S+ ([\d.]+)/;
	cmp_ok $exposure // 10, '<=', 1.5, 'what a program may do, as systemd counts it';
}
done_testing;
