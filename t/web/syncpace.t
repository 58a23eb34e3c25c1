#!/usr/bin/perl
# When the sync client asks: the same cases as syncpace.mjs, under prove.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib";
use lib "$Bin/../lib";
use Web;

in_node('syncpace');
