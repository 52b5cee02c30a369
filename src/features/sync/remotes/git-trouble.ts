// What git and the hosts behind it say when something fails, in the words of remotes.
import type { Doing, Rule, Trouble } from './outcome.ts';

/** The first that fits counts: ssh and http say the general after the special. */
const rules: readonly Rule[] = [
  [
    /no space left|disk quota|quota (?:is )?exceeded|over (?:its )?quota|exceeds .*(?:size|limit)|out of space/i,
    'remote/full',
  ],
  [/host key verification failed|certificate/i, 'remote/auth'],
  [/authentication failed|could not read (?:username|password)|terminal prompts disabled/i, 'remote/auth'],
  [/permission denied \(|invalid (?:username|credentials)|requested url returned error: 401/i, 'remote/auth'],
  [
    /could not resolve|connection (?:refused|timed out|reset|closed)|unable to connect|failed to connect/i,
    'remote/offline',
  ],
  [/network is unreachable|no route to host|timed out|returned error: (?:5\d\d|429)/i, 'remote/offline'],
  [/does not appear to be a git repository|not a git repository|no such device/i, 'remote/offline'],
];
/** What means one thing to who reads and another to who writes. */
const denied =
  /permission (?:to .* )?denied|access denied|insufficient permission|not granted|not allowed|read-only|unable to create|cannot (?:create|mkdir)|returned error: 40[34]|repository .*not found|not exported|service not enabled|hidden ref|declined|by hook|prohibited|protected|funny refname|failed to update ref/i;

/** Code and words for what git said when a whole exchange failed; what is unknown may pass. */
export function gitTrouble(stderr: string, doing: Doing): Trouble {
  const why = lineOf(stderr);
  const [, code] = rules.find(([said]) => said.test(stderr)) ?? [];
  // what is got is written to our own disk
  if (code === 'remote/full' && (doing === 'get' || doing === 'list')) return { code: 'disk/full', why };
  if (code !== undefined) return { code, why };
  if (!denied.test(stderr)) return { code: 'remote/offline', why };
  return { code: doing === 'put' || doing === 'delete' ? 'remote/read-only' : 'remote/auth', why };
}

/** The same for one ref that the host would not take, by the reason it gives in brackets and all else it said. */
export function refTrouble(reason: string, stderr: string): Trouble {
  const { code } = gitTrouble(`${reason}\n${stderr}`, 'put');
  const isUnknown = code === 'remote/offline' && !rules.some(([said, of]) => of === code && said.test(stderr));
  return { code: isUnknown ? 'remote/read-only' : code, why: `the host refuses it: ${withoutSecrets(reason)}` };
}

/** The line that says most, with what it leaves to the next one, without what a host wrote around it. */
function lineOf(stderr: string): string {
  const lines = stderr.replaceAll(/:\n(?=.)/g, ': ').split('\n');
  const bare = lines.map((line) => line.replace(/^(?:remote: )+/, '').trim());
  const telling = bare.filter((line) => /^(?:fatal|error|ssh)\b|permission denied|host key/i.test(line));
  const said = telling.find((line) => !/could not read from remote|failed to push some refs/i.test(line));
  return withoutSecrets(said ?? telling[0] ?? bare.find((line) => line !== '') ?? 'git says nothing').slice(0, 300);
}

/** The person's own settings may put a name and a password into addresses. */
function withoutSecrets(text: string): string {
  return text.replace(/(\w:\/\/)[^/@\s]+@/g, '$1').replace(/^(?:fatal|error): /, '');
}
