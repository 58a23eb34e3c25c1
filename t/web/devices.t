#!/usr/bin/perl
# A device that waits for an administrator, in a real browser, on a clinic of its own.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('devices', set => { OPDESK_DEVICE_APPROVAL => 'required', OPDESK_LIMIT_SENSITIVE => 100 });
