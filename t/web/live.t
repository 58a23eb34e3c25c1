#!/usr/bin/perl
# Pages that hear of what happens, with a hub that goes and comes: live.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('live');
