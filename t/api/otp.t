#!/usr/bin/perl
# Signing in by a code: what is sent, to whom, how long it works, how often it
# may be tried, and that nobody learns who is known (security.md A-1 to A-9).
use v5.36;
use utf8;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Parallel;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth otp profiles patients appointments availability clinic locks)], set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my $visitor = $clinic->visitor;
my $ashas = '+919800000001';
my $me = '/api/profiles/me';

sub field ($to) { $to =~ /@/ ? (email => $to) : (phone => $to) }
sub request ($to, %more) { $visitor->post('/api/auth/otp/request', { field($to), %more }) }
sub verify ($to, $code, $who = $visitor) { $who->post('/api/auth/otp/verify', { field($to), code => $code }) }
sub letters ($to) { $clinic->rows("SELECT channel, recipient, subject, body, status FROM core.outbox WHERE recipient = '$to' ORDER BY created_at DESC, id") }
sub code_for ($to, %more) {
	my $res = request($to, %more);
	die $res->line if $res->status != 202;
	return (letters($to))[0]{body} =~ /(?<!\d)(\d{6})(?!\d)/ ? $1 : undef;
}
sub wrong ($code) { sprintf '%06d', ($code + 1) % 1_000_000 }
sub with ($res) { $clinic->client(token => $res->json->{accessToken}) }
sub alike ($res) { join ' ', $res->status, $res->text =~ s/"(timestamp|requestId)":"[^"]*"//gr }
sub expire ($seconds) { $clinic->psql("UPDATE auth.code SET expires_at = expires_at - interval '$seconds seconds'") }
sub visits ($who) { map { $_->{id} } @{ $who->get('/api/appointments?limit=200')->json->{items} } }

#
# A code, and what it opens
#

my $res = request($ashas);
status_is $res, 202, 'a code is asked for';
is_deeply $res->json, { expiresIn => 300, resendIn => 60 }, 'and the answer says how long it works, and nothing else';
my ($letter, @more) = letters($ashas);
is scalar @more, 0, 'one message is written';
is "$letter->{channel} $letter->{status}", 'sms queued', 'a text message, waiting to be sent';
like $letter->{body}, qr/^\d{6} is your code for Hemant Trauma Centre\./, 'with the code';
my ($code) = $letter->{body} =~ /^(\d{6})/;
like $letter->{body}, qr/\n\n\@127\.0\.0\.1 #$code$/, 'and the line by which a browser fills it in on our pages alone';
like $clinic->psql("SELECT hash FROM auth.code WHERE address = '$ashas'"), qr/^\\x[0-9a-f]{64}$/, 'a hash is kept';
unlike $clinic->psql("SELECT string_agg(c::text, ' ') FROM auth.code c"), qr/(?<!\d)$code(?!\d)/, 'and not the code';

error_is verify($ashas, wrong($code)), 401, 'INVALID_CREDENTIALS', 'another code does not sign in';
error_is verify('+919800000002', $code), 401, 'INVALID_CREDENTIALS', 'nor does this one sign anybody else in';
$res = verify($ashas, $code);
status_is $res, 200, 'the code signs in';
is_deeply [ sort keys %{ $res->json } ], [qw(accessToken expiresAt user)], 'to an access token, and nothing to refresh it with';
is "$res->{json}{user}{role} $res->{json}{user}{name}", 'patient Asha Patil', 'as the patient';
ok abs(epoch($res->json->{expiresAt}) - time - 86400) < 5, 'for a day';
like +($res->headers('Set-Cookie'))[1], qr/^__Host-opdesk=\Q$res->{json}{accessToken}\E; Max-Age=86400; Secure; HttpOnly; Path=\/; SameSite=Lax$/, 'which a browser gets as a cookie that no script reads';
is join(' ', map { /^([^=]+)/ } $res->headers('Set-Cookie')), '__Secure-opdesk-known __Host-opdesk', 'that is all, but for the one that knows the browser again';
my $asha = with($res);
is $asha->get($me)->json->{patientId}, $DEMO{asha}, 'and opens their own profile';
is join(' ', sort(visits($asha))), $clinic->psql("SELECT string_agg(id::text, ' ' ORDER BY id::text) FROM core.appointment WHERE patient_id = '$DEMO{asha}' AND NOT is_deleted"),
	'and their own visits';
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'a code serves once';
my $browser = $clinic->visitor(browser => 1);
status_is verify($ashas, code_for($ashas), $browser), 200, 'a browser signs in the same way';
status_is $browser->get($me), 200, 'by its cookie';
status_is $browser->post('/api/auth/logout'), 204, 'signs out';
error_is $browser->get($me), 401, 'UNAUTHENTICATED', 'and is out at once';
my $shared = $clinic->staff('desk@opdesk.test', browser => 1);
$res = verify($ashas, code_for($ashas), $shared);
like +($res->headers('Set-Cookie'))[2], qr/^__Secure-opdesk-refresh=; Max-Age=0;.* Path=\/api\/auth;/, 'the session of somebody else in that browser does not come back when this one ends';
error_is $visitor->post('/api/auth/otp/verify', { phone => $ashas, code => '123456' }, { Origin => 'http://evil.example' }), 403, 'CSRF', 'no other site signs anybody in';
status_is verify($ashas, substr($code = code_for($ashas), 0, 3) . ' ' . substr($code, 3)), 200, 'a blank in the middle does no harm';
status_is verify('098000 00001', code_for($ashas)), 200, 'a number may be written as people write it';
code_for($ashas, language => 'hi');
like +(letters($ashas))[0]{body}, qr/^\d{6} आपका/, 'the message speaks Hindi where that is asked for';

