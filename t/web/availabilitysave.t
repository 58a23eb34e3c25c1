#!/usr/bin/perl
# Saving hours, in a real browser, on a clinic of its own: availabilitysave.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('availabilitysave');
