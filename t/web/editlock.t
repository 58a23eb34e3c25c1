#!/usr/bin/perl
# The edit lock as one window sees it: www/src/staff/panel/lock.js, without a
# browser, against a server of a few lines.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_node('editlock');
