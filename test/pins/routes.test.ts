import { expect, test } from 'vitest';
import { socketDoor } from '../../src/daemon/doors.ts';
import { createServer } from '../../src/daemon/server.ts';
import { operations } from '../../src/features/operations.ts';

// The expected side is a literal: what is published with another method or path than the one the client uses.
const published = [
  ['GET', '/memory/health', 'system.health', {}],
  ['POST', '/memory/session/resume/S', 'session.resume', { session_id: 'S' }],
  ['GET', '/memory/session/context/S?recent=7', 'session.context', { session_id: 'S', recent: 7 }],
] as const;

// Published, and the same as the client's own.
const plain =
  `config/explain context/store context/retrieve context/search context/list context/delete context/restore context/history
context/tag context/link context/trust context/feedback stats/get session/start session/message
session/handoff session/end session/list session/show session/messages session/accept session/decline session/handoffs
task/add task/update task/list search/query brief/get capture/event capture/import capture/status capture/redact capture/pause capture/unpause project/init project/list
project/show project/uninstall project/rename project/link project/remove stats/today stats/usage stats/disk store/verify store/rebuild
store/erase store/erasures store/compact store/backup store/backups store/restore config/get config/set config/check
config/schema system/doctor system/setup project/unlisted project/decline job/show job/cancel system/drain
token/new token/list token/revoke session/put session/compact session/export session/blame job/list batch/run document/put document/import
document/get document/list document/history document/delete document/restore bank/import bank/export bank/sync
activity/heartbeat activity/list activity/summary cache/audit cache/plan document/trust trust/list trust/revert hygiene/get vectors/forget
cache/stats cache/explain cache/clear cache/evict cache/load cache/warm cache/templates
tensor/list tensor/place tensor/adopt tensor/find tensor/failed tensor/drop tensor/verify remote/add remote/list remote/remove remote/test
device/list device/invite device/asking device/admit device/join device/joined device/cancel device/revoke device/rename
recovery/create recovery/confirm recovery/test recovery/join
 package/export package/import package/list
 conflict/list conflict/show conflict/resolve sync/run sync/preview sync/status sync/verify`.split(/\s+/);

function listening() {
  const asked: [string, unknown][] = [];
  const server = createServer({
    ...{
      door: socketDoor('t', () => 'ana'),
      accepting: () => true,
      onRequest: () => undefined,
      onBug: () => undefined,
    },
    redact: (text) => text,
    async dispatch({ operation, body }) {
      asked.push([operation, body]);
      return { reply: {}, status: 200, replayed: false };
    },
  });
  const send = (method: 'GET' | 'POST', url: string) =>
    server.inject({ method, url, headers: { authorization: 'Bearer t' } });
  return { asked, send };
}

test.each(published)('PN4: %s %s is %s', async (method, url, operation, body) => {
  const { asked, send } = listening();
  expect((await send(method, url)).statusCode).toBe(200);
  expect(asked).toEqual([[operation, body]]);
});

test('PN5: every other published route is POST /memory/<noun>/<verb> of an operation that is there', async () => {
  const { asked, send } = listening();
  for (const path of plain) expect((await send('POST', `/memory/${path}`)).statusCode).toBe(200);
  const names = asked.map(([operation]) => operation);
  expect(names.filter((name) => !(name in operations))).toEqual([]);
  const all = new Set([...names, ...published.map(([, , operation]) => operation)]);
  expect(Object.keys(operations).filter((name) => !all.has(name))).toEqual([]);
});
