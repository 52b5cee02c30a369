// Loaded into every Node of a test (NODE_OPTIONS=--require): writes one line for whatever leaves this process.
'use strict';
const fs = require('node:fs');
const file = process.env.PRSIST_TEST_NETWORK_LOG;

function note(kind, what) {
  fs.appendFileSync(file, `${JSON.stringify({ kind, what: String(what), pid: process.pid })}\n`);
}

function wrap(owner, name, tell) {
  const real = owner[name];
  owner[name] = function recorded(...args) {
    tell(...args);
    return Reflect.apply(real, this, args);
  };
}

note('begun', process.argv[1]);
// each is reached by everything above it: http, https, fetch and TLS connect through net
wrap(require('node:net').Socket.prototype, 'connect', (...args) => {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'string') note('unix', first);
  else if (first && first.path) note('unix', first.path);
  else note('tcp', JSON.stringify(first));
});
wrap(require('node:net').Server.prototype, 'listen', (first) => {
  const path = typeof first === 'string' ? first : first && first.path;
  note(path ? 'listen-unix' : 'listen-tcp', path || JSON.stringify(first));
});
const dns = require('node:dns');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  wrap(dns, name, (host) => note('dns', host));
  if (dns.promises[name]) wrap(dns.promises, name, (host) => note('dns', host));
}
for (const name of ['send', 'connect', 'bind']) {
  wrap(require('node:dgram').Socket.prototype, name, () => note('udp', name));
}
const children = require('node:child_process');
for (const name of ['spawn', 'spawnSync', 'exec', 'execFile', 'execFileSync', 'execSync', 'fork']) {
  wrap(children, name, (program, args) => note('program', [program, ...(Array.isArray(args) ? args : [])].join(' ')));
}
