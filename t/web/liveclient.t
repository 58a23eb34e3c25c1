#!/usr/bin/perl
# The live client by itself, with a hub of its own: liveclient.mjs, under prove.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib";
use lib "$Bin/../lib";
use Web;

in_node('liveclient');
