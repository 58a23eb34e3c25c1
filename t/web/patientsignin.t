#!/usr/bin/perl
# How a patient signs in, in a real browser, on a clinic of its own: patientsignin.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('patientsignin', set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