status_is verify('ASHA@example.org ', code_for('asha@example.org')), 200, 'by e-mail, in any case';
($letter) = letters('asha@example.org');
is "$letter->{channel} | $letter->{subject}", 'email | Your code for Hemant Trauma Centre', 'which has a subject';
unlike $letter->{body}, qr/#\d/, 'and no line for browsers';

# Five minutes, and the newest alone.
$code = code_for($ashas);
expire(299);
status_is verify($ashas, $code), 200, 'a code works for five minutes';
$code = code_for($ashas);
expire(300);
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'and no longer';
$code = code_for($ashas);
my $newer = code_for($ashas);
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'a newer code takes the place of an older one' if $code ne $newer;
status_is verify($ashas, $newer), 200, 'and works';

#
# Tries
#

$code = code_for($ashas);
my @no = map { verify($ashas, wrong($code)) } 1 .. 5;
is join(' ', map { $_->status } @no), '401 401 401 401 401', 'five wrong ones';
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'then not even the right one';
is alike(verify($ashas, $code)), alike($no[0]), 'and it looks the same';
$code = code_for($ashas);
verify($ashas, wrong($code)) for 1 .. 4;
status_is verify($ashas, $code), 200, 'the right one at the fifth try';
is $clinic->psql("SELECT failures FROM auth.code WHERE address = '$ashas'"), 0, 'ends a row of failures';
$code = code_for($ashas);
verify($ashas, wrong($code)) for 1 .. 3;
code_for($ashas);
is $clinic->psql("SELECT failures FROM auth.code WHERE address = '$ashas'"), 3, 'asking for another code does not';
$clinic->psql("UPDATE auth.code SET failures = 99 WHERE address = '$ashas'");
$code = code_for($ashas);
verify($ashas, wrong($code));
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'after a hundred in a row codes sign nobody in there';
my $sent = letters($ashas);
status_is request($ashas), 202, 'the answer to asking is as ever';
is scalar(letters($ashas)), $sent, 'but none is sent';
status_is $asha->get($me), 200, 'who is signed in stays so';

my $desk = $clinic->as('frontdesk');
sub bind_to ($patient, $to, $who = $desk) { $who->post("/api/patients/$patient/addresses", { field($to) }) }
error_is bind_to($DEMO{asha}, $ashas, $clinic->as($_)), 403, 'FORBIDDEN', "$_ cannot open it again" for qw(patient meera chatbot);
error_is bind_to('00000000-0000-4000-8000-00000000dead', $ashas), 404, 'NOT_FOUND', 'nor is it opened for nobody';
error_is bind_to($DEMO{asha}, '12'), 400, 'VALIDATION_ERROR', 'nor for what is no phone';
error_is $desk->post("/api/patients/$DEMO{asha}/addresses", {}), 400, 'VALIDATION_ERROR', 'nor for nothing';
status_is bind_to($DEMO{asha}, '98000 00001'), 204, 'the desk sees who it is, and binds the phone to them again';
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'the code from before stays dead';
status_is verify($ashas, code_for($ashas)), 200, 'a new one signs in';
status_is bind_to($DEMO{bilal}, $ashas), 204, 'a phone that somebody else has now is bound to them';
is with(verify($ashas, code_for($ashas)))->get($me)->json->{patientId}, $DEMO{bilal}, 'whom it signs in from now on';
status_is bind_to($DEMO{asha}, $ashas), 204, 'and back';
is with(verify($ashas, code_for($ashas)))->get($me)->json->{patientId}, $DEMO{asha}, 'it is hers again';

