# Bench::Cases - everything that is loaded, by name.  A case is a sentence and
# a function that loads it for some seconds.
package Bench::Cases;

use v5.36;
use Bench::Load qw(wrk pgbench ask);
use Exporter qw(import);
use MIME::Base64 qw(encode_base64url);

our @EXPORT_OK = qw(cases prepare_sync changed_vector);
my @sizes = (1000, 10000, 100000);
my $first_id = '00000000-0000-0000-0000-000000000000';
my $hash_of_token = '\x' . 'ab' x 32;

sub id { Bench::Site::id(@_) }

sub headers ($site, $clinic, $role = undef) {
	return { Host => "$clinic.bench", $role ? (Authorization => 'Bearer ' . $site->token($clinic, $role)) : () };
}

# A list of requests, over and over, at one of the ports.
sub requests ($site, $headers, $requests, $port = 'opdesk') {
	return sub ($seconds) {
		wrk($site, script => 'requests', port => $site->port($port), seconds => $seconds,
			plan => { headers => $headers, requests => $requests });
	};
}

sub gets ($site, $headers, $port, @paths) { requests($site, $headers, [ map { [ 'GET', $_ ] } @paths ], $port) }

# Pages of doctor 1's list, 200 places in it: the one behind each midnight.
sub pages ($site) {
	return map {
		my @t = gmtime($site->{monday} - $_ * 86400);
		my $time = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0];
		'/api/appointments?limit=20&cursor=' . encode_base64url("$time|$first_id");
	} 0 .. 199;
}

sub free ($site, $clinic, @spans) {
	return map { my $d = $_; map { sprintf '/api/availability/%s?from=%s&to=%s&serviceId=%s',
		id($clinic, 'doctor', $d), $site->day($_->[0]), $site->day($_->[1]), id($clinic, 'service') } @spans } 1 .. 20;
}

sub sql_of ($site, $file, $clients, %o) {
	return sub ($seconds) {
		pgbench($site, file => $file, user => 'opdesk_web', clients => $clients, seconds => $seconds, %o);
	};
}

sub week_values ($site, $clinic) {
	return { host => "$clinic.bench", doctors => "bench $clinic doctor ", service => id($clinic, 'service'),
		first => $site->day(0), last => $site->day(6) };
}

# Times that nobody has asked for yet.
sub next_times ($site) {
	my $base = $site->{next_time} // $site->sql("SELECT coalesce(ceil(extract(epoch FROM max(starts_at) - to_timestamp($site->{monday})) / 86400)::int, 0)
		* 50 * 28 FROM core.slot WHERE clinic_id = '" . id('booking') . "'");
	$site->{next_time} = $base + 2 * 40000;
	die "the clinic of --keep is booked out; measure once without it\n" if $base > 50 * 28 * 4000;
	return $base;
}

sub booking ($site, $port) {
	return sub ($seconds) {
		my $r = $site->folding(sub { wrk($site, script => 'booking', port => $site->port($port), seconds => $seconds,
			plan => { headers => headers($site, 'booking'), doctors => [ map { id('booking', 'doctor', $_) } 1 .. 50 ],
				service => id('booking', 'service'), monday => $site->{monday}, first => next_times($site) }) });
		return { %$r, rate => $r->{rate} / 2, done => $r->{requests} / 2 };
	};
}

sub booking_sql ($site, $clients) {
	return sub ($seconds) {
		my $count = "SELECT count(*) FROM core.appointment WHERE clinic_id = '" . id('booking') . "'";
		my $before = $site->sql($count);
		my $r = $site->folding(sub { pgbench($site, file => 'booking', user => 'opdesk_web', clients => $clients, seconds => $seconds,
			values => { n => 0, base => next_times($site), host => 'booking.bench', doctors => 'bench booking doctor ',
				service => id('booking', 'service'), monday => $site->{monday}, hash => $hash_of_token }) });
		my $made = $site->sql($count) - $before;
		return { %$r, bad => $r->{done} - $made };
	};
}

sub changes ($site) {
	return sub ($seconds) {
		my @visits = map { [ split /\|/ ] } split /\n/,
			$site->sql("SELECT id, version FROM core.appointment WHERE clinic_id = '" . id('changes') . "' ORDER BY id");
		return $site->folding(sub { wrk($site, script => 'change', port => $site->port, seconds => $seconds,
			plan => { headers => headers($site, 'changes', 'frontdesk'), visits => \@visits }) });
	};
}

#
# Sync
#

sub sync_headers ($site, $clinic) {
	return { %{ headers($site, $clinic, 'frontdesk') }, 'Content-Type' => 'application/json' };
}

# The whole vector of a clinic, as a page sends it to repair itself.
sub vector ($site, $clinic, $hash) {
	my $known = $site->sql("SELECT string_agg('\"' || id || '\":' || version, ',' ORDER BY id)
		FROM core.appointment WHERE clinic_id = '" . id($clinic) . "' AND NOT is_deleted");
	return qq({"clientGlobalHash":"$hash","knownVersions":{$known}});
}

sub send_vector ($site, $clinic, $body) {
	my ($status, $json, $ms) = ask($site, 'POST', '/api/admin/appointments/sync', sync_headers($site, $clinic), $body);
	die "sync answers $status: $json\n" if $status != 200;
	my ($cursor) = $json =~ /"cursor":"([^"]+)"/ or die "sync gives no cursor: " . substr($json, 0, 200) . "\n";
	my ($hash) = $json =~ /"serverGlobalHash":"(\w+)"/;
	return ($cursor, $hash, $ms, scalar(() = $json =~ /"version":/g));
}

