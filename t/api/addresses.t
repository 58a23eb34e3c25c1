#!/usr/bin/perl
# A patient proves that a new phone or e-mail is theirs, and signs in by it from
# then on; what they only say opens nothing (security.md A-8, A-9).
use v5.36;
use utf8;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Parallel;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth otp profiles patients appointments availability)], set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
my $visitor = $clinic->visitor;
my $me = '/api/profiles/me';
my $new = '+919811199001';

sub field ($to) { $to =~ /@/ ? (email => $to) : (phone => $to) }
sub letter ($to) { ($clinic->rows("SELECT channel, subject, body, status FROM core.outbox WHERE recipient = '$to' ORDER BY created_at DESC, id LIMIT 1"))[0] }
sub code_in ($to) { my $letter = letter($to) or return; return ($letter->{body} =~ /^(\d{6})/)[0] }
sub wrong ($code) { sprintf '%06d', ($code + 1) % 1_000_000 }
sub ask ($who, $to, %more) { $who->post('/api/auth/addresses', { field($to), %more }) }
sub prove ($who, $to, $code) { $who->post('/api/auth/addresses/confirm', { field($to), code => $code }) }
sub code_for ($who, $to) {
	my $res = ask($who, $to);
	die $res->line if $res->status != 202;
	return code_in($to);
}
sub save ($who, %what) { $who->put($me, { version => $who->get($me)->json->{version}, %what }) }
sub sign_in ($to) {
	$visitor->post('/api/auth/otp/request', { field($to) });
	my $res = $visitor->post('/api/auth/otp/verify', { field($to), code => code_in($to) // '000000' });
	return $res->status == 200 ? $clinic->client(token => $res->json->{accessToken})->get($me)->json->{patientId} : undef;
}
sub confirmed ($who) { join ' ', map { $_ // '-' } @{ $who->get($me)->json }{qw(phoneConfirmed emailConfirmed)} }

#
# A new phone
#

my $asha = $clinic->as('patient');
is confirmed($asha), '1 1', 'a patient signs in by what the clinic has of them';
is join(' ', map { defined $clinic->as('frontdesk')->get($me)->json->{$_} ? 1 : 0 } qw(phoneConfirmed emailConfirmed)), '0 0', 'of staff nothing is said';
status_is save($asha, phone => $new), 200, 'who has a new phone says so';
is confirmed($asha), '0 1', 'and is told that it does not sign them in yet';
is sign_in($new), undef, 'nor does it';
my $res = ask($asha, '98111 99001');
status_is $res, 202, 'a code is asked for';
is_deeply $res->json, { expiresIn => 300, resendIn => 60 }, 'and the answer says how long it works';
my $letter = letter($new);
is "$letter->{channel} $letter->{status}", 'sms queued', 'it comes to that phone';
like $letter->{body}, qr/^\d{6} is your code to confirm your contact details with Hemant Trauma Centre\. It works for 5 minutes\./, 'and says what it is for';
like $letter->{body}, qr/\n\n\@127\.0\.0\.1 #\d{6}$/, 'with the line for browsers';
my $code = code_in($new);
error_is prove($asha, $new, wrong($code)), 401, 'INVALID_CREDENTIALS', 'another code proves nothing';
is confirmed($asha), '0 1', 'and changes nothing';
error_is $visitor->post('/api/auth/otp/verify', { phone => $new, code => $code }), 401, 'INVALID_CREDENTIALS', 'the code signs nobody in';
status_is prove($asha, $new, substr($code, 0, 3) . ' ' . substr($code, 3)), 204, 'the code proves it, with a blank as well';
is confirmed($asha), '1 1', 'the profile says so';
is sign_in($new), $DEMO{asha}, 'and it signs in';
error_is prove($asha, $new, $code), 401, 'INVALID_CREDENTIALS', 'a code serves once';
isnt sign_in('+919800000001'), $DEMO{asha}, 'the phone that they had, which they never proved, does so no longer: somebody else may have it by now';

# A new e-mail, in Hindi.
status_is save($asha, email => 'Asha.New@example.org'), 200, 'an e-mail too';
status_is ask($asha, 'asha.new@example.org', language => 'hi'), 202, 'is proven by a code';
$letter = letter('asha.new@example.org');
is "$letter->{channel} $letter->{subject}", 'email Hemant Trauma Centre के लिए आपका कोड', 'that comes by mail';
like $letter->{body}, qr/^\d{6} आपका Hemant Trauma Centre में संपर्क की पुष्टि करने का कोड है।/, 'in their language';
status_is prove($asha, 'ASHA.new@example.org ', code_in('asha.new@example.org')), 204, 'in any case';
is confirmed($asha), '1 1', 'and is confirmed';
$letter = letter($new);
is "$letter->{channel} $letter->{body}", 'sms Hemant Trauma Centre: another phone or e-mail can sign in to your account from now on. If that was not you, tell the clinic at once.',
	'the phone that signed in before is told, as whoever got in once could stay that way';
is $clinic->psql("SELECT count(*) FROM core.outbox WHERE kind = 'notice' AND recipient = 'asha.new\@example.org'"), 0, 'the new e-mail is not';
is sign_in('asha.new@example.org'), $DEMO{asha}, 'and signs in';

# What was booked with it before becomes theirs.
my $booked = '+919811199002';
my $lead = $visitor->post('/api/appointments', { name => 'A', phone => $booked })->json->{appointment}{id};
error_is $asha->get("/api/appointments/$lead"), 404, 'NOT_FOUND', 'a visit that nobody in particular booked';
save($asha, phone => $booked);
status_is prove($asha, $booked, code_for($asha, $booked)), 204, 'with a phone that turns out to be theirs';
is $asha->get("/api/appointments/$lead")->json->{appointment}{patientId}, $DEMO{asha}, 'is their visit';

# What they had proven before is theirs no longer: a number is given to somebody else in time.
is join(' ', map { sign_in($_) // '-' } $booked, 'asha.new@example.org'), "$DEMO{asha} $DEMO{asha}", 'the new phone signs them in, as the e-mail still does';
is sign_in($new), undef, 'the phone before it, which they had proven, does so no more';
status_is $visitor->post('/api/appointments', { name => 'Somebody else', phone => $new }), 201, 'and when another person has it';
isnt sign_in($new), $DEMO{asha}, 'they see nothing of theirs';
save($asha, phone => $new);
is sign_in($booked), $DEMO{asha}, 'while a new one is only said, the one before signs in';
save($asha, phone => $booked);

#
# What is not theirs
#

error_is ask($asha, $_), 400, 'VALIDATION_ERROR', "no code goes to what the profile does not have: $_" for '+919811199003', 'other@example.org', $new;
error_is ask($asha, '+919811199003'), 400, 'VALIDATION_ERROR', 'and the field is named';
is ask($asha, '+919811199003')->json->{details}[0]{field}, 'phone', '... as the phone';
error_is $asha->post('/api/auth/addresses', $_), 400, 'VALIDATION_ERROR', 'nor to no address' for {}, { phone => $booked, email => 'asha.new@example.org' }, { phone => 'abc' }, { phone => '12' };
error_is ask($_, $booked), 403, 'FORBIDDEN', 'this is for patients' for map { $clinic->as($_) } qw(frontdesk admin meera);
error_is ask($visitor, $booked), 401, 'UNAUTHENTICATED', 'who are signed in';
error_is prove($visitor, $booked, '123456'), 401, 'UNAUTHENTICATED', 'to prove as to ask';

my $bilal = $visitor->post('/api/auth/otp/request', { phone => '+919800000002' }) && $clinic->client(token => $visitor->post('/api/auth/otp/verify', { phone => '+919800000002', code => code_in('+919800000002') })->json->{accessToken});
save($bilal, phone => $booked);
$code = code_for($bilal, $booked);
error_is prove($asha, $booked, $code), 401, 'INVALID_CREDENTIALS', 'a code is for whoever asked for it';
error_is prove($bilal, $booked, $code), 409, 'BAD_TRANSITION', 'by whose phone somebody else signs in, the desk has to decide';
is sign_in($booked), $DEMO{asha}, 'it stays the other\'s';
error_is prove($bilal, $booked, $code), 401, 'INVALID_CREDENTIALS', 'and the code is spent';
save($bilal, phone => '+919800000003');
error_is prove($bilal, '+919800000003', code_for($bilal, '+919800000003')), 409, 'BAD_TRANSITION', 'nor by what the clinic has of somebody else';
status_is $clinic->as('frontdesk')->post("/api/patients/$DEMO{bilal}/addresses", { phone => $booked }), 204, 'the desk decides';
is sign_in($booked), $DEMO{bilal}, 'and it is theirs';
like letter('+919800000002')->{body}, qr/another phone or e-mail can sign in to your account/, 'of which they hear at the one that they had';
my $told = sub { $clinic->psql("SELECT count(*) FROM core.outbox WHERE kind = 'notice'") };
my $so_far = $told->();
$clinic->as('frontdesk')->post("/api/patients/$DEMO{bilal}/addresses", { phone => $booked });
is $told->(), $so_far, 'once';
is confirmed($asha), '0 1', 'which the first one can see';

#
# Tries
#

save($asha, phone => '+919811199005');
$code = code_for($asha, '+919811199005');
is join(' ', map { prove($asha, '+919811199005', wrong($code))->status } 1 .. 5), '401 401 401 401 401', 'five wrong codes';
error_is prove($asha, '+919811199005', $code), 401, 'INVALID_CREDENTIALS', 'spend it';
is $clinic->psql("SELECT string_agg(failures::text, ' ') FROM auth.code WHERE address = '+919811199005'"), '5', 'and are counted for who tried, not for who signs in there';
$clinic->psql("UPDATE auth.code SET failures = 100 WHERE address = '+919811199005'");
my $before = $clinic->psql('SELECT count(*) FROM core.outbox');
status_is ask($asha, '+919811199005'), 202, 'after a hundred the answer to asking is as ever';
is $clinic->psql('SELECT count(*) FROM core.outbox'), $before, 'but none is sent';
$clinic->psql("DELETE FROM auth.code WHERE address = '+919811199005'");
$code = code_for($asha, '+919811199005');
$clinic->psql("UPDATE auth.code SET expires_at = expires_at - interval '300 seconds'");
error_is prove($asha, '+919811199005', $code), 401, 'INVALID_CREDENTIALS', 'a code works for five minutes';
$code = code_for($asha, '+919811199005');
is join(' ', sort(at_once(8, sub ($n) { prove($asha, '+919811199005', $code)->status }))), join(' ', 204, (401) x 7), 'eight at the same moment: one';

# At the same moment.
my @three = map { my $account = $clinic->psql("INSERT INTO auth.account (clinic_id, role, patient_id) VALUES ('$DEMO{clinic}', 'patient', '$DEMO{$_}')
	ON CONFLICT (patient_id) DO UPDATE SET name = NULL RETURNING id"); $clinic->client(token => $clinic->session(account => $account)) } qw(asha bilal chitra);
my (%proven, %bound, %shared);
for my $i (1 .. 8) {
	my @phone = map { "+91981119$_" . $i } 910, 911, 912;
	my @code = map { save($_, phone => $phone[0]); code_for($_, $phone[0]) } @three;
	$proven{ join ' ', sort(at_once(3, sub ($n) { prove($three[ $n - 1 ], $phone[0], $code[ $n - 1 ])->status })) }++;
	$bound{ join ' ', at_once(3, sub ($n) { $clinic->as('frontdesk')->post("/api/patients/$DEMO{(qw(asha bilal chitra))[ $n - 1 ]}/addresses", { phone => $phone[1] })->status }) }++;
	$visitor->post('/api/appointments', { name => 'N', phone => $phone[2] });
	$visitor->post('/api/auth/otp/request', { phone => $phone[2] });
	my $code = code_in($phone[2]);
	my @both = at_once(2, sub ($n) { $n == 1 ? $visitor->post('/api/auth/otp/verify', { phone => $phone[2], code => $code })->status
		: $clinic->as('frontdesk')->post("/api/patients/$DEMO{bilal}/addresses", { phone => $phone[2] })->status });
	$shared{"@both"}++ if "@both" !~ /^(200|401) 204$/;
}
is join(', ', keys %proven), '204 409 409', 'of three who prove one phone, one does';
is join(', ', keys %bound), '204 204 204', 'the desk may bind one to three at a time, and the last one has it';
is join(', ', keys %shared), '', 'or while somebody signs in by it';

my $strict = clinic(programs => [qw(otp profiles)], set => { OPDESK_LIMIT_CODES_DAY => 5 });
my $chitra = $strict->as('patient');
save($chitra, phone => '+919811199010');
is join(' ', map { ask($chitra, '+919811199010')->status } 1 .. 3), '202 202 202', 'three codes within ten minutes';
error_is ask($chitra, '+919811199010'), 429, 'RATE_LIMITED', 'and no fourth';
save($chitra, phone => '+919811199011');
error_is ask($chitra, '+919811199011'), 429, 'RATE_LIMITED', 'nor to another phone';
error_is $strict->visitor->post('/api/auth/otp/request', { phone => '+919811199010' }), 429, 'RATE_LIMITED', 'nor to that phone in another way';
$strict->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '601 seconds' FROM unnest(uses) u)");
is join(' ', map { ask($chitra, '+919811199011')->status } 1 .. 3), '202 202 429', 'and a clinic has its budget for a day';

# One patient does not use that up.
my $many = clinic(programs => [qw(otp profiles)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $chatty = $many->as('patient');
my @sent = map {
	save($chatty, phone => "+9198111991$_");
	$many->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '601 seconds' FROM unnest(uses) u)");
	ask($chatty, "+9198111991$_");
} 10 .. 22;
is join(' ', map { $_->status } @sent), join(' ', (202) x 12, 429), 'a patient has twelve codes to prove addresses with in a day';
cmp_ok $sent[-1]->header('Retry-After'), '>', 3600, 'and waits for the next';
is $many->psql("SELECT count(*) FROM core.outbox WHERE kind = 'code'"), 12, 'none is sent beyond';

contract_is_kept;
done_testing;
