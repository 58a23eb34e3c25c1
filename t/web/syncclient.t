#!/usr/bin/perl
# The sync client by itself: the same cases as syncclient.mjs, under prove.
use v5.36;
my $top = $ENV{OPDESK_SRCDIR} // '.';
exec 'node', '--test-reporter=tap', "$top/t/web/syncclient.mjs" or die "node: $!";
