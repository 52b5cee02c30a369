'use strict';
// What the single executable runs first. It holds the whole package as one archive, lays it once into a folder of this
// person's own, and runs what is asked for from there. Called with one of the programs in such a folder, as daemons, hooks
// and MCP entries call Node, it runs that program: it is the Node they know.
const fs = require('node:fs');
const { createRequire, enableCompileCache } = require('node:module');
const path = require('node:path');
const sea = require('node:sea');

const name = sea.getAsset('name', 'utf8');

/** Where programs of every version lie, each in a folder of its own. Only absolute places count. */
function programs() {
  const { XDG_DATA_HOME: data, HOME: home, LOCALAPPDATA: local } = process.env;
  const own = [data, process.platform === 'win32' ? local : undefined, home && path.join(home, '.local', 'share')];
  const base = own.find((each) => each && path.isAbsolute(each));
  return path.join(base ?? path.join(require('node:os').homedir(), '.local', 'share'), 'prsist', 'programs');
}

/** The folder of this version, laid out where it is not there yet. */
function laidOut() {
  const folder = path.join(programs(), name);
  const found = fs.statSync(folder, { throwIfNoEntry: false });
  if (found) requireOwn(folder, found);
  else layOut(folder);
  return folder;
}

/** Whoever can write there decides what runs as this person. */
function requireOwn(folder, { uid, mode }) {
  if (process.platform === 'win32' || (uid === process.getuid() && (mode & 0o077) === 0)) return;
  fail(`${folder} is not yours alone`, `look at it, then: rm -r '${folder}'`);
}

/** Beside its place first: whoever looks sees all of it or nothing. */
function layOut(folder) {
  fs.mkdirSync(programs(), { recursive: true, mode: 0o700 });
  const fresh = fs.mkdtempSync(path.join(programs(), 'new-'));
  try {
    unpack(fresh);
    fs.renameSync(fresh, folder);
  } catch (error) {
    fs.rmSync(fresh, { recursive: true, force: true });
    // another one was faster
    if (!fs.existsSync(folder)) fail(`cannot lay out the program: ${error.message}`, `is there room in ${programs()}?`);
  }
  forgetOld(folder);
}

function unpack(into) {
  const bytes = require('node:zlib').gunzipSync(Buffer.from(sea.getRawAsset('files')));
  const head = bytes.readUInt32LE(0);
  let at = 4 + head;
  for (const [file, size] of JSON.parse(bytes.toString('utf8', 4, at))) {
    const target = path.join(into, file);
    fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    fs.writeFileSync(target, bytes.subarray(at, at + size), { mode: 0o600 });
    at += size;
  }
}

/** Of other versions the newest stays: a daemon of it may still run. */
function forgetOld(folder) {
  const others = fs
    .readdirSync(programs())
    .map((other) => path.join(programs(), other))
    .filter((other) => other !== folder && !path.basename(other).startsWith('new-'))
    .map((other) => ({ other, at: fs.statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at);
  for (const { other } of others.slice(1)) fs.rmSync(other, { recursive: true, force: true });
}

/** A program that is named instead of a command, of whatever version: then it is this version's that runs. */
function namedProgram(word) {
  if (word === undefined || !path.isAbsolute(word) || !word.startsWith(programs() + path.sep)) return undefined;
  const [, folder, file, ...more] = path.relative(programs(), word).split(path.sep);
  return folder === 'bin' && more.length === 0 && ['prsist', 'prsist-daemon'].includes(file) ? file : undefined;
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\ntry: ${hint}\n`);
  process.exit(69);
}

const [program, , ...words] = process.argv;
const named = namedProgram(words[0]);
const script = path.join(laidOut(), 'bin', named ?? 'prsist');
process.argv = [program, script, ...(named ? words.slice(1) : words)];
// what was compiled once is read: a fresh start of a program in one file has no other cache
if (named !== 'prsist-daemon') enableCompileCache(path.join(path.dirname(path.dirname(script)), 'compiled'));
createRequire(script)(script);
