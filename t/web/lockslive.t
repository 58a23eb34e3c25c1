#!/usr/bin/perl
# Edit locks in a real browser, as the hub tells of them.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('lockslive', hub => 1, set => { OPDESK_LIMIT_SENSITIVE => 0 });
