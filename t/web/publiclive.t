#!/usr/bin/perl
# The booking site while others book and the network goes: publiclive.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('publiclive');