$code = code_for($ashas);
my @answers = at_once(10, sub ($n) { verify($ashas, $code, $clinic->visitor)->status });
is join(' ', sort @answers), join(' ', 200, (401) x 9), 'ten at the same moment with the right code: one is let in';
$code = code_for($ashas);
my $before = $clinic->psql('SELECT count(*) FROM auth.session');
at_once(10, sub ($n) { verify($ashas, wrong($code), $clinic->visitor)->status });
is $clinic->psql("SELECT tries || ' ' || failures FROM auth.code WHERE address = '$ashas'"), '5 5', 'ten wrong ones at the same moment: five are looked at';
is $clinic->psql('SELECT count(*) FROM auth.session'), $before, 'no session comes of it';
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'and the code is spent';

#
# Nobody learns who is known
#

for my $stranger ('+919899999999', 'nobody@example.org') {
	my $res = request($stranger);
	is alike($res), alike(request($ashas)), "$stranger gets the answer that everybody gets";
	is scalar(letters($stranger)), 0, 'and no message';
	is alike(verify($stranger, '123456')), alike(verify('+919800000002', '123456')), 'and is refused as others are';
	verify($stranger, '123456') for 1 .. 5;
	is $clinic->psql("SELECT tries FROM auth.code WHERE address = '$stranger'"), 5, 'tries are counted there too';
	is $clinic->psql("SELECT hash IS NULL FROM auth.code WHERE address = '$stranger'"), 't', 'though no code fits';
}
is $clinic->psql("SELECT count(*) FROM auth.account a JOIN core.patient p ON p.id = a.patient_id WHERE p.phone = '+919899999999'"), 0, 'nobody was made of it';

# What is no address, or no code.
for my $body ({}, { phone => $ashas, email => 'asha@example.org' }, { phone => 'abc' }, { phone => '12345' }, { email => 'asha' }, { phone => '+91123' }, { phone => [] }, { phone => $ashas, language => 'xx' }) {
	error_is $visitor->post('/api/auth/otp/request', $body), 400, 'VALIDATION_ERROR', 'no address: ' . JSON::PP->new->canonical->encode($body);
}
for my $bad (undef, '', 123456, ['123456'], {}, '1' x 21) {
	error_is verify($ashas, $bad), 400, 'VALIDATION_ERROR', 'no code: ' . JSON::PP->new->canonical->allow_nonref->encode($bad);
}
error_is verify($ashas, $_), 401, 'INVALID_CREDENTIALS', "'$_' is not the code" for '12345', '1234567', 'abcdef', "१२३४५६", "' OR 1=1 --";

#
# Who has no patient yet
#

sub leave ($phone, %more) { $clinic->visitor->post('/api/appointments', { name => 'Devika Rane', phone => $phone, %more })->json->{appointment} }
my $dev = '+919811122233';
my $lead = leave($dev, email => 'devika@example.org');
my $booked = leave($dev, name => 'Little Devika', %{ $clinic->free_slot });
is $clinic->psql("SELECT count(*) FROM core.patient WHERE phone = '$dev'"), 0, 'somebody booked and is no patient';
my $first = code_for($dev);
is $clinic->psql("SELECT count(*) FROM core.patient WHERE phone = '$dev'"), 0, 'asking for a code does not make them one';
$res = verify($dev, $first);
status_is $res, 200, 'the first right code does';
my $devika = with($res);
my ($made) = $clinic->rows("SELECT id, name, phone, email FROM core.patient WHERE phone = '$dev'");
is $made->{name}, 'Little Devika', 'with the name of the newest visit';
is $made->{email}, undef, 'and no e-mail, which nobody has proven';
is join(' ', sort(visits($devika))), join(' ', sort $lead->{id}, $booked->{id}), 'their visits are now theirs';
is $devika->get("/api/appointments/$lead->{id}")->json->{appointment}{name}, 'Devika Rane', 'and keep the name that was typed';
is $devika->get("/api/appointments/$lead->{id}")->json->{appointment}{version}, 2, 'at another version';
is $clinic->psql("SELECT s.patient_id FROM core.slot s JOIN core.appointment a ON a.slot_id = s.id WHERE a.id = '$booked->{id}'"), $made->{id}, 'the time is theirs too';
is $clinic->psql("SELECT role FROM core.revision WHERE appointment_id = '$lead->{id}' ORDER BY id DESC LIMIT 1"), 'system', 'the record says that nobody did it by hand';
my $later = leave($dev);
is join(' ', grep { $_ eq $later->{id} } visits($devika)), '', 'a visit booked as a stranger afterwards';
status_is verify($dev, code_for($dev)), 200, 'is linked at the next sign-in';
is join(' ', grep { $_ eq $later->{id} } visits($devika)), $later->{id}, 'and seen by who is signed in already';
is $clinic->psql("SELECT count(*) FROM core.patient WHERE phone = '$dev'"), 1, 'one patient';

