#!/usr/bin/perl
# The day sheet in a real browser, on a clinic of its own: daysheet.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('daysheet');
