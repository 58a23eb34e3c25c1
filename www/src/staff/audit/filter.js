/*
 * filter.js - what of the record is looked at: { actor, action, object,
 * objectId, from, to }, each null when it does not matter; in the address, so
 * that it can be sent to somebody.
 */
export const names = ['actor', 'action', 'object', 'objectId', 'from', 'to'];

export const actions = ['created', 'updated', 'deleted', 'read', 'signed_in', 'signed_out', 'ended', 'refused', 'taken_over', 'force_released', 'forgotten'];
export const objects = ['appointment', 'message', 'patient', 'reach', 'doctor', 'rule', 'exception', 'service', 'account', 'second_factor', 'password_link', 'device', 'session', 'lock', 'slot', 'clinic', 'system_config', 'audit'];

const shapes = { from: /^\d{4}-\d\d-\d\d$/, to: /^\d{4}-\d\d-\d\d$/, actor: /^[0-9a-f-]{36}$/, objectId: /^[0-9a-f-]{36}$/, action: /^[a-z_]{1,40}$/, object: /^[a-z_]{1,40}$/ };

/** What an address says; what it cannot mean is left out. */
export const read = (query) => Object.fromEntries(names.map((name) => {
  const value = query.get(name);
  return [name, value && shapes[name].test(value) ? value : null];
}));

const said = (filter) => new URLSearchParams(names.filter((name) => filter[name]).map((name) => [name, filter[name]])).toString();

export const link = (filter) => `/staff/audit${said(filter) && `?${said(filter)}`}`;
export const path = (filter) => `/api/admin/audit${said(filter) && `?${said(filter)}`}`;
export const isSet = (filter) => names.some((name) => filter[name]);
