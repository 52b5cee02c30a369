// Run as a process by the tests of starting and replacing: listens, publishes itself, answers everything with its own
// protocol number, leaves when drained. SMALL_DAEMON decides how: serve, error (writes start-error.json), mute (stays and says nothing),
// old (refuses everything but draining), leaving (old, and no longer listening once it has refused somebody).
import fs from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { protocol } from '../../src/core/protocol.ts';

const state = join(process.env.PRSIST_HOME ?? '', 'state');
const manner = process.argv[2] ?? process.env.SMALL_DAEMON;
const isOld = manner === 'old' || manner === 'leaving';
const proto = isOld ? protocol - 1 : protocol;

const server = http.createServer(answer);

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  request.resume();
  if (request.url === '/memory/system/drain' && request.headers['x-prsist-proto'] === String(proto)) {
    response.end(JSON.stringify({ success: true, draining: true }), () => process.exit(0));
  } else if (isOld) {
    if (manner === 'leaving') leave();
    response.statusCode = 426;
    response.end(JSON.stringify({ success: false, error: { code: 'daemon/version-skew', message: 'old', hint: 'x' } }));
  } else {
    response.end(JSON.stringify({ success: true, proto, pid: process.pid }));
  }
}

function leave(): void {
  server.close();
  setTimeout(() => process.exit(0), 200);
}

function publish(socket: string): void {
  const endpoint = { socket, token: 'cd'.repeat(32), pid: process.pid, start: '', proto };
  fs.writeFileSync(join(state, 'new'), JSON.stringify({ ...endpoint, version: isOld ? '0.0.9' : '0.1.0' }));
  fs.renameSync(join(state, 'new'), join(state, 'endpoint.json'));
}

if (manner === 'error') {
  const error = {
    code: 'store/network-disk',
    message: 'on a network disk',
    hint: 'move it',
    at: new Date().toISOString(),
  };
  fs.writeFileSync(join(state, 'start-error.json'), JSON.stringify(error));
} else if (manner === 'mute') {
  setTimeout(() => process.exit(0), 5_000);
} else if (manner === 'serve' || isOld) {
  const socket = join(state, `d-${process.pid}.sock`);
  server.listen(socket, () => publish(socket));
  setTimeout(() => process.exit(0), 20_000).unref();
  setTimeout(() => process.exit(0), 25_000); // never left behind, whatever a test does
}
