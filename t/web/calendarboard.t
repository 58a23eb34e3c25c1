#!/usr/bin/perl
# The same cases as calendarboard.mjs, under prove.
use v5.36;
my $top = $ENV{OPDESK_SRCDIR} // '.';
exec 'node', '--test-reporter=tap', "$top/t/web/calendarboard.mjs" or die "node: $!";
