// fastify.js - the same with Fastify.
'use strict';
const fastify = require('fastify');
const { open, callerOf, start } = require('./clinic');

start((port) => {
  const clinic = open();
  const app = fastify({ logger: false });

  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (req, reply) => {
    try {
      req.caller = callerOf(req.headers);
    } catch {
      return reply.code(401).send({ code: 'UNAUTHENTICATED' });
    }
  });
  app.setErrorHandler((e, req, reply) => reply.code(e.status || 500).send({ code: e.message }));
  app.get('/api/appointments', (req) => clinic.list(req.caller, req.query));
  app.get('/api/appointments/:id', (req) => clinic.one(req.caller, req.params.id));
  app.post('/api/reservations', async (req, reply) => reply.code(201).send(await clinic.reserve(req.caller, req.body)));
  app.post('/api/appointments', async (req, reply) => reply.code(201).send(await clinic.book(req.caller, req.body)));
  app.listen({ port, host: '127.0.0.1', backlog: 4096 });
});
