#!/usr/bin/perl
# The reader of the API description in a real browser: docs.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('docs');
