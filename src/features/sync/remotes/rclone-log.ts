// What rclone writes while it works: a line of JSON for each thing it says (`--use-json-log`), and a plain one at its end.
import type { Doing, Rule, Trouble } from './outcome.ts';

/** What it says of one object. An error may be followed by a second try that goes well. */
export interface Told {
  readonly done: boolean;
  /** Another one stands under that name. */
  readonly differs: boolean;
  readonly error: string | undefined;
}

const unheard: Told = { done: false, differs: false, error: undefined };

/** What was said of each object. https://rclone.org/docs/#use-json-log */
export function toldOf(stderr: string): (name: string) => Told {
  const all = new Map<string, Told>();
  for (const { level, msg, object } of stderr.split('\n').flatMap(spoken)) {
    const before = all.get(object) ?? unheard;
    if (/^(?:Copied \(|Multi-thread Copied \(|Deleted$)/.test(msg)) all.set(object, { ...before, done: true });
    else if (/immutable file modified/.test(msg)) all.set(object, { ...before, differs: true });
    else if (level === 'error' && !/immutable/.test(msg)) all.set(object, { ...before, error: msg });
  }
  return (name) => all.get(name) ?? unheard;
}

interface Spoken {
  readonly level: string;
  readonly msg: string;
  readonly object: string;
}

function spoken(line: string): readonly Spoken[] {
  if (!line.startsWith('{')) return [];
  try {
    const { level, msg, object } = JSON.parse(line);
    const isOfOne = typeof msg === 'string' && typeof object === 'string' && object !== '';
    return isOfOne ? [{ level: String(level), msg, object }] : [];
  } catch {
    return []; // cut off
  }
}

/** The first that fits counts: what a place says of too many questions is no word about its room. */
const rules: readonly Rule[] = [
  [/rate.?limit|too many requests|\b429\b|quota exceeded for quota metric|slow ?down/i, 'remote/offline'],
  [
    /quota|insufficient ?storage|\b507\b|no space left|remaining disk space|(?:not enough|insufficient|out of) (?:disk |free |storage )*space|disk (?:is )?full|storage (?:is )?full|account is full/i,
    'remote/full',
  ],
  [
    /didn't find section in config|config(?:uration)? (?:file )?(?:password|is encrypted)|decrypt config/i,
    'remote/auth',
  ],
  [
    /\b401\b|unauthori[sz]ed|invalid_grant|fetch token|token (?:has )?expired|empty token|invalid.?access.?key/i,
    'remote/auth',
  ],
  [/unable to authenticate|login (?:incorrect|failed)|signature.?does.?not.?match|x509|certificate/i, 'remote/auth'],
  [/credentials|invalid (?:username|password|authentication)|permission denied \(public/i, 'remote/auth'],
  [/read-only file system|\bEROFS\b/i, 'remote/read-only'],
  [/no such host|connection (?:refused|reset|timed out)|timeout|dial tcp|unreachable|\b50[0234]\b/i, 'remote/offline'],
];
/** What means one thing to who reads and another to who writes. */
const denied =
  /\b40[35]\b|forbidden|access.?denied|permission denied|insufficient.*(?:permission|scope)|not (?:allowed|permitted)|read.?only|not granted/i;

/** Code and words for what rclone said of a whole process or of one object; what is unknown may pass. */
export function rcloneTrouble(said: string, doing: Doing): Trouble {
  const why = withoutSecrets(said);
  const isWriting = doing === 'put' || doing === 'delete';
  const [, code] = rules.find(([form]) => form.test(said)) ?? [];
  // what is got is written to our own disk
  if (code === 'remote/full' && !isWriting) return { code: 'disk/full', why };
  if (code !== undefined) return { code, why };
  // some places say of a name that cannot be made that it is not found
  const isDenied = denied.test(said) || (doing === 'put' && /\b404\b/.test(said));
  if (!isDenied) return { code: 'remote/offline', why };
  return { code: isWriting ? 'remote/read-only' : 'remote/auth', why };
}

/** The line with which rclone ends, without its time and what goes before the reason. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const plain = lines.filter((line) => !line.startsWith('{') && !/ NOTICE: /.test(line));
  const said = plain.findLast((line) => /Failed to |error/i.test(line)) ?? plain.at(-1) ?? 'rclone says nothing';
  return said
    .replace(/^\d{4}\/\d\d\/\d\d [\d:]+ (?:[A-Z]+ *: *)*/, '')
    .replace(/^Failed to create file system for ".*?": /, '')
    .replace(/^Failed to \w+(?: with \d+ errors: last error was)?: /, '');
}

/** Addresses are told without what may let in: a name with a password, and what follows a question mark. */
function withoutSecrets(text: string): string {
  const bare = text.replace(/(\w:\/\/)[^/@\s'"]+@/g, '$1').replace(/\?[^\s'"]*/g, '');
  return bare.replace(/^Failed to \w+: |^Couldn't \w+: |^error listing: /, '').slice(0, 300);
}
