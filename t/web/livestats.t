#!/usr/bin/perl
# The admin's page on live connections, on a clinic of its own: livestats.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('livestats', hub => 0); # it reports in a hub's place
