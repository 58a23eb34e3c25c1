#!/usr/bin/perl
# The sync client against a clinic of its own: syncserver.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('syncserver');
