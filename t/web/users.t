#!/usr/bin/perl
# Users, roles and one's own sessions, in a real browser, on a clinic of its own.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('users', set => { OPDESK_LIMIT_SENSITIVE => 0 });
