#!/usr/bin/perl
# The booking site in a real browser, on a clinic of its own: public.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('public');
