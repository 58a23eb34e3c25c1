#!/usr/bin/perl
# Nothing is missed: whoever names the last event they got is given what came
# after it, once, in order, or is told to compare all they have (RT-4).
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(hub => 1);
my $topic = "availability:$DEMO{meera}";

# So many changes of Meera's hours, and one of Arun's behind each.
# The hub knows them when a witness does.
my $made = 0;
my $witness = $clinic->live;
$witness->join("availability:$DEMO{arun}");
sub happen ($n, $seen = 1) {
	$clinic->psql(join ';', map { $made++; map { sprintf q(INSERT INTO feed.fresh (clinic_id, entity, op, entity_id, version, scopes, gone, body)
		VALUES ('%s', 'availability', 'updated', '%s', %d, '{}', '{}', '{"doctorId": "%2$s", "version": %3$d}')),
		$DEMO{clinic}, $_, $made } @DEMO{qw(meera arun)} } 1 .. $n);
	1 while $seen && $witness->event('availability-changed')->{version} < $made;
}

sub seq ($id) { $id =~ s/^.{36}-//r }

# The versions that came, and whether each names the one before it.
sub take ($live, $n, $last) {
	my (@versions, @broken);
	for (1 .. $n) {
		my $event = $live->event('availability-changed', $topic);
		push @versions, $event->{version};
		push @broken, $event->{version} if $event->{prev} ne $last;
		$last = $event->{eventId};
	}
	is "@broken", '', 'each event names the one before it';
	return ($last, @versions);
}

my $first = $clinic->live;
my $last = $first->join($topic)->{response}{eventId};
happen(5);
($last, my @got) = take($first, 5, $last);
is "@got", '1 2 3 4 5', 'who listens gets what happens, in order';
$first->close;

happen(10);
my $second = $clinic->live;
$second->tell($topic, 'phx_join', { since => $last });
($last, @got) = take($second, 10, $last);
is "@got", join(' ', 6 .. 15), 'who comes back gets what they missed first';
my $reply = $second->reply(1);
($last) = ($reply->{response}{eventId}, cmp_ok seq($reply->{response}{eventId}), '>=', seq($last), '... and then hears that they are up to date');
ok !$reply->{response}{resync}, '... and that nothing is missing';
happen(3);
($last, @got) = take($second, 3, $last);
is "@got", '16 17 18', 'and then what happens';
is scalar(grep { $_->{event} eq 'broadcast' } $second->so_far), 0, '... once';

$reply = $clinic->live->join($topic, { since => $last });
is_deeply $reply->{response}, { eventId => $last, resync => JSON::PP::false, postgres_changes => [] }, 'who missed nothing gets nothing';

my $slow = $clinic->live;
happen(500);
$slow->tell($topic, 'phx_join', { since => $last });
my ($newest, @many) = take($slow, 500, $last);
is "@many", join(' ', 19 .. 518), 'more than a queue holds comes as fast as it is read';
cmp_ok seq($slow->reply(1)->{response}{eventId}), '>=', seq($newest), '... to the end';

#
# What the ring does not have
#

$clinic->stop('hub');
happen(2200, 0); # times two: more than a new hub reads
$clinic->start_hub;
$witness = $clinic->live;
$witness->join("availability:$DEMO{arun}");
my $old = $clinic->live;
$old->tell($topic, 'phx_join', { since => $newest });
is $old->reply(1)->{response}{resync}, 1, 'who missed thousands is told to compare all they have';
my $between = $newest =~ s/(\d+)$/$1 + 2 * 2200 - 2600/er;
my $late = $clinic->live;
$late->tell($topic, 'phx_join', { since => $between });
my (undef, @late) = take($late, 1300, $between);
is "@late", join(' ', $made - 1299 .. $made), 'what is older than the ring comes from the database';
ok !$late->reply(1)->{response}{resync}, '... without a hole';

my ($epoch) = $newest =~ /^(.{36})/;
is $clinic->live->join($topic, { since => "$DEMO{clinic}-1" })->{response}{resync}, 1, 'an event of another epoch is none';
is $clinic->live->join($topic, { since => "$epoch-999999" })->{response}{resync}, 1, 'nor is one that has not happened';
is $clinic->live->join($topic, { since => 'yesterday' })->{response}{code}, 'VALIDATION_ERROR', 'nor is a word';

my $here = $clinic->live;
my $known = $here->join($topic)->{response}{eventId};
$clinic->psql("SELECT feed.rebuild('$DEMO{clinic}')");
is $here->wait_for(sub ($m) { $m->{event} eq 'phx_error' })->{topic}, $topic, 'when the feed begins anew, everybody is told to join again';
my $again = $here->join($topic, { since => $known });
is $again->{response}{resync}, 1, '... and to compare all they have';
unlike $again->{response}{eventId}, qr/^\Q$epoch\E/, '... under another epoch';

$witness->join("availability:$DEMO{arun}");
$clinic->psql("UPDATE feed.clock SET purged_to = seq WHERE clinic_id = '$DEMO{clinic}'");
happen(1);
$here->event('availability-changed');
$clinic->stop('hub');
$clinic->start_hub;
my ($before) = $again->{response}{eventId} =~ /^(.*)-\d+$/;
is $clinic->live->join($topic, { since => "$before-1" })->{response}{resync}, 1, 'what was forgotten cannot be told';

done_testing;
