#!/usr/bin/perl
# What cannot be booked online is offered by no page, in a real browser.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('offered', set => { OPDESK_LIMIT_SENSITIVE => 0 });
