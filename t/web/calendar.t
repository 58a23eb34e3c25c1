#!/usr/bin/perl
# The staff calendar in a real browser, on a clinic of its own: calendar.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('calendar');
