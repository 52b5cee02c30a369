// Tells prsist which file is worked on: its name, language and how many lines changed, never its content.
// It writes one small file into the spool and waits for nobody; without prsist it does nothing.

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vscode = require('vscode');

const debounceMs = 50;
const againMs = 120_000;
const batchMs = 30_000;
/** So many lines at once are not typed by hand. */
const aiLines = 8;

/** The state directory the hooks use: PRSIST_HOME, else the installer's note, else XDG. */
function stateDirectory(env = process.env) {
  if (env.PRSIST_HOME) return path.join(env.PRSIST_HOME, 'state');
  const noted = read(path.join(os.homedir(), '.local/share/prsist/state-dir')).trim();
  return noted || path.join(env.XDG_STATE_HOME || path.join(os.homedir(), '.local/state'), 'prsist');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** One spool file: complete when it has its name. */
function spool(directory, beats) {
  try {
    const folder = path.join(stateDirectory(), 'spool');
    if (!fs.existsSync(folder) || fs.existsSync(path.join(folder, '.full'))) return;
    const name = `${randomUUID()}-0`;
    const unfinished = path.join(folder, `.${name}.tmp`);
    const head = `prsist-event 1\nagent vscode\nevent heartbeat\npwd ${directory}\n\n`;
    fs.writeFileSync(unfinished, head + JSON.stringify({ items: beats }), { mode: 0o600, flag: 'wx' });
    fs.renameSync(unfinished, path.join(folder, `${name}.evt`));
  } catch {
    // an editor is never disturbed
  }
}

/** Collects what happens and sends it: on a save, another file, after two minutes, or when debugging begins or ends. */
class Beats {
  constructor(send = spool, now = Date.now) {
    this.send = send;
    this.now = now;
    this.waiting = [];
    this.counts = new Map();
    this.last = { file: '', at: 0, category: '' };
    this.category = 'coding';
  }

  changed(document, changes) {
    if (document.uri.scheme !== 'file') return;
    const counts = this.counts.get(document.fileName) ?? { added: 0, removed: 0, ai: 0 };
    for (const { range, text } of changes) {
      const [added, removed] = [text.split('\n').length - 1, range.end.line - range.start.line];
      counts.added += added;
      counts.removed += removed;
      if (added >= aiLines) counts.ai += added;
    }
    this.counts.set(document.fileName, counts);
    this.soon(document, false);
  }

  soon(document, isWrite) {
    if (!document || document.uri.scheme !== 'file') return;
    clearTimeout(this.timer);
    if (isWrite) this.beat(document, true);
    else this.timer = setTimeout(() => this.beat(document, false), debounceMs);
  }

  beat(document, isWrite) {
    const [file, at] = [document.fileName, this.now()];
    const isNew = file !== this.last.file || this.category !== this.last.category || at - this.last.at >= againMs;
    if (!isWrite && !isNew) return;
    this.last = { file, at, category: this.category };
    const { added = 0, removed = 0, ai = 0 } = this.counts.get(file) ?? {};
    this.counts.delete(file);
    this.waiting.push({
      ...{ v: 1, source: 'vscode', entity: file, type: 'file', time: at / 1000, language: document.languageId },
      ...{ category: this.category, is_write: isWrite, lines: document.lineCount },
      ...{ line_additions: added, line_deletions: removed, ai_line_changes: ai },
    });
    if (isWrite || this.waiting.length >= 100) this.flush();
    else this.later ??= setTimeout(() => this.flush(), batchMs);
  }

  flush() {
    clearTimeout(this.later);
    this.later = undefined;
    const beats = this.waiting.splice(0);
    const folders = new Map();
    for (const beat of beats) {
      const folder = path.dirname(beat.entity);
      folders.set(folder, [...(folders.get(folder) ?? []), beat]);
    }
    for (const [folder, some] of folders) this.send(folder, some);
  }

  stop() {
    clearTimeout(this.timer);
    this.flush();
  }
}

function activate(context) {
  if (vscode.workspace.getConfiguration('prsist').get('enabled') === false) return;
  const beats = new Beats();
  const of = (editor) => beats.soon(editor?.document, false);
  const inCategory = (category) => () => {
    beats.category = category;
    of(vscode.window.activeTextEditor);
  };
  context.subscriptions.push(
    vscode.workspace.onDidSaveTextDocument((document) => beats.soon(document, true)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => beats.changed(document, contentChanges)),
    vscode.window.onDidChangeActiveTextEditor(of),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => of(textEditor)),
    vscode.debug.onDidStartDebugSession(inCategory('debugging')),
    vscode.debug.onDidTerminateDebugSession(inCategory('coding')),
    vscode.tasks.onDidStartTask(inCategory('building')),
    vscode.tasks.onDidEndTask(inCategory('coding')),
    { dispose: () => beats.stop() },
  );
  active = beats;
}

let active;

function deactivate() {
  active?.stop();
}

module.exports = { activate, deactivate, Beats };
