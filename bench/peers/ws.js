// ws.js - what is posted to /pub goes to every client. No compression.
'use strict';
const http = require('node:http');
const { WebSocketServer } = require('ws');
const srv = http.createServer((req, res) => {
  if (req.method !== 'POST' || req.url !== '/pub') { res.statusCode = 404; return res.end(); }
  let b = '';
  req.setEncoding('utf8');
  req.on('data', (d) => { b += d; });
  req.on('end', () => { for (const c of wss.clients) if (c.readyState === 1) c.send(b); res.end('ok'); });
});
const wss = new WebSocketServer({ server: srv, perMessageDeflate: false, clientTracking: true });
process.on('SIGTERM', () => process.exit(0));
srv.listen(Number(process.env.PORT), '127.0.0.1', 8192);
