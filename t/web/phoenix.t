#!/usr/bin/perl
# The npm client phoenix, as it is published, at the hub: phoenix.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('phoenix', hub => 1, set => { OPDESK_LIVE_CONNECTIONS => 0, OPDESK_LIVE_RATE => 0 });
