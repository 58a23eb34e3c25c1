#!/usr/bin/perl
# Moving visits in the calendar, in a real browser, on a clinic of its own: calendarmove.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('calendarmove');
