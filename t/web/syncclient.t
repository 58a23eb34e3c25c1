#!/usr/bin/perl
# The sync client by itself: the same cases as syncclient.mjs, under prove.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib";
use lib "$Bin/../lib";
use Web;

in_node('syncclient');
