# Opdesk::Days - days and times of the demo clinic, whose zone has no summer time.
#
#   my $day = working_day(3);           # '2026-11-24': days from today, no Sunday
#   at($day, '09:15')                   # '2026-11-24T09:15:00+05:30'
#   epoch($text), utc($epoch)           # there and back: '2026-11-24T03:45:00+00:00'
package Opdesk::Days;

use v5.36;
use Exporter 'import';
use Time::Local qw(timegm);

our @EXPORT = qw(day working_day weekday at epoch utc minutes_later);
my $ZONE = '+05:30';
my $SECONDS = 19800;

sub day ($n = 0) { date_of(time + $n * 86400) }
sub date_of ($epoch) {
	my ($d, $m, $y) = (gmtime $epoch + $SECONDS)[3, 4, 5];
	return sprintf '%04d-%02d-%02d', $y + 1900, $m + 1, $d;
}

# 1 is Monday.
sub weekday ($date) { (gmtime epoch("${date}T12:00:00Z"))[6] || 7 }

# At the earliest so many days from today; a Sunday moves to Monday.
sub working_day ($n = 1) {
	my $date = day($n);
	return weekday($date) == 7 ? day($n + 1) : $date;
}

sub at ($date, $clock) { "${date}T$clock:00$ZONE" }

sub epoch ($text) {
	my ($y, $mo, $d, $h, $mi, $s, $zone) = $text =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/ or die "$text is no time\n";
	my $epoch = timegm($s, $mi, $h, $d, $mo - 1, $y);
	return $epoch if $zone eq 'Z';
	my ($sign, $zh, $zm) = $zone =~ /^(.)(\d\d):(\d\d)$/;
	return $epoch - ($sign eq '-' ? -1 : 1) * ($zh * 3600 + $zm * 60);
}

sub utc ($epoch) {
	my ($s, $mi, $h, $d, $mo, $y) = gmtime $epoch;
	return sprintf '%04d-%02d-%02dT%02d:%02d:%02d+00:00', $y + 1900, $mo + 1, $d, $h, $mi, $s;
}

sub minutes_later ($text, $n) { utc(epoch($text) + 60 * $n) }

1;
