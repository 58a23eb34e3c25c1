#!/usr/bin/perl
# The first load of the booking site, weighed and timed: publicload.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('publicload');
