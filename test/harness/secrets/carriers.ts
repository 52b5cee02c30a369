// Where secrets turn up. The rules were written looking at `known`; `unseen` is what they are measured on.

import type { SecretKind } from './kinds.ts';
import type { Random } from './random.ts';

export interface Carried {
  readonly name: string;
  readonly value: string;
  readonly source: Random;
}

export interface Carrier {
  readonly id: 'env' | 'json' | 'yaml' | 'shell' | 'url' | 'code' | 'output';
  readonly write: (carried: Carried) => string;
  readonly fits?: (kind: SecretKind) => boolean;
}

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_');
const camel = (name: string): string => name.replace(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase());
const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);
const indented = (value: string): string => value.replaceAll('\n', '\n    ');
const isUrlSafe = ({ multiLine, whole, kind }: SecretKind): boolean =>
  multiLine === undefined && whole === undefined && !/url|webhook$|bearer/.test(kind);
const block = (name: string, value: string): string =>
  value.includes('\n') ? `${name}: |\n    ${indented(value)}` : `${name}: ${value}`;

export const known: readonly Carrier[] = [
  { id: 'env', write: ({ name, value }) => `PORT=3000\n${upper(name)}=${escaped(value)}\nDEBUG=1` },
  { id: 'json', write: ({ name, value }) => `{\n  "port": 3000,\n  "${name}": ${JSON.stringify(value)}\n}` },
  { id: 'yaml', write: ({ name, value }) => `app:\n  ${block(name, value)}\n  port: 3000` },
  { id: 'shell', write: ({ name, value }) => `export ${upper(name)}='${value}' && npm start` },
  {
    id: 'url',
    write: ({ name, value }) => `GET https://api.example.com/v1/items?${name}=${value}&page=2`,
    fits: isUrlSafe,
  },
  { id: 'code', write: ({ name, value }) => `const ${camel(name)} = "${escaped(value)}";\nrun(${camel(name)});` },
  { id: 'output', write: ({ name, value }) => `Reading profile default\n${name} = ${value}\nDone in 0.4s` },
];

const numbered = (text: string): string =>
  text
    .split('\n')
    .map((line, index) => `${String(index + 7).padStart(6)}→${line}`)
    .join('\n');
const added = (text: string): string =>
  text
    .split('\n')
    .map((line) => `+${line}`)
    .join('\n');

export const unseen: readonly Carrier[] = [
  {
    id: 'env',
    write: ({ name, value, source }) =>
      source.pick([
        `# local\n${upper(name)}="${escaped(value)}"`,
        `ENV ${upper(name)}=${escaped(value)}`,
        `- ${upper(name)}=${escaped(value)}`,
      ]),
  },
  {
    id: 'json',
    write: ({ name, value, source }) =>
      source.pick([
        JSON.stringify({ a: 1, [camel(name)]: value, z: [2] }),
        JSON.stringify({ arguments: JSON.stringify({ env: { [upper(name)]: value } }) }),
        JSON.stringify([{ name: upper(name), value }]),
      ]),
  },
  {
    id: 'yaml',
    write: ({ name, value, source }) =>
      source.pick([
        `env:\n  ${upper(name)}: "${escaped(value)}"`,
        `${block(camel(name), value)}\n`,
        `  ${name}: '${value}' # do not commit`,
      ]),
  },
  {
    id: 'shell',
    write: ({ name, value, source }) =>
      source.pick([
        `${upper(name)}="${value}" ./deploy.sh`,
        `docker run -e ${upper(name)}='${value}' app`,
        `$ echo '${upper(name)}=${value}' >> .env`,
      ]),
  },
  {
    id: 'url',
    write: ({ name, value }) => `curl -s "https://example.com/cb?state=1&${camel(name)}=${value}"`,
    fits: isUrlSafe,
  },
  {
    id: 'code',
    write: ({ name, value, source }) =>
      source.pick([
        `os.environ["${upper(name)}"] = "${escaped(value)}"`,
        `\t${camel(name)} := "${escaped(value)}"`,
        `  private static final String ${upper(name)} = "${escaped(value)}";`,
        `client = Client(${name}="${escaped(value)}", retries=3)`,
        `new Client({ ${camel(name)}: '${escaped(value)}' })`,
      ]),
  },
  {
    id: 'output',
    write: ({ name, value, source }) =>
      source.pick([
        numbered(`[default]\n${name}=${value}\nregion=x`),
        added(`${upper(name)}=${value}`),
        `\u001b[32m✔\u001b[0m ${upper(name)}: ${value}`,
        `{"stdout":"${escaped(`${name}: ${value}`)}","code":0}`,
      ]),
  },
];
