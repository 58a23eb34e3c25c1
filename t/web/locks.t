#!/usr/bin/perl
# Edit locks in a real browser, with two people at once.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('locks', set => { OPDESK_LIMIT_SENSITIVE => 0 });
