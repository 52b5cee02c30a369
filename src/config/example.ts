import { stringify } from 'yaml';
import { defaultAlertRules } from '../core/alert-rules.ts';
import { type SettingWords, settings, wordsOf } from './schema.ts';

const head = `# Settings of prsist. Copy what you want to change to ~/.config/prsist/config.yaml (or, under this file's own name, to
# ~/.config/prsist/optimization-config.yaml), or let \`prsist config set <key> <value>\` do it. Everything may be left out;
# what stands here are the defaults.
#
# Keys marked (p) may also stand in a project's own .prsist/config.yaml, which wins over the user's file. A variable wins
# over both: PRSIST_ and the key in capitals, two underscores for each dot: PRSIST_DAEMON__IDLE_EXIT_MINUTES=5
#
# What a key is set to, by which line, and what it may be: prsist config explain daemon.idle_exit_minutes
`;

const width = 118;
/** Shown as a comment where a key has no default. */
const sample: Readonly<Record<string, unknown>> = {
  'user.name': 'Ada Lovelace',
  'device.name': 'laptop',
  'capture.agents': ['claude-code', 'codex'],
  'recall.embedder_url': 'http://127.0.0.1:11434',
  'recall.embedder_model': 'nomic-embed-text',
  'recall.embedder_query_prefix': 'search_query: ',
  'recall.embedder_document_prefix': 'search_document: ',
  'recall.embedder_key_variable': 'EMBEDDER_KEY',
  'recall.embedder_key_file': '/home/ada/.config/embedder.key',
  'recall.reranker_url': 'http://127.0.0.1:8080/rerank',
  'recall.reranker_model': 'bge-reranker-v2-m3',
  'recall.reranker_key_variable': 'RERANKER_KEY',
  'recall.reranker_key_file': '/home/ada/.config/reranker.key',
  'kv_tensors.dir': '/var/tmp/tensors',
  'kv_tensors.server': 'http://127.0.0.1:8080',
  'portable_sync.rclone_path': '/opt/rclone/rclone',
  'kv_tensors.server_key_file': '/home/ada/.config/llama-server.key',
  'kv_tensors.server_rope': '--rope-freq-base 10000',
  'kv_tensors.server_swa': 'full',
};
const more: Readonly<Record<string, string>> = {
  'privacy.rules': `One rule:
  - id: our-badge
    kind: badge
    keywords: [badge-]
    pattern: 'badge-[0-9]{6}'`,
  'alerts.rules': `Those it comes with: ${defaultAlertRules.map((rule) => rule.name).join(', ')}.
Any number of /memory/metrics may be watched:
  - {name: disk-low, below: 5000000000, notify: desktop}   # earlier, and on the desktop
  - {name: spool-full, off: true}
  - {name: home-late, metric: prsist_sync_since_ok_seconds, labels: {remote: home}, above: 86400, for_minutes: 10, says: home is a day old}`,
};

/** The file that shows every setting with its default: what optimization-config.example.yaml holds. */
export function exampleText(): string {
  let text = head;
  let above: string[] = [];
  for (const [key, leaf] of settings) {
    const names = key.split('.');
    const groups = names.slice(0, -1);
    const same = groups.findIndex((group, i) => group !== above[i]);
    for (const [i, group] of groups.entries()) {
      if (same !== -1 && i >= same) text += `${i === 0 ? '\n' : ''}${'  '.repeat(i)}${group}:\n`;
    }
    above = groups;
    text += entry(key, wordsOf(leaf), '  '.repeat(groups.length));
  }
  return text;
}

function entry(key: string, words: SettingWords, indent: string): string {
  const { meaning, range, initial, later, restart, project } = words;
  const isSet = initial !== undefined;
  const facts = [
    ...(isSet ? [`Default ${shown(initial)}, range ${range}.`] : [`Range ${range}.`]),
    ...(later ? [`Takes effect with ${later}.`] : []),
    ...(restart ? ['Taken over when the daemon starts.'] : []),
    ...(project ? ['(p)'] : []),
  ];
  const comment = [...wrapped([meaning, ...facts].join(' '), width - indent.length), ...(more[key]?.split('\n') ?? [])];
  const value = stringify({ [key.split('.').at(-1) ?? '']: isSet ? initial : sample[key] }, { collectionStyle: 'flow' })
    .trim()
    .replace(/^\{ (.*) \}$/s, '$1');
  return [...comment.map((line) => `${indent}# ${line}`), `${indent}${isSet ? '' : '# '}${value}`, ''].join('\n');
}

function shown(value: unknown): string {
  return typeof value === 'string' && !/^[\d.]+$/.test(value) ? value : JSON.stringify(value);
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