# The e-mail of a visit opens what was left under that e-mail, never what is another's by now.
status_is verify('devika@example.org', code_for('devika@example.org')), 200, 'an e-mail that stands on a visit is known';
is $clinic->psql("SELECT count(*) FROM core.patient WHERE email = 'devika\@example.org'"), 1, 'and is somebody of its own';
is scalar(grep { $_ eq $lead->{id} } visits(with(verify('devika@example.org', code_for('devika@example.org'))))), 0,
	'to whom nothing is given of what a phone has proven: anybody may type another\'s phone beside their e-mail';

# Two visits at one hour, and one that is being edited.
my $twin = '+919811122244';
my $slot = $clinic->free_slot(day => 3);
my @twins = map { leave($twin, %$slot, doctorId => $DEMO{$_})->{id} } qw(meera arun);
ok $twins[1], 'two children come at one hour' or diag 'Arun is busy then';
status_is verify($twin, code_for($twin)), 200, 'that keeps nobody out';
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE patient_id = (SELECT id FROM core.patient WHERE phone = '$twin')"), 2, 'both are linked';
is $clinic->psql("SELECT count(*) FROM core.slot WHERE patient_id = (SELECT id FROM core.patient WHERE phone = '$twin')"), 1, 'and one is where the patient is';
my $edited = leave('+919811122255')->{id};
$desk = $clinic->as('frontdesk');
status_is $desk->post("/api/appointments/$edited/acquire-lock"), 201, 'the desk opens a visit';
status_is verify('+919811122255', code_for('+919811122255')), 200, 'an edit lock keeps nobody out either';
is $clinic->psql("SELECT patient_id IS NULL FROM core.appointment WHERE id = '$edited'"), 't', 'but what is being edited is left alone';
status_is $desk->del("/api/appointments/$edited/release-lock"), 204, 'when it is closed';
status_is verify('+919811122255', code_for('+919811122255')), 200, 'the next sign-in';
is $clinic->psql("SELECT patient_id IS NULL FROM core.appointment WHERE id = '$edited'"), 'f', 'links it';

# What a patient only says is theirs.
my $victim = '+919811122266';
my $bilal = with(verify('+919800000002', code_for('+919800000002')));
my $p = $bilal->get($me)->json;
status_is $bilal->put($me, { version => $p->{version}, phone => $victim }), 200, 'a patient writes somebody\'s number into their profile';
status_is request($victim), 202, 'its owner asks for a code';
is scalar(letters($victim)), 0, 'and is as unknown as before';
my $theirs = leave($victim)->{id};
my $owner = with(verify($victim, code_for($victim)));
isnt $owner->get($me)->json->{patientId}, $DEMO{bilal}, 'when they have booked, they sign in as themselves';
is join(' ', visits($owner)), $theirs, 'to their own visits';
is scalar(grep { $_ eq $theirs } visits($bilal)), 0, 'which the other never sees';
is with(verify('+919800000002', code_for('+919800000002')))->get($me)->json->{patientId}, $DEMO{bilal}, 'the number that was proven still signs in';

#
# Another clinic, a disabled account, the age of a session
#

