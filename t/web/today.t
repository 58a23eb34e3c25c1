#!/usr/bin/perl
# Today in a real browser, on a clinic of its own: today.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('today');
