#!/usr/bin/perl
# The patient's page in a real browser, on a clinic of its own: patient.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('patient', hub => 1, set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