$code = code_for($ashas);
my $move = "UPDATE core.clinic SET host = %s WHERE id = '" . $next_door->id('clinic') . "'";
$clinic->psql(sprintf $move, "'127.0.0.1'");
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'a code of one clinic is none in another';
$res = verify($ashas, code_for($ashas));
is $res->json->{user}{name}, 'Asha Elsewhere', 'where the same number is somebody else';
is join(' ', visits(with($res))), $next_door->id('appointment'), 'with other visits';
$clinic->psql(sprintf $move, "'$Opdesk::Neighbour::HOST'");
status_is verify($ashas, $code), 200, 'and each clinic keeps its own code';
$code = code_for($ashas);
$clinic->psql("UPDATE auth.account SET disabled = true WHERE patient_id = '$DEMO{asha}'");
error_is verify($ashas, $code), 401, 'INVALID_CREDENTIALS', 'a disabled account gets no session';
error_is $asha->get($me), 401, 'UNAUTHENTICATED', 'and loses those it had';
$clinic->psql("UPDATE auth.account SET disabled = false WHERE patient_id = '$DEMO{asha}'");
$asha = with(verify($ashas, code_for($ashas)));
$clinic->age(session => 86399);
status_is $asha->get($me), 200, 'a session lives for a day';
$clinic->age(session => 2);
error_is $asha->get($me), 401, 'UNAUTHENTICATED', 'and not longer';

#
# Limits
#

my $strict = clinic(programs => ['otp'], workers => 4, set => { OPDESK_TRUSTED_PROXIES => '127.0.0.1', OPDESK_LIMIT_CODES_DAY => 6 });
SKIP: {
	skip 'it needs a proxy that is believed', 1 if $strict->server eq 'apache';
	my $n = 0;
	my $ask = sub ($to) { $strict->visitor->post('/api/auth/otp/request', { field($to) }, { 'X-Forwarded-For' => '203.0.113.' . ++$n }) };
	my $try = sub ($to, $from = '203.0.113.' . ++$n) { $strict->visitor->post('/api/auth/otp/verify', { field($to), code => '000000' }, { 'X-Forwarded-For' => $from }) };
	for my $to ($ashas, '+919899999999') {
		is join(' ', map { $_->status } map { $ask->($to) } 1 .. 3), '202 202 202', "three codes for $to";
		my $no = $ask->($to);
		error_is $no, 429, 'RATE_LIMITED', 'and no fourth within ten minutes, known or not';
		ok $no->header('Retry-After') > 590, 'so long is the wait';
	}
	$strict->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '601 seconds' FROM unnest(uses) u)");
	status_is $ask->($ashas), 202, 'then there is another';
	is $strict->psql('SELECT count(*) FROM core.outbox'), 4, 'four were sent';
	unlike $strict->psql('SELECT string_agg(bucket, $$ $$) FROM core.limit_use'), qr/9800000001|9899999999/, 'limits do not remember whose they are';
	$ask->($_) for '+919800000002', '+919800000003';
	error_is $ask->($_), 429, 'RATE_LIMITED', "a clinic sends so many a day: $_" for '+919800000003', '+919899999998';
	$strict->psql("UPDATE core.outbox SET created_at = created_at - interval '1 day'");
	status_is $ask->('+919800000003'), 202, 'and the next day again';

	$strict->psql('DELETE FROM core.limit_use');
	is join(' ', map { $_->status } map { $try->($ashas) } 1 .. 15), join(' ', (401) x 15), 'fifteen tries for one address';
	error_is $try->($ashas), 429, 'RATE_LIMITED', 'and no more within a minute, wherever they come from';
	is join(' ', map { $_->status } map { $try->("+9198111222$_", '203.0.113.250') } 10 .. 25), join(' ', (401) x 15, 429), 'nor from one place for many';
	$strict->psql('DELETE FROM core.limit_use');
	is join(' ', map { $_->status } map { $strict->visitor->post('/api/auth/otp/request', { phone => "+9198111222$_" }, { 'X-Forwarded-For' => '203.0.113.251' }) } 10 .. 25),
		join(' ', (202) x 15, 429), 'one place asks for fifteen codes a minute';
}

# Nothing of it is in a log.
my @logs = map { m{([^/]+)$} } glob $clinic->dir . '/log/*';
my $logs = join '', map { $clinic->log_of($_) } @logs;
like $logs, qr/event=signed-in/, 'logs were written';
unlike $logs, qr/98000 ?0000[123]|98111222|\@example\.org/, 'without a phone or an e-mail';
my @codes = map { $_->{body} =~ /^(\d{6})/ ? $1 : () } $clinic->rows('SELECT body FROM core.outbox');
cmp_ok scalar @codes, '>', 20, 'many codes were sent';
# A number of six digits may be a process or a time; a leak would be all of them.
cmp_ok scalar(grep { $logs =~ /\b$_\b/ } @codes), '<', 3, 'or a code';

contract_is_kept;
done_testing;
