#!/usr/bin/perl
# The availability editor in a real browser, on a clinic of its own: availability.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('availability');
