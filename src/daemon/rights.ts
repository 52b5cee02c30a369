// What a token may ask for: the one place where that is decided. What is not named here needs admin.
import { PrsistError } from '../core/errors.ts';
import type { Effect } from '../core/operation.ts';
import { type Rights, rights } from '../core/words.ts';
import type { Caller, ProjectRef } from '../features/feature.ts';

export interface Wish {
  readonly name: string;
  readonly effect: Effect;
  /** As it came in, not yet checked. */
  readonly body: unknown;
  readonly caller: Caller;
}

/** Nouns that live in a project: reading needs read, changing needs write. */
const byEffect = /^(?:context|session|task|document|search|brief|activity|stats\.(?:get|today|usage)|conflict)\b/;
/** They name files of this machine, which a token of another program has no business with. */
const filesOfOurs = new Set(['session.export', 'document.import', 'cache.audit']);
/** What lifts a text above what its origin gives it. */
const decidedByPeople = new Set(['context.trust', 'document.trust', 'trust.list', 'trust.revert']);
const reading = new Set([
  'system.health',
  'system.metrics',
  'system.docs',
  'system.events',
  'capture.status',
  'job.show',
]);
const readingAll = new Set(['project.list', 'project.show', 'stats.disk']);
const writing = new Set(['capture.event', 'batch.run']);

/** Where a token of one project may go besides what lives in it. */
const withProject = new Set([
  'system.health',
  'system.docs',
  'system.events',
  'capture.status',
  'job.show',
  'batch.run',
]);
/** Operations that look at rows of their own tenant or user only; every other one looks over the whole project. */
const withOwner = /^(?:context|session|task)\.|^batch\.run$|^system\.(?:health|docs)$/;

/** Throws auth/refused when a caller's token does not allow what is asked, or names what it is not bound to. */
export function authorise(wish: Wish): void {
  const { caller, name } = wish;
  if (caller.rights === undefined) return;
  const needed = neededRights(wish);
  if (rights.indexOf(caller.rights) < rights.indexOf(needed)) {
    throw refused(`${name} needs a token with the right ${needed}, this one has ${caller.rights}`);
  }
  requireBounds(wish);
}

/** Throws auth/refused when a request is about another project than its token is bound to. */
export function requireProject(caller: Caller, project: ProjectRef): void {
  const own = caller.bound?.project;
  if (own !== undefined && own !== project.id) throw refused('this token is bound to another project');
}

function neededRights({ name, effect, body }: Wish): Rights {
  if (memberOf(body, 'with_patch') === true) return 'admin'; // reads files of this machine
  if (filesOfOurs.has(name) || decidedByPeople.has(name)) return 'admin';
  if (reading.has(name) || readingAll.has(name)) return 'read';
  if (writing.has(name)) return 'write';
  if (byEffect.test(name)) return effect === 'read' ? 'read' : 'write';
  return 'admin';
}

function requireBounds({ name, body, caller: { bound = {} } }: Wish): void {
  const { tenant, user, project } = bound;
  if ((tenant !== undefined || user !== undefined) && !withOwner.test(name)) {
    const owner = tenant === undefined ? 'user' : 'tenant';
    throw refused(`${name} looks over a whole project, and this token is bound to one ${owner}`);
  }
  if (project !== undefined && !byEffect.test(name) && !withProject.has(name)) {
    throw refused(`${name} looks beyond the one project this token is bound to`);
  }
  if (tenant === undefined && (user ?? project) !== undefined) requireSame(body, 'tenant_id', '');
  requireSame(body, 'tenant_id', tenant);
  requireSame(body, 'user_id', user);
  requireSame(body, 'project', project);
  if (project === undefined) return;
  const named = memberOf(body, 'projects');
  const others = Array.isArray(named) ? named.filter((each) => each !== 'this' && each !== project) : [];
  if (others.length > 0) throw refused('this token is bound to another project', 'projects');
}

function requireSame(body: unknown, name: string, own: string | undefined): void {
  const given = memberOf(body, name);
  if (own === undefined || given === undefined || given === null || given === own) return;
  throw refused(`this token is bound to another ${name.replace('_id', '')}`, name);
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
}

function refused(message: string, field?: string): PrsistError {
  return new PrsistError('auth/refused', message, {
    ...{ hint: 'prsist token new makes a token with other rights or bounds' },
    ...(field === undefined ? {} : { field }),
  });
}
