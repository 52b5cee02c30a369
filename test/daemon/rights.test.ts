import { expect, test } from 'vitest';
import type { Rights } from '../../src/core/words.ts';
import { authorise, requireProject } from '../../src/daemon/rights.ts';
import type { Bound } from '../../src/features/feature.ts';
import { operations } from '../../src/features/operations.ts';

function refused(name: string, rights: Rights | undefined, body: unknown = {}, bound: Bound = {}): string {
  const effect = operations[name as keyof typeof operations]?.effect ?? 'read';
  const caller = { user: 'ana', origin: 'human' as const, ...(rights ? { rights, bound } : {}) };
  try {
    authorise({ name, effect, body, caller });
    return 'allowed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'bug';
  }
}
const needed = (name: string) =>
  (['read', 'write', 'admin'] as const).find((each) => refused(name, each) === 'allowed');

// The expected side is a literal: a new operation is for admin until somebody says otherwise here.
const table = `
activity.heartbeat write
activity.list read
activity.summary read
bank.export admin
bank.import admin
bank.sync admin
batch.run write
brief.get read
cache.audit admin
cache.clear admin
cache.evict admin
cache.explain admin
cache.load admin
cache.plan admin
cache.stats admin
cache.templates admin
cache.warm admin
capture.event write
capture.import admin
capture.pause admin
capture.redact admin
capture.status read
capture.unpause admin
config.check admin
config.explain admin
config.get admin
config.schema admin
config.set admin
conflict.list read
conflict.resolve write
conflict.show read
context.delete write
context.feedback write
context.history read
context.link write
context.list read
context.restore write
context.retrieve read
context.search read
context.store write
context.tag write
context.trust admin
device.admit admin
device.asking admin
device.cancel admin
device.invite admin
device.join admin
device.joined admin
device.list admin
device.rename admin
device.revoke admin
document.delete write
document.get read
document.history read
document.import admin
document.list read
document.put write
document.restore write
document.trust admin
hygiene.get admin
job.cancel admin
job.list admin
job.show read
package.export admin
package.import admin
package.list admin
project.decline admin
project.init admin
project.link admin
project.list read
project.remove admin
project.rename admin
project.show read
project.uninstall admin
project.unlisted admin
recovery.confirm admin
recovery.create admin
recovery.join admin
recovery.test admin
remote.add admin
remote.list admin
remote.remove admin
remote.test admin
search.query read
session.accept write
session.blame read
session.compact write
session.context read
session.decline write
session.end write
session.export admin
session.handoff write
session.handoffs read
session.list read
session.message write
session.messages read
session.put write
session.resume write
session.show read
session.start write
stats.disk read
stats.get read
stats.today read
stats.usage read
store.backup admin
store.backups admin
store.compact admin
store.erase admin
store.erasures admin
store.rebuild admin
store.restore admin
store.verify admin
sync.preview admin
sync.run admin
sync.status admin
sync.verify admin
system.doctor admin
system.drain admin
system.health read
system.setup admin
task.add write
task.list read
task.update write
tensor.adopt admin
tensor.drop admin
tensor.failed admin
tensor.find admin
tensor.list admin
tensor.place admin
tensor.verify admin
token.list admin
token.new admin
token.revoke admin
trust.list admin
trust.revert admin
vectors.forget admin
`;

test('HT20: what each operation needs; what nobody thought of needs admin', () => {
  expect(
    Object.keys(operations)
      .sort()
      .map((name) => `${name} ${needed(name)}`),
  ).toEqual(table.trim().split('\n'));
  expect(needed('later.thing')).toBe('admin');
  expect(needed('system.metrics')).toBe('read');
  expect(refused('token.new', undefined)).toBe('allowed');
});

test('HT21: a token bound to a tenant, user or project names no other and looks nowhere else', () => {
  const tenant = (name: string, body: unknown) => refused(name, 'admin', body, { tenant: 'acme' });
  expect(tenant('session.start', { tenant_id: 'acme' })).toBe('allowed');
  expect(tenant('session.start', { tenant_id: 'other' })).toBe('auth/refused');
  expect(tenant('context.store', { tenant_id: ['acme'] })).toBe('auth/refused');
  for (const name of ['search.query', 'brief.get', 'project.list', 'token.list', 'system.metrics', 'system.events']) {
    expect(tenant(name, {})).toBe('auth/refused');
  }
  const user = (body: unknown) => refused('session.list', 'read', body, { user: 'bob' });
  expect([user({ user_id: 'bob' }), user({ user_id: 'ana' })]).toEqual(['allowed', 'auth/refused']);
  const project = (name: string, body: unknown) => refused(name, 'admin', body, { project: 'p1' });
  expect(project('search.query', { projects: ['this', 'p1'] })).toBe('allowed');
  expect(project('search.query', { projects: ['*'] })).toBe('auth/refused');
  for (const name of ['project.list', 'token.new', 'system.drain', 'store.rebuild', 'system.metrics']) {
    expect(project(name, {})).toBe('auth/refused');
  }
  const caller = { user: 'ana', origin: 'human' as const, bound: { project: 'p1' } };
  expect(() => requireProject(caller, { id: 'p1', name: 'x' })).not.toThrow();
  expect(() => requireProject(caller, { id: 'p2', name: 'p1' })).toThrow(
    expect.objectContaining({ code: 'auth/refused' }),
  );
});
