#!/usr/bin/perl
# The same cases as weekhours.mjs, under prove.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib";
use lib "$Bin/../lib";
use Web;

in_node('weekhours');
