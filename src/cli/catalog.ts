// Every command there is: its name, what it does, and how to load it. Nothing of a command is evaluated before it is asked for.
import type { Register } from './cli.ts';

export interface CatalogEntry {
  readonly name: string;
  /** Arguments as help shows them. */
  readonly usage: string;
  readonly summary: string;
  readonly group: 'everyday' | 'more';
  readonly load: () => Promise<{ readonly register: Register }>;
}

export const catalog: readonly CatalogEntry[] = [
  {
    name: 'init',
    usage: '[directory]',
    summary: 'make this directory a project: hooks of the agents, git hook, past sessions',
    group: 'everyday',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'status',
    usage: '',
    summary: 'is everything captured, link by link; handoffs, sessions, disk',
    group: 'everyday',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'resume',
    usage: '[id]',
    summary: 'what an agent would be told now',
    group: 'everyday',
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'handoff',
    usage: '<agent>',
    summary: 'hand the current session over to another agent (or: accept, decline)',
    group: 'everyday',
    load: () => import('./commands/handoff.ts'),
  },
  {
    name: 'remember',
    usage: '<text>',
    summary: 'keep a decision, fact, preference, lesson or note',
    group: 'everyday',
    load: () => import('./commands/remember.ts'),
  },
  {
    name: 'search',
    usage: '<query>',
    summary: 'find it again, in everything remembered',
    group: 'everyday',
    load: () => import('./commands/search.ts'),
  },
  {
    name: 'sessions',
    usage: '',
    summary: 'sessions, latest activity first',
    group: 'everyday',
    load: () => import('./commands/sessions.ts'),
  },
  {
    name: 'import',
    usage: '',
    summary: 'take in the transcripts that are already there',
    group: 'everyday',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'demo',
    usage: '',
    summary: 'see the whole loop in a throw-away home',
    group: 'everyday',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'session',
    usage: 'start|resume|message|handoff|accept|decline|end|list|show|messages|context',
    summary: 'work with one session',
    group: 'more',
    load: () => import('./commands/session.ts'),
  },
  {
    name: 'context',
    usage: 'store|get|list|delete',
    summary: 'work with context entries',
    group: 'more',
    load: () => import('./commands/context.ts'),
  },
  {
    name: 'brief',
    usage: '',
    summary: 'the text an agent starts with, and why each line is in it',
    group: 'more',
    load: () => import('./commands/brief.ts'),
  },
  {
    name: 'task',
    usage: 'add|update|list',
    summary: 'tasks of the project and of sessions',
    group: 'more',
    load: () => import('./commands/task.ts'),
  },
  {
    name: 'document',
    usage: 'put|get|list|history|retire|restore',
    summary: 'files and texts that are kept with their history: Markdown, code, HTML, PDF, office files',
    group: 'more',
    load: () => import('./commands/document.ts'),
  },
  {
    name: 'bank',
    usage: 'import|export|sync|watch',
    summary: 'memory banks: Markdown files and memory, merged both ways',
    group: 'more',
    load: () => import('./commands/bank.ts'),
  },
  {
    name: 'project',
    usage: 'list|show',
    summary: 'the projects known here',
    group: 'more',
    load: () => import('./commands/project.ts'),
  },
  {
    name: 'config',
    usage: 'explain',
    summary: 'every setting: what it is now, where that comes from, what it may be',
    group: 'more',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'daemon',
    usage: 'run|start|stop|status|logs',
    summary: 'the process that holds the memory; it starts by itself',
    group: 'more',
    load: () => import('./commands/daemon.ts'),
  },
  {
    name: 'store',
    usage: 'verify|rebuild',
    summary: 'check the database of this project, or compute its rows again',
    group: 'more',
    load: () => import('./commands/store.ts'),
  },
  {
    name: 'api',
    usage: '<noun.verb> [json]',
    summary: 'any operation, JSON in and out',
    group: 'more',
    load: () => import('./commands/api.ts'),
  },
  {
    name: 'uninstall',
    usage: '',
    summary: 'take prsist out of every agent and project; what is remembered stays',
    group: 'more',
    load: () => import('./commands/uninstall.ts'),
  },
];
