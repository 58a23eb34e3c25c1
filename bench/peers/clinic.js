// clinic.js - what both applications do for a request: the token is verified,
// the session is checked in the transaction of the request, and the same SQL
// runs that opdesk's programs run, prepared, on the same rows.
'use strict';
const crypto = require('node:crypto');
const cluster = require('node:cluster');
const jwt = require('jsonwebtoken');
const { Pool } = require('pg');

const { PORT, PEER_DB_HOST, PEER_SECRET, PEER_PROCESSES = '2' } = process.env;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const ENTER = 'SELECT * FROM auth.enter($1::uuid, $2::bytea, $3::text)';
const LIST = 'SELECT * FROM api.appointments_of_doctor($1::text[], $2::uuid, $3::uuid, $4::date, $5::date, $6::text, $7::timestamptz, $8::uuid, $9::int)';
const ONE = 'SELECT * FROM api.appointment($1::uuid)';
const RESERVE = 'SELECT body, refusal FROM api.reserve($1::uuid, $2::timestamptz, $3::uuid, $4::uuid, $5::bytea, $6::text, $7::int)';
const BOOK = 'SELECT body, refusal FROM api.book($1::jsonb, $2::bytea, $3::uuid, $4::bytea)';

function open() {
  const pool = new Pool({ host: PEER_DB_HOST, user: 'opdesk_web', database: 'opdesk' });

  async function transaction(begin, caller, work) {
    const db = await pool.connect();
    try {
      await db.query(begin);
      await db.query({ name: 'enter', text: ENTER, values: [caller.session, caller.secret, caller.host] });
      const answer = await work(db);
      await db.query('COMMIT');
      return answer;
    } catch (e) {
      await db.query('ROLLBACK').catch(() => {});
      throw e;
    } finally {
      db.release();
    }
  }

  async function list(caller, query) {
    const limit = Number(query.limit || 50);
    const [time, id] = query.cursor ?
      Buffer.from(query.cursor, 'base64url').toString().split('|') : ['infinity', FIRST_ID];
    const { rows } = await transaction('BEGIN READ ONLY', caller, (db) => db.query({
      name: 'list', text: LIST, values: [null, null, null, null, null, null, time, id, limit + 1] }));
    const items = rows.slice(0, limit), last = items[limit - 1];
    const next = rows.length > limit ?
      Buffer.from(`${last.startsAt ? last.startsAt.toISOString() : 'infinity'}|${last.id}`).toString('base64url') : null;
    return { items, nextCursor: next };
  }

  async function one(caller, id) {
    const { rows } = await transaction('BEGIN READ ONLY', caller, (db) => db.query({ name: 'one', text: ONE, values: [id] }));
    return { appointment: rows[0] };
  }

  // Who does not give up a refusal's transaction would keep what it wrote.
  const written = ({ rows: [{ body, refusal }] }) => {
    if (refusal)
      throw Object.assign(new Error(refusal), { status: 409 });
    return body;
  };

  async function reserve(caller, wish) {
    const token = crypto.randomBytes(32).toString('base64url');
    const body = await transaction('BEGIN', caller, async (db) => written(await db.query({ name: 'reserve', text: RESERVE,
      values: [wish.doctorId, wish.startsAt, wish.serviceId, crypto.randomUUID(), hash(token), '127.0.0.1', 0] })));
    return { ...body, token };
  }

  async function book(caller, { reservationToken, ...members }) {
    const token = crypto.randomBytes(32).toString('base64url');
    const body = await transaction('BEGIN', caller, async (db) => written(await db.query({ name: 'book', text: BOOK,
      values: [members, hash(reservationToken), crypto.randomUUID(), hash(token)] })));
    return { ...body, editToken: token };
  }

  return { list, one, reserve, book };
}

const hash = (text) => crypto.createHash('sha256').update(text).digest();

// Who is asking, or an error: a stranger has no token, others a valid one.
function callerOf(headers) {
  const host = (headers.host || '').split(':')[0];
  if (!headers.authorization)
    return { session: null, secret: null, host };
  const claims = jwt.verify(headers.authorization.replace(/^Bearer /, ''), PEER_SECRET, { algorithms: ['HS256'] });
  return { session: claims.sid, secret: Buffer.from(claims.sec, 'base64url'), host };
}

function start(serve) {
  process.on('SIGTERM', () => process.exit(0));
  if (!cluster.isPrimary)
    return serve(Number(PORT));
  for (let i = 0; i < Number(PEER_PROCESSES); i++)
    cluster.fork();
}

module.exports = { open, callerOf, start };
