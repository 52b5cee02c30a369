import { expect, test } from 'vitest';
import { prsist } from '../cli/world.ts';

// The expected side is a literal: what `prsist --help` says changes only on purpose.
const help = `prsist: the memory your coding agents share

Usage: prsist <command> [options]

Every day
  init [directory]    make this directory a project: hooks of the agents, git hooks, past sessions
  setup               once per person: hooks of the agents, and which repositories are captured
  status              is everything captured, link by link; handoffs, sessions, disk
  dashboard           look at it all, live: sessions, search, cache, sync, health, activity
  resume [id]         what an agent would be told now
  handoff <agent>     hand the current session over to another agent (or: accept, decline)
  remember <text>     keep a decision, fact, preference, lesson or note
  search <query>      find it again, in everything remembered
  sessions            sessions, latest activity first
  today               what the agents did: asks, files, commits, failed commands
  usage               tokens and cost by day, agent, model or session
  pause [duration]    take nothing in for a time, here or everywhere
  forget              erase a session or an entry for good
  erase               erase for good on all devices and remotes: by text, by person; what became of it
  import [package]    take in the transcripts that are already there, or a memory package
  export              write what a project remembers into one sealed file, for another person or machine
  doctor              what is broken, why it matters, and what mends it (--fix, --deep, --report)
  demo                see the whole loop in a throw-away home
  help <command>      options and examples of a command
  help all            every command

Everywhere
  --project <id|name|dir>   another project than the one of this directory
  --json                    the reply as JSON
  --quiet                   no talk on stderr but errors
  --no-color                no colour
  --timeout <seconds>       how long to wait for an answer (30)
  --debug                   show the stack of an error

Examples
  prsist init --dry-run
  prsist search "why did we drop redis"
  prsist handoff codex --reason "rate limit"
`;

const commands =
  `init setup status dashboard resume handoff remember search sessions today usage pause forget import export doctor demo session blame events stats cache context brief task document bank project config redact daemon
store backup restore api token docs completion hook uninstall`.split(/\s+/);

test.each([[['--help']], [['-h']], [['help']], [[]]])('prsist %j', async (argv) => {
  expect(await prsist(argv)).toEqual({ exit: 0, stdout: help, stderr: '' });
});

test('help all names every command', async () => {
  const { exit, stdout } = await prsist(['help', 'all']);
  expect(exit).toBe(0);
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}( |$)`, 'm'));
});

test('--version', async () => {
  expect(await prsist(['--version'])).toEqual({ exit: 0, stdout: '0.1.0\n', stderr: '' });
});
