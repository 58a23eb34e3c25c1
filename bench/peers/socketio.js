// socketio.js - what is posted to /pub goes to io.emit. WebSocket only, no compression.
'use strict';
const http = require('node:http');
const { Server } = require('socket.io');
const srv = http.createServer((req, res) => {
  if (req.method !== 'POST' || req.url !== '/pub') { res.statusCode = 404; return res.end(); }
  let b = '';
  req.setEncoding('utf8');
  req.on('data', (d) => { b += d; });
  req.on('end', () => { io.emit('m', b); res.end('ok'); });
});
const io = new Server(srv, { transports: ['websocket'], perMessageDeflate: false, pingInterval: 60000, pingTimeout: 60000 });
process.on('SIGTERM', () => process.exit(0));
srv.listen(Number(process.env.PORT), '127.0.0.1', 8192);
