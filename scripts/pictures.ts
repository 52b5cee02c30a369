// The pictures of the dashboard in the README, taken from a real terminal over the demo's transcripts, whose times are moved
// to now. Writes what stands between the two marks. Needs `npm run build` and tmux.
import fs from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createHome, type Home } from '../test/harness/home.ts';
import { createRepository } from '../test/harness/repository.ts';
import { noTmux, openTerminal, type Terminal } from '../test/harness/tmux.ts';

const root = join(import.meta.dirname, '..');
const [opening, closing] = ['<!-- pictures: npm run pictures -->', '<!-- pictures end -->'];
const size = { columns: 100, rows: 24 };
const sessionsApartMs = 40 * 60_000;

interface Picture {
  readonly title: string;
  readonly keys: readonly string[];
  /** What is on the screen when it is whole. */
  readonly shows: RegExp;
}

const pictures: readonly Picture[] = [
  { title: 'The overview', keys: ['1'], shows: /Active sessions[\s\S]*Prompt cache[\s\S]*cached[\s\S]*Today/ },
  { title: 'A session', keys: ['2', 'Enter'], shows: /Timeline {2}1 of \d+/ },
  { title: 'What its requests read from the prompt cache', keys: ['4', 'Enter'], shows: /Requests {2}1 of \d+/ },
];

/** The transcripts of the demo as if they had ended just now, one after the other. Gives their directory. */
function layTranscripts(home: Home): string {
  const folder = join(root, 'config', 'demo');
  const into = join(home.root, 'transcripts');
  fs.mkdirSync(into);
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'));
  for (const [n, name] of names.entries()) {
    const text = gunzipSync(fs.readFileSync(join(folder, name))).toString('utf8');
    const times = [...text.matchAll(/"timestamp":"([^"]+)"/g)].map(([, time = '']) => Date.parse(time));
    const moveMs = Date.now() - 60_000 - n * sessionsApartMs - Math.max(...times);
    const moved = text.replace(/"timestamp":"([^"]+)"/g, (_, time: string) => {
      return `"timestamp":"${new Date(Date.parse(time) + moveMs).toISOString()}"`;
    });
    fs.writeFileSync(join(into, name.replace(/\.gz$/, '')), moved);
  }
  return into;
}

async function taken(terminal: Terminal, { keys, shows }: Picture): Promise<string> {
  for (const key of keys) {
    terminal.keys(key);
    await new Promise((resolve) => setTimeout(resolve, 700)); // a screen that was just opened asks first
  }
  const screen = await terminal.shows(shows);
  return screen.replace(/[ \t]+$/gm, '').trimEnd();
}

async function takeAll(home: Home): Promise<readonly string[]> {
  const { path: cwd } = createRepository(home);
  for (const agent of ['.claude', '.codex']) fs.mkdirSync(join(home.home, agent));
  await home.json(['init', '--no-import'], { cwd });
  await home.json(['import', '--path', layTranscripts(home)], { cwd });
  await home.json(['remember', 'redis was dropped because of its latency'], { cwd });
  const terminal = openTerminal(home, { cwd, argv: ['dashboard'], ...size });
  try {
    await terminal.shows(/Active sessions/);
    const texts: string[] = [];
    for (const picture of pictures)
      texts.push(`${picture.title}:\n\n\`\`\`\n${await taken(terminal, picture)}\n\`\`\`\n`);
    return texts;
  } finally {
    terminal.close();
  }
}

async function main(): Promise<void> {
  if (noTmux) throw new Error(noTmux);
  const home = createHome();
  try {
    const texts = await takeAll(home);
    const file = join(root, 'README.md');
    const [before, rest = ''] = fs.readFileSync(file, 'utf8').split(opening);
    const after = rest.split(closing)[1];
    if (after === undefined) throw new Error(`README.md has no place between ${opening} and ${closing}`);
    fs.writeFileSync(file, `${before}${opening}\n${texts.join('\n')}${closing}${after}`);
    process.stdout.write(`README.md: ${texts.length} pictures\n`);
  } finally {
    await home.remove();
  }
}

if (import.meta.main) await main();
