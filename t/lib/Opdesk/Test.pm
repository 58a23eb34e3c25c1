# Opdesk::Test - what a test of opdesk says.
#
#   use Opdesk::Test;
#
#   my $clinic = clinic();                     # private database, programs, nginx
#   my $res = $clinic->visitor->post('/api/reservations', $clinic->free_slot);
#   status_is $res, 201, 'a free slot can be reserved';
#   error_is $res, 409, 'SLOT_TAKEN', 'and then nobody else gets it';
#   wait_until { … } 'the other screen has it';
#   done_testing;
#
# Test::More comes with it.  $clinic is an Opdesk::Clinic, its people are
# Opdesk::Client.
package Opdesk::Test;

use v5.36;
use Exporter 'import';
use Opdesk::Clinic;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = (qw(clinic status_is error_is is_problem wait_until %DEMO), @Test::More::EXPORT);
our %DEMO = %Opdesk::Clinic::DEMO;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

BEGIN { $ENV{TZ} = 'America/St_Johns' } # nobody's clinic, and half an hour off

sub clinic (%o) { Opdesk::Clinic->new(%o) }

sub status_is ($res, $status, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($res->status, $status, $name) || diag($res->line);
}

# A refusal, in the one form that all of them have.
sub error_is ($res, $status, $code, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @wrong;
	push @wrong, "status is @{[ $res->status ]}, not $status" if $res->status != $status;
	push @wrong, 'code is ' . ($res->json->{code} // 'missing') . ", not $code" if ($res->json->{code} // '') ne $code;
	push @wrong, problem_faults($res);
	ok(!@wrong, $name) or diag(join "\n", @wrong, $res->line);
	return !@wrong;
}

# Any problem, whichever.
sub is_problem ($res, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @wrong = problem_faults($res);
	return ok(!@wrong, $name) || diag(join "\n", @wrong, $res->line);
}

# What RFC 9457 and the HTTP contract ask for, and this answer lacks.
sub problem_faults ($res) {
	my $p = $res->json;
	my $status = $res->status;
	my $is = sub ($name, $pattern) { ($p->{$name} // '') =~ /^(?:$pattern)$/ };
	return 'is not an object' if ref $p ne 'HASH' || !%$p;

	my @wrong;
	push @wrong, 'is not application/problem+json' unless ($res->header('Content-Type') // '') =~ m{^application/problem\+json(;|$)};
	push @wrong, 'type is not about:blank' unless $is->(type => 'about:blank');
	push @wrong, 'has no title' unless $is->(title => '.+');
	push @wrong, 'status in the body differs' unless $is->(status => $status);
	push @wrong, 'has no code' unless $is->(code => '[A-Z_]+');
	push @wrong, 'has no message' unless $is->(message => '.+');
	push @wrong, 'timestamp is not RFC 3339' unless $is->(timestamp => '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)');
	push @wrong, 'requestId is not X-Request-Id' unless $is->(requestId => quotemeta($res->header('X-Request-Id') // 'none'));
	push @wrong, 'a detail lacks field or message' if grep { !defined $_->{field} || !defined $_->{message} } @{ $p->{details} // [] };
	push @wrong, 'has no Retry-After' if $status =~ /^(429|503)$/ && !$res->header('Retry-After');
	push @wrong, 'has no Allow' if $status == 405 && !$res->header('Allow');
	push @wrong, 'Content-Length is not the length' if $res->has_body && length $res->text != ($res->header('Content-Length') // -1);
	return @wrong;
}

# No sleep in a test: it looks until it is so, for ten seconds at most.
sub wait_until : prototype(&$;$) ($condition, $name, $seconds = 10) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $deadline = time + $seconds;
	my $pause = 0.002;
	until (eval { $condition->() }) {
		return ok(0, $name) || diag("not within $seconds seconds" . ($@ ? ": $@" : '')) if time > $deadline;
		sleep($pause = $pause * 1.5 > 0.1 ? 0.1 : $pause * 1.5);
	}
	return ok(1, $name);
}

1;
