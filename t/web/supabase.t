#!/usr/bin/perl
# The npm client @supabase/realtime-js, as it is published, at the hub: supabase.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('supabase', hub => 1, set => { OPDESK_LIVE_CONNECTIONS => 0, OPDESK_LIVE_RATE => 0 });
