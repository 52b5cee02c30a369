// Where texts come in, each with what redaction makes of it there: the forms in which agents, git, people and programs
// hand a text over.
import type { JsonValue } from '../../../src/core/captured.ts';
import type { Redactor } from '../../../src/core/redact.ts';
import type { Sample } from './corpus.ts';

export interface Field {
  readonly id: string;
  /** Everything that would be kept of a text that came in here. */
  readonly kept: (text: string, redactor: Redactor) => string;
}

const line = (value: object, redactor: Redactor): string => {
  const redacted = redactor.line(JSON.stringify(value));
  return redacted.line + spelled(redacted.value);
};
const json = (value: JsonValue, redactor: Redactor): string => spelled(redactor.json(value).value);
/** Escapes undone once: what was escaped in the text is then found as it was. */
const spelled = (value: JsonValue | undefined): string => JSON.stringify(value).replaceAll('\\\\', '\\');
const lines = (text: string): readonly string[] => text.split('\n');
const message = (role: string, content: JsonValue) => ({ type: role, uuid: 'u1', message: { role, content } });

export const fields: readonly Field[] = [
  { id: 'prompt', kept: (text, redactor) => line(message('user', text), redactor) },
  { id: 'reply', kept: (text, redactor) => line(message('assistant', [{ type: 'text', text }]), redactor) },
  {
    id: 'tool-input',
    kept: (text, redactor) =>
      line(message('assistant', [{ type: 'tool_use', id: 't', name: 'Bash', input: { command: text } }]), redactor),
  },
  {
    id: 'tool-output',
    kept: (text, redactor) =>
      line(
        { ...message('user', [{ type: 'tool_result', content: text }]), toolUseResult: { stdout: text, stderr: '' } },
        redactor,
      ),
  },
  {
    id: 'tool-patch',
    kept: (text, redactor) =>
      line(
        { type: 'user', toolUseResult: { structuredPatch: [{ lines: lines(text).map((each) => `+${each}`) }] } },
        redactor,
      ),
  },
  { id: 'metadata', kept: (text, redactor) => json({ metadata: { note: [text], [text]: 1 } }, redactor) },
  { id: 'commit-message', kept: (text, redactor) => redactor.text(`Set up the service\n\n${text}\n`).text },
  { id: 'entry-value', kept: (text, redactor) => json({ key: 'setup', value: { how: text, at: 3 } }, redactor) },
  { id: 'document', kept: (text, redactor) => redactor.text(`# Setup\n\nFirst:\n\n\`\`\`\n${text}\n\`\`\`\n`).text },
  {
    id: 'hook-payload',
    kept: (text, redactor) => line({ session_id: 's', hook_event_name: 'UserPromptSubmit', prompt: text }, redactor),
  },
  {
    id: 'hook-payload-set-aside',
    kept: (text, redactor) => redactor.text(`prsist-event 1\nagent x\n\n{"prompt":${JSON.stringify(text)}`).text,
  },
];

const shortest = 10;

/** True when so many characters of a secret in a row are still there. */
export function leaks(after: string, secret: string): boolean {
  for (let at = 0; at === 0 || at + shortest <= secret.length; at++) {
    if (after.includes(secret.slice(at, at + shortest))) return true;
  }
  return false;
}

/** True when nothing of a sample's secrets is kept where it came in by a field. */
export function isGone(sample: Sample, field: Field, redactor: Redactor): boolean {
  const after = field.kept(sample.text, redactor);
  return sample.secrets.every((secret) => !leaks(after, secret));
}
