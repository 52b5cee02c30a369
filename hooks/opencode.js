// prsist for opencode: leave what happens in the spool, add the prepared brief. One file, no dependencies; nothing in it
// may throw, and everything it exports is a plug-in, so there is one export. It needs no daemon: it does what the sh hook
// of the other agents does, inside opencode's own process.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

const { HOME, PRSIST_HOME, PRSIST_SKIP_HOOKS, XDG_STATE_HOME } = process.env;
const home = HOME || homedir();
const bodyBytes = 262_145;

/** The text of a file, '' when there is none. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const state = PRSIST_HOME
  ? join(PRSIST_HOME, 'state')
  : read(join(home, '.local/share/prsist/state-dir')).split('\n')[0] ||
    join(XDG_STATE_HOME || join(home, '.local/state'), 'prsist');

/** Leaves one event: complete or not there. A full spool takes no tool events. */
function spool(event, pwd, body) {
  const directory = join(state, 'spool');
  const id = randomUUID();
  const temporary = join(directory, `.${id}-0.tmp`);
  try {
    if (PRSIST_SKIP_HOOKS || (event.startsWith('tool.') && existsSync(join(directory, '.full')))) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const where = /\n/.test(pwd) ? '' : `pwd ${pwd}\n`;
    const bytes = Buffer.from(JSON.stringify(body) ?? 'null').subarray(0, bodyBytes);
    const head = Buffer.from(`prsist-event 1\nagent opencode\nevent ${event}\npid ${process.pid}\n${where}\n`);
    writeFileSync(temporary, Buffer.concat([head, bytes]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, join(directory, `${id}-0.evt`));
  } catch {
    discard(temporary);
  }
}

function discard(path) {
  try {
    rmSync(path, { force: true });
  } catch {
    // the daemon sweeps what is left
  }
}

/** Nearest brief folder with this device's key, going up: [the one of this work tree, its git dir]. */
function briefFolder(start) {
  const key = read(join(state, 'brief-key')).trim();
  for (let at = resolve(start); key && at !== dirname(at) && at !== home; at = dirname(at)) {
    const linked = /^gitdir: (.+\/worktrees\/[^/\n]+)\s*$/.exec(read(join(at, '.git')))?.[1];
    const git = linked ? resolve(at, linked) : join(at, '.git');
    const common = dirname(dirname(git));
    for (const root of linked ? [at, common, common.replace(/\/\.git$/, '')] : [at]) {
      const found = join(root, '.prsist/brief', key);
      if (!existsSync(found)) continue;
      const own = join(found, 'wt', basename(git));
      return [linked && existsSync(own) ? own : found, git];
    }
  }
  return undefined;
}

/** Rendered for one branch; on another the plain one stands. A handoff is claimed by rename, so it is told once. */
function startText([folder, git]) {
  const head = read(join(folder, 'HEAD'));
  if (head.trim() && head.trim() !== read(join(git, 'HEAD')).trim()) return read(join(folder, 'opencode.plain'));
  const claimed = join(folder, `opencode.handoff.${process.pid}`);
  try {
    renameSync(join(folder, 'opencode.handoff'), claimed);
  } catch {
    return read(join(folder, 'opencode.start'));
  }
  return read(claimed);
}

/** opencode asks at every call of the model: other bytes than the first time would cost its prompt cache. */
function brief(session, directory) {
  if (PRSIST_SKIP_HOOKS || !/^[A-Za-z0-9._-]+$/.test(session ?? '')) return '';
  const kept = join(state, 'printed', `opencode.${session}`);
  if (existsSync(kept)) return read(kept);
  const found = briefFolder(directory);
  const text = found ? startText(found) : '';
  try {
    mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
    writeFileSync(kept, text, { mode: 0o600, flag: 'wx' });
  } catch {
    return read(kept) || text; // somebody was faster, or nothing can be written here
  }
  return text;
}

/** What the session needs after its context was summarised. */
function anchor(session, directory) {
  const found = briefFolder(directory);
  return found && /^[A-Za-z0-9._-]+$/.test(session ?? '') ? read(join(found[0], `opencode.${session}.compact`)) : '';
}

/** Adds a text to a list of opencode's, unless there is none or something is in the way. */
function add(list, text) {
  try {
    const added = text();
    if (added) list.push(added);
  } catch {
    // the agent goes on without it
  }
}

const wanted = new Set([
  ...['session.created', 'session.idle', 'session.error', 'session.compacted', 'session.deleted'],
  ...['file.edited', 'todo.updated', 'vcs.branch.updated'],
]);

export const PrsistPlugin = async ({ directory }) => ({
  event: async ({ event }) => {
    if (wanted.has(event?.type)) spool(event.type, directory, event.properties);
  },
  'chat.message': async (input, output) => spool('chat.message', directory, { ...input, parts: output?.parts }),
  'tool.execute.after': async (input, output) =>
    spool('tool.execute.after', directory, { ...input, title: output?.title, metadata: output?.metadata }),
  'experimental.chat.system.transform': async (input, output) =>
    add(output?.system, () => brief(input?.sessionID, directory)),
  'experimental.session.compacting': async (input, output) =>
    add(output?.context, () => anchor(input?.sessionID, directory)),
});
