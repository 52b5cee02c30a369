import { type CatalogEntry, catalog } from './catalog.ts';

const everywhere = `Everywhere
  --project <id|name|dir>   another project than the one of this directory
  --json                    the reply as JSON
  --quiet                   no talk on stderr but errors
  --no-color                no colour
  --timeout <seconds>       how long to wait for an answer (30)
  --debug                   show the stack of an error
`;

/** Text of `prsist --help`: what people use every day. */
export function everydayHelp(): string {
  return `prsist: the memory your coding agents share

Usage: prsist <command> [options]

${section('Every day', 'everyday')}
  help <command>      options and examples of a command
  help all            every command

${everywhere}
Examples
  prsist init --dry-run
  prsist search "why did we drop redis"
  prsist handoff codex --reason "rate limit"
`;
}

/** Text of `prsist help all`: every command, then each with its options and examples. */
export async function wholeHelp(): Promise<string> {
  const { referenceText } = await import('./reference.ts');
  const { commandTree } = await import('./tree.ts');
  return `prsist: the memory your coding agents share

Usage: prsist <command> [options]

${section('Every day', 'everyday')}

${section('More', 'more')}

${everywhere}
Exit: 0 done, 1 refused or not found, 2 usage, 69 daemon unavailable, 70 bug, 75 try later, 77 permission,
78 configuration, 130 interrupted

Examples
  prsist help session
  prsist api --list
  prsist store verify --deep

${referenceText(await commandTree())}
`;
}

function section(title: string, group: CatalogEntry['group']): string {
  const rows = catalog.filter((entry) => entry.group === group);
  const lines = rows.map(({ name, usage, summary }) => {
    const left = `${name} ${usage}`.trim();
    return left.length > 19 ? `  ${left}\n${' '.repeat(22)}${summary}` : `  ${left.padEnd(20)}${summary}`;
  });
  return [title, ...lines].join('\n');
}
