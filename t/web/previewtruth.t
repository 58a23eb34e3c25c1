#!/usr/bin/perl
# The editor's preview and its warning against what the server does, in a
# clinic whose clocks change: previewtruth.mjs.
use v5.36;
use FindBin '$Bin';
use Opdesk::Test;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my $clinic = clinic();
$clinic->psql(q(UPDATE core.clinic SET time_zone = 'America/New_York'));
$clinic->psql(q(UPDATE core.service SET horizon = '500 days', notice = '0'));
$clinic->psql(q(DELETE FROM core.slot; DELETE FROM core.appointment));

local $ENV{OPDESK_URL} = $clinic->url;
local $ENV{OPDESK_TOKEN} = $clinic->token('admin');
system 'node', '--test-reporter=tap', "$top/t/web/previewtruth.mjs";
my $failed = $? ? 1 : 0;
undef $clinic;
exit $failed;
