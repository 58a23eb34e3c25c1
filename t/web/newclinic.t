#!/usr/bin/perl
# From a clinic of which nothing is known to its first visit, in a real browser.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('newclinic', set => { OPDESK_LIMIT_SENSITIVE => 0 });
