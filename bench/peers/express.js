// express.js - the clinic's list and booking, as one writes it with Express and pg.
'use strict';
const express = require('express');
const { open, callerOf, start } = require('./clinic');

start((port) => {
  const clinic = open();
  const app = express();
  const answer = (status, work) => async (req, res) => {
    try {
      res.status(status).json(await work(req));
    } catch (e) {
      res.status(e.status || 500).json({ code: e.message });
    }
  };

  app.use(express.json());
  app.use((req, res, next) => {
    try {
      req.caller = callerOf(req.headers);
      next();
    } catch {
      res.status(401).json({ code: 'UNAUTHENTICATED' });
    }
  });
  app.get('/api/appointments', answer(200, (req) => clinic.list(req.caller, req.query)));
  app.get('/api/appointments/:id', answer(200, (req) => clinic.one(req.caller, req.params.id)));
  app.post('/api/reservations', answer(201, (req) => clinic.reserve(req.caller, req.body)));
  app.post('/api/appointments', answer(201, (req) => clinic.book(req.caller, req.body)));
  app.listen(port, '127.0.0.1', 4096);
});
