#!/usr/bin/perl
# A patient confirms a new phone in a real browser, on a clinic of its own: addresses.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('addresses', hub => 1, set => { OPDESK_LIMIT_SENSITIVE => 0 });
