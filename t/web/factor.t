#!/usr/bin/perl
# The second factor and one's own account in a real browser: factor.mjs.
use v5.36;
use FindBin '$Bin';
use lib "$FindBin::Bin/lib";
use Web;

in_browser('factor', set => { OPDESK_ADMIN_MFA => 'required', OPDESK_LIMIT_SENSITIVE => 0 });
