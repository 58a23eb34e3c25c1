#!/usr/bin/perl
# The clinic, its doctors and its services, changed by an administrator in a real browser.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('clinic', set => { OPDESK_LIMIT_SENSITIVE => 0 });
