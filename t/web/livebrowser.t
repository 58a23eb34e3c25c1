#!/usr/bin/perl
# The npm clients in a real browser, under the pages' own policy: livebrowser.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('livebrowser', hub => 1, set => { OPDESK_LIVE_CONNECTIONS => 0, OPDESK_LIVE_RATE => 0 });
