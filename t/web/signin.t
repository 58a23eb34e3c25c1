#!/usr/bin/perl
# Signing in and out in a real browser, on a clinic of its own: signin.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('signin');
