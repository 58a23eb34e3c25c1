#!/usr/bin/perl
# What one connection, one account and one address may (RT-8).
use v5.36;
use lib 't/lib';
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(hub => 1, set => { OPDESK_LIVE_CONNECTIONS => 3, OPDESK_LIVE_RATE => 20 });

#
# A connection
#

my $live = $clinic->live;
my $began = time;
my @refs = map { $live->tell('phoenix', 'heartbeat') } 1 .. 100;
is scalar(grep { $live->reply($_, 15)->{status} ne 'ok' } @refs), 0, 'whoever speaks too fast loses nothing';
cmp_ok time - $began, '>=', 2.5, 'but is not listened to for a while';
cmp_ok time - $began, '<', 10, '... and then is';
my $other = $clinic->live;
$live->tell('phoenix', 'heartbeat') for 1 .. 200;
$began = time;
is $other->join('availability:all')->{status}, 'ok', 'meanwhile others are heard';
cmp_ok time - $began, '<', 1, '... at once';

my $many = $clinic->live(token => $clinic->token('admin'));
my @doctors = map { sprintf '00000000-0000-4000-8000-%012d', $_ } 1 .. 65;
$clinic->psql(join ';', map { "INSERT INTO core.doctor (id, clinic_id, name) VALUES ('$_', '$DEMO{clinic}', 'Dr. $_')" } @doctors);
@refs = map { $many->tell("availability:$_", 'phx_join') } @doctors;
my @replies = map { $many->reply($_, 15) } @refs;
is scalar(grep { $_->{status} eq 'ok' } @replies), 64, 'a connection may be on 64 topics';
is $replies[-1]{response}{code}, 'RATE_LIMITED', '... and no more';
$many->leave("availability:$doctors[0]");
is $many->join("availability:$doctors[64]")->{status}, 'ok', 'leaving one makes room for another';

# Joined twice is joined once.
my $twice = $clinic->live;
$twice->join('availability:all');
my $first = $twice->{joins}{'availability:all'};
is $twice->join('availability:all')->{status}, 'ok', 'who joins a second time';
is $twice->wait_for(sub ($m) { $m->{event} eq 'phx_close' })->{join_ref}, $first, '... has left the first';

#
# An account
#

my $token = $clinic->token('frontdesk');
my @three = map { $clinic->live(token => $token) } 1 .. 3;
is_deeply [ map { $_->status } @three ], [ 101, 101, 101 ], 'an account has three connections';
my $fourth = $clinic->live(token => $token);
is $fourth->status, 429, 'and no fourth';
like $fourth->{head} . $fourth->read_until('}'), qr/Retry-After: 1\r.*"code":"RATE_LIMITED"/si, '... in the usual form';
is $clinic->live->join('profiles', { access_token => $token })->{response}{code}, 'RATE_LIMITED', '... nor by a token in a join';
is $clinic->live(token => $clinic->token('doctor'))->status, 101, 'others have theirs';
$three[0]->close;
wait_until { $clinic->live(token => $token)->status == 101 } 'when one goes there is room for another';

#
# An address
#

wait_until { $clinic->live->status == 101 } 'an address that rests may come';
my %seen;
$seen{ $clinic->live(hub => 'hub', headers => ['X-Real-IP: 198.51.100.7'])->status }++ for 1 .. 80;
cmp_ok $seen{101}, '>=', 40, 'some at once';
ok $seen{429}, 'and then one after the other';
is $clinic->live(hub => 'hub', headers => ['X-Real-IP: 198.51.100.8'])->status, 101, 'its neighbour is not held to account';
%seen = ();
$seen{ $clinic->live->status }++ for 1 .. 80;
ok $seen{429}, 'nginx counts as well';

done_testing;
