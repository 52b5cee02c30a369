// Questions a person would ask about the transcripts for development. They and the sessions they should find were written
// down before search was asked for the first time, and do not change.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { transcriptFolder } from '../features/capture/adapters/transcript-files.ts';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

interface Own {
  readonly question: string;
  readonly session: string;
}

interface Found {
  readonly sessions?: readonly { readonly session_id: string }[];
  readonly results: readonly { readonly session_id: string | null }[];
}

const file = join(import.meta.dirname, '../data/own-questions.json');
const questions: readonly Own[] = JSON.parse(fs.readFileSync(file, 'utf8'));
const folder = transcriptFolder();

let home: Home;
let cwd: string;
beforeEach(() => {
  home = createHome();
  cwd = createRepository(home).path;
});
afterEach(() => home.remove());

describe.skipIf(folder === undefined)('the transcripts for development (skipped where they are not at hand)', () => {
  test('EV9 of ten questions about them at least eight find their session first, all of them among the first five', async () => {
    await home.json(['init', '--no-import', '--no-git-hooks'], { cwd });
    const agents = fs.readdirSync(folder ?? '', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const paths = agents.flatMap(({ name }) => ['--path', join(folder ?? '', name)]);
    await home.prsist(['import', ...paths], { cwd });
    const ranks = [];
    for (const { question, session } of questions) {
      // what --json prints is the reply of search.query
      const found = (await home.json(['search', question, '--limit', '100'], { cwd })) as unknown as Found;
      const order = [...new Set((found.sessions ?? found.results).map((each) => each.session_id))].filter(Boolean);
      ranks.push({ question, rank: order.includes(session) ? order.indexOf(session) + 1 : Number.POSITIVE_INFINITY });
    }
    process.stdout.write(ranks.map(({ question, rank }) => `own questions: rank ${rank}  ${question}\n`).join(''));
    expect(ranks.filter(({ rank }) => rank > 5)).toEqual([]);
    expect(ranks.filter(({ rank }) => rank === 1).length).toBeGreaterThanOrEqual(8);
  });
});
