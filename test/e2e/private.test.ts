// What people mark as private, and what is in files they want left out, goes in by every way there is; then it is nowhere.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, claudeCode, codex } from '../harness/agents.ts';
import { everyFile, everyValue, type Seen } from '../harness/every-byte.ts';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;
beforeAll(() => {
  home = createHome();
  shop = createRepository(home);
});
afterAll(() => home.remove());

const hidden: string[] = [];
/** A word that must be nowhere, of letters alone: no rule takes it for a secret. */
function word(): string {
  const made = `walnut${[...hidden.length.toString(26)].map((digit) => 'bcdfghjklmnpqrstvwxzaeiouy'[Number.parseInt(digit, 26)]).join('')}quiver`;
  hidden.push(made);
  return made;
}

/** The same passage in every form a person may give it. */
const forms: readonly (() => string)[] = [
  () => `before <private>${word()}</private> after`,
  () => `before <PRIVATE>${word()}</Private> after`,
  () => `before <private>${word()} <private>${word()}</private> ${word()}</private> after`,
  () => `before <private>\n${word()}\n${word()}\n</private> after`,
  () => `before <private >${word()}</ private> after`,
  () => `before <private>${word()}`,
];
const each = (use: (text: string, n: number) => unknown) =>
  forms.reduce((before, form, n) => before.then(() => use(form(), n)), Promise.resolve<unknown>(undefined));

async function conversation(agent: Agent): Promise<void> {
  await each(async (text) => {
    await agent.asked(text);
    agent.said(text);
    agent.ran(`echo '${text}'`, text);
    agent.ran('make', text, 1);
    await agent.stop();
  });
  await each((text, n) => agent.edited(`src/${agent.name}${n}.md`, text));
}

/** A file that is left out is read, searched, changed and copied. */
async function ignored(agent: Agent): Promise<void> {
  await agent.asked('Look at hidden/plan.txt');
  agent.ran('cat hidden/plan.txt', word());
  agent.ran('cd hidden && head -3 plan.txt', word());
  agent.ran('grep -rn plan .', `./hidden/plan.txt:1:${word()}`);
  agent.ran(`echo ${word()} > hidden/plan.txt`, '');
  agent.edited('hidden/plan.txt', word());
  agent.edited('dev.env', `NAME=${word()}`);
  agent.ran('git diff', `--- a/hidden/plan.txt\n+++ b/hidden/plan.txt\n+${word()}`);
  await agent.stop();
}

async function hooksAlone(): Promise<void> {
  const agent = claudeCode(home, { cwd: shop.path, writes: 'nothing' });
  await each(async (text) => {
    await agent.asked(text);
    agent.said(text);
    await agent.stop();
    await agent.hook('SessionEnd', { reason: text });
  });
  await each((text, n) => {
    const body = `prsist-event 1\nagent ${text.replaceAll('\n', ' ')}`;
    fs.writeFileSync(join(home.paths.spool, `bad${n}.evt`), body, { mode: 0o600 });
  });
  await home.settled();
}

async function typed(): Promise<Seen[]> {
  const seen: Seen[] = [];
  const run = async (argv: readonly string[], input = '') => {
    const { exit, stdout, stderr } = await home.prsist(argv, { cwd: shop.path, input });
    // of an operation's input any word may be refused
    if (exit === 70 || (exit === 2 && argv[0] !== 'api')) throw new Error(`prsist ${argv[0]}: ${stderr}`);
    seen.push({ where: `what ${argv[0]} says`, bytes: Buffer.from(stdout + stderr) });
  };
  await each((text) => run(['remember', '--as', 'fact', '--', text]));
  await each((text, n) => run(['context', 'store', `k${n}`, '--layer', 'permanent', '--priority', 'critical'], text));
  await each((text) => run(['task', 'add', '--', text]));
  await each((text) => run(['search', '--', text]));
  await each((text, n) => run(['document', 'put', '-', '--uri', `note:${n}`, '--title', text.slice(0, 150)], text));
  await each((text) => run(['redact', 'test'], text));
  await each((text, n) => run(['api', 'context.store', JSON.stringify({ key: `a${n}`, value: { [text]: [text] } })]));
  await each((text) => run(['api', 'context.store', JSON.stringify({ key: 'k', value: 1, layer: text })]));
  await files(run);
  return seen;
}

async function files(run: (argv: readonly string[]) => Promise<void>): Promise<void> {
  for (const folder of ['notes', 'bank', 'hidden']) fs.mkdirSync(join(shop.path, folder), { recursive: true });
  await each((text, n) => {
    fs.writeFileSync(join(shop.path, 'notes', `${n}.md`), `# Note\n\n${text}\n`);
    fs.writeFileSync(join(shop.path, 'bank', `${n}.md`), `# Bank\n\n${text}\n`);
  });
  fs.writeFileSync(join(shop.path, 'hidden/more.md'), word());
  fs.writeFileSync(join(shop.path, 'bank/own.env.md'), word());
  for (const argv of [
    ['document', 'put', '.'],
    ['document', 'put', 'hidden/more.md'],
    ['bank', 'sync', 'bank'],
  ]) {
    await run(argv);
  }
  await each((text, n) => {
    fs.writeFileSync(join(shop.path, `c${n}.txt`), String(n));
    shop.git('add', `c${n}.txt`);
    shop.git('commit', '-q', '--cleanup=verbatim', '-m', `Change ${n}\n\n${text}`);
  });
  await run(['import']);
  await run(['backup', '--out', join(home.root, 'copy.bak')]);
}

test('T20: nothing private and nothing of an ignored file is anywhere afterwards', async () => {
  fs.mkdirSync(join(home.home, '.claude'));
  fs.mkdirSync(join(home.home, '.codex'));
  const agents = [claudeCode(home, { cwd: shop.path }), codex(home, { cwd: shop.path })];
  await home.json(['init', '--no-import', '--no-git-hooks'], { cwd: shop.path });
  await home.json(['config', 'set', 'capture.ignore', '[hidden/, "*.env", "*.env.md"]', '--here'], { cwd: shop.path });
  for (const agent of agents) {
    await conversation(agent);
    await ignored(agent);
  }
  await home.settled();
  await hooksAlone();
  const told = await typed();
  for (const command of ['brief', 'status', 'today', 'sessions']) await home.prsist([command], { cwd: shop.path });
  await home.settled();

  const own = [join(home.home, '.claude/projects'), join(home.home, '.codex/sessions')];
  const written = fs.readdirSync(shop.path).filter((name) => name !== '.prsist');
  const except = [...own, ...written.map((name) => join(shop.path, name))];
  const alive = [...everyFile(home, except)];
  await home.prsist(['daemon', 'stop']);
  const closed = [...everyFile(home, except), ...everyValue(home)];
  const hits = [...alive, ...closed, ...told].flatMap(({ where, bytes }) => {
    const text = bytes.toString('latin1');
    return text.includes('walnut')
      ? hidden.filter((each) => text.includes(each)).map((each) => `${each} in ${where}`)
      : [];
  });
  expect(hits).toEqual([]);
  const ofCommits = closed.filter(({ where, bytes }) => where.includes('records.body') && bytes.includes('Change 0'));
  expect(ofCommits.some(({ bytes }) => bytes.includes('⟨private⟩'))).toBe(true);
  const marks = closed.filter(({ bytes }) => bytes.includes('⟨private⟩')).length;
  expect(marks).toBeGreaterThan(40);
  expect(closed.some(({ bytes }) => bytes.includes('Look at hidden/plan.txt'))).toBe(true);
});
