#!/usr/bin/perl
# What the hub tells the sync client: the cases of syncnews.mjs, under prove.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib";
use lib "$Bin/../lib";
use Web;

in_node('syncnews');
