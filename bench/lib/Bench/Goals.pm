# Bench::Goals - what was promised, and the table that says what came out.
#
# Rates are compared within one round only: a machine's speed changes, and
# what stands in a row has met the same machine.  A figure is the median of
# all rounds.
package Bench::Goals;

use v5.36;
use Bench::Load qw(median);
use Exporter qw(import);
use List::Util qw(sum0);

our @EXPORT_OK = qw(judge print_goals print_cases);

# What, compared with what, the bound, and how many decimals it is worth.
# A value is a ratio of two cases, or a function of all that was measured.
my @goals = (
	[ 'list page of 20, doctor', 'its SQL in pgbench', '>= 0.33', [qw(list list-sql)] ],
	[ 'list page of 20, doctor', 'Express and pg', '>= 5', [qw(list list-express)] ],
	[ 'list page of 20, doctor', 'Fastify and pg', '>= 4', [qw(list list-fastify)] ],
	[ 'session and identity', 'of the list page', '<= 0.15', cost(qw(list list-enter list-bare)) ],
	[ 'identity and policies', 'of the list page', '<= 0.20', cost(qw(list list-sql list-bare)) ],
	[ 'one appointment by id', 'empty program', '>= 0.35', [qw(one empty)] ],
	[ 'sync match by cursor, 100,000', 'empty program', '>= 0.35', [qw(match-100000 empty)] ],
	[ 'sync match by hash, 100,000', 'empty program', '>= 0.35', [qw(match-hash empty)] ],
	[ 'sync match, 1,000', 'with 100,000', '<= 1.1', [qw(match-1000 match-100000)] ],
	[ 'sync, 10 rows by cursor, 1,000', 'with 100,000', '<= 1.1', [qw(delta-1000 delta-100000)] ],
	[ 'sync, vector of 10,000 ids', 'ms', '<= 60', sub ($m) { $m->{ms}{'vector-10000'} } ],
	[ 'sync, vector of 100,000 ids', 'ms', '<= 600', sub ($m) { $m->{ms}{'vector-100000'} } ],
	[ 'free times of a day', 'empty program', '>= 0.2', [qw(day-100000 empty)] ],
	[ 'free times of a day, 1,000', 'with 100,000', '<= 1.1', [qw(day-1000 day-100000)] ],
	[ 'free times of a week', 'its SQL in pgbench', '>= 0.4', [qw(week-100000 week-sql)] ],
	[ 'free times of a week, 1,000', 'with 100,000', '<= 1.1', [qw(week-1000 week-100000)] ],
	[ 'free times of a week, one client of the SQL', 'ms', '<= 1', sub ($m) { $m->over('week-alone-100000', 'p50') } ],
	[ 'calendar week, 400 of all doctors', 'empty program', '>= 0.02', [qw(calendar empty)] ],
	[ 'hold and booking', 'its SQL in pgbench', '>= 0.35', [qw(booking booking-sql)] ],
	[ 'hold and booking', 'Express and pg', '>= 3', [qw(booking booking-express)] ],
	[ 'hold and booking, p99', 'ms', '<= 25', sub ($m) { $m->over('booking', 'p99') } ],
	[ 'slowest of all p95', 'ms', '<= 30', \&slowest ],
	[ 'worker after 100,000 requests', 'MB of PSS', '<= 4', sub ($m) { ($m->{kb}{after} // return) / 1024 } ],
	[ 'the same worker after 1,000', 'MB of PSS', '<= 4', sub ($m) { ($m->{kb}{before} // return) / 1024 } ],
	[ 'plain CGI, one request', 'ms', '<= 30', sub ($m) { $m->{ms}{cgi} } ],
);

# rounds: [ { case => result } ... ]; ms, kb: what was measured once.
sub new ($class, %o) { bless {%o}, $class }

# The median over the rounds of one thing that a case reports.
sub over ($m, $case, $what) {
	my @x = grep { defined } map { $_->{$case}{$what} } grep { $_->{$case} } @{ $m->{rounds} };
	return @x ? median(@x) : undef;
}

sub cpu ($m, $case, $of) {
	my @x = grep { defined } map { $_->{$case}{cpu}{$of} } grep { $_->{$case} && $_->{$case}{cpu} } @{ $m->{rounds} };
	return @x ? median(@x) : 0;
}

sub ratio ($m, $a, $b) {
	my @x = map { $_->{$a}{rate} / $_->{$b}{rate} } grep { $_->{$a} && $_->{$b} } @{ $m->{rounds} };
	return @x ? median(@x) : undef;
}

# The processor's time, of a whole, that a case takes more than a barer one: all
# cases keep it busy, so the time of one is what its rate leaves.
sub cost ($whole, $case, $bare) {
	return sub ($m) {
		my @x = map { $_->{$whole}{rate} / $_->{$case}{rate} - $_->{$whole}{rate} / $_->{$bare}{rate} }
			grep { $_->{$whole} && $_->{$case} && $_->{$bare} } @{ $m->{rounds} };
		return @x ? median(@x) : undef;
	};
}

sub slowest ($m) {
	my ($most) = sort { $b <=> $a } grep { defined } map { $m->over($_, 'p95') } $m->ours;
	return $most;
}

# Cases that opdesk answers, with a latency.
sub ours ($m) { grep { !/^(nginx|empty)$|-(express|fastify|sql|bare|enter)$|-alone-/ } map { $_->[0] } @{ $m->{cases} } }

sub judge ($m) {
	return map {
		my ($what, $of, $goal, $how) = @$_;
		my $value = ref $how eq 'ARRAY' ? $m->ratio(@$how) : $how->($m);
		my ($op, $bound) = split ' ', $goal;
		defined $value ? { what => $what, of => $of, goal => $goal, value => $value,
			met => ($op eq '<=' ? $value <= $bound : $value >= $bound) ? 1 : 0 } : ();
	} @goals;
}

sub plain ($x) { sprintf $x >= 100 ? '%.0f' : $x >= 10 ? '%.1f' : $x >= 1 ? '%.2f' : '%.3f', $x }

sub print_goals ($m) {
	print "| what | compared with | goal | measured | |\n| --- | --- | --- | --- | --- |\n";
	printf "| %s | %s | %s | %s | %s |\n", @$_{qw(what of goal)}, plain($_->{value}), $_->{met} ? 'met' : 'missed' for judge($m);
}

sub print_cases ($m) {
	print "| case | share of the empty program | CPU µs | of these nginx, program, PostgreSQL, node | p50 ms | p95 ms | p99 ms | refused |\n",
		"| --- | --- | --- | --- | --- | --- | --- | --- |\n";
	for my $case (@{ $m->{cases} }) {
		my ($name, $what) = @$case;
		my $share = $m->ratio($name, 'empty');
		my $bad = 0;
		$bad += $_->{$name}{bad} // 0 for grep { $_->{$name} } @{ $m->{rounds} };
		my %cpu = map { $_ => $m->cpu($name, $_) } qw(nginx program postgres node load);
		printf "| %s | %s | %.0f | %s | %s | %s |\n", $what, defined $share ? plain($share) : '', sum0(values %cpu),
			join(', ', map { sprintf '%.0f', $_ } @cpu{qw(nginx program postgres node)}),
			join(' | ', map { my $x = $m->over($name, $_); defined $x ? plain($x) : '' } qw(p50 p95 p99)), $bad;
	}
}

1;