sub touch ($site, $clinic, $n) {
	$site->sql("UPDATE core.appointment SET reason = reason WHERE id IN (SELECT id FROM core.appointment WHERE clinic_id = '"
		. id($clinic) . "' ORDER BY md5(id::text || version) LIMIT $n)");
}

# Ten visits change, and the page sends its old vector: how long the answer
# takes when nobody has hashed the new list yet, and when somebody has.
sub changed_vector ($site, $clinic) {
	my $body = vector($site, $clinic, '0' x 32);
	touch($site, $clinic, 10);
	$site->sql("SELECT feed.fold('" . id($clinic) . "')");
	my (undef, undef, $first, $rows) = send_vector($site, $clinic, $body);
	my (undef, undef, $again) = send_vector($site, $clinic, $body);
	die "$rows rows in place of 10\n" if $rows != 10;
	return ($first, $again);
}

# For each clinic a cursor before the last ten changes, one behind them, and the hash.
sub prepare_sync ($site) {
	for my $n (@sizes) {
		my %s;
		($s{old}) = send_vector($site, $n, vector($site, $n, '0' x 32));
		touch($site, $n, 10);
		(@s{qw(new hash)}) = send_vector($site, $n, vector($site, $n, '0' x 32));
		$site->{sync}{$n} = \%s;
	}
}

sub sync ($site, $n, $which) {
	return sub ($seconds) {
		my $s = $site->{sync}{$n};
		my $body = $which eq 'hash' ? qq({"clientGlobalHash":"$s->{hash}","knownVersions":{}}) : qq({"cursor":"$s->{$which}"});
		return requests($site, sync_headers($site, $n), [ [ 'POST', '/api/admin/appointments/sync', $body ] ])->($seconds);
	};
}

#
# All of them, in the order in which a round takes them
#

sub cases ($site) {
	my $doctor = headers($site, 100000, 'doctor');
	my $desk = headers($site, 100000, 'frontdesk');
	my @pages = pages($site);
	my @mine = map { '/api/appointments/' . id(100000, 'visit', $_ * 20) } 0 .. 999;
	my %list = (session => id(100000, 'session', 'doctor'), secret => '\x' . unpack('H*', 'bench'), monday => $site->{monday});
	my @week = map { '/api/calendar?from=' . $site->day(7 * $_) . '&to=' . $site->day(7 * $_ + 6) } -10 .. 1;
	return (
		[ nginx => 'nginx alone, return 200', gets($site, {}, 'nginx', '/') ],
		[ empty => 'nginx and an empty FastCGI program', gets($site, {}, 'nginx', '/empty') ],
		[ list => 'list page of 20, doctor', gets($site, $doctor, 'opdesk', @pages) ],
		[ 'list-sql' => 'its SQL in pgbench', sql_of($site, 'list', 4, values => { %list{qw(secret monday)}, doctor_session => $list{session} }) ],
		[ 'list-enter' => 'the same without policies', sql_of($site, 'list-enter', 4, user => 'postgres',
			values => { %list{qw(secret monday)}, doctor_session => $list{session}, doctor => id(100000, 'doctor', 1) }) ],
		[ 'list-bare' => 'the same without identity and policies', sql_of($site, 'list-bare', 4, user => 'postgres',
			values => { monday => $site->{monday}, doctor => id(100000, 'doctor', 1) }) ],
		$site->{peers} ? (
			[ 'list-express' => 'Express and pg', gets($site, $doctor, 'to_express', @pages) ],
			[ 'list-fastify' => 'Fastify and pg', gets($site, $doctor, 'to_fastify', @pages) ]) : (),
		[ one => 'one appointment by id, doctor', gets($site, $doctor, 'opdesk', @mine) ],
		(map { my $n = $_;
			[ "day-$n" => "free times of a day, $n", gets($site, headers($site, $n), 'opdesk', free($site, $n, map { [ $_, $_ ] } 0 .. 5)) ],
			[ "week-$n" => "free times of a week, $n", gets($site, headers($site, $n), 'opdesk', free($site, $n, [ 0, 6 ])) ] } 1000, 100000),
		[ 'week-sql' => 'its SQL in pgbench, 100000', sql_of($site, 'week', 4, values => week_values($site, 100000)) ],
		(map { [ "week-alone-$_" => "one client of that SQL, $_", sql_of($site, 'week', 1, values => week_values($site, $_)) ] } 1000, 100000),
		[ calendar => 'calendar week, 400 of all doctors', gets($site, $desk, 'opdesk', @week) ],
		(map { [ "match-$_" => "sync match by cursor, $_", sync($site, $_, 'new') ] } @sizes),
		[ 'match-hash' => 'sync match by hash, 100000', sync($site, 100000, 'hash') ],
		(map { [ "delta-$_" => "sync, 10 rows by cursor, $_", sync($site, $_, 'old') ] } @sizes),
		[ search => 'patients by part of the name', gets($site, $desk, 'opdesk', map { "/api/patients?q=patient%20$_" } 10 .. 99) ],
		[ change => 'staff saves a visit', changes($site) ],
		[ booking => 'hold and booking', booking($site, 'opdesk') ],
		[ 'booking-sql' => 'its SQL in pgbench', booking_sql($site, 4) ],
		$site->{peers} ? [ 'booking-express' => 'Express and pg', booking($site, 'to_express') ] : (),
	);
}

1;
