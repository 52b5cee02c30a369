/**
 * The text in the form in which a hook of that agent puts it on its standard output; '' stays ''.
 * agent: claude-code, codex, gemini-cli, cursor, copilot-cli; any other name gets the text as it is (opencode's plug-in
 * takes plain text). event: the agent's own name of the event, which its envelope must repeat exactly.
 * JSON is compact, on one line, with LF; claude-code and codex refuse or ignore members they do not know, so there is none.
 */
export function envelope(agent: string, event: string, text: string): string {
  if (text === '') return '';
  const body = wrapped(agent, event, text);
  return body === undefined ? text : `${JSON.stringify(body)}\n`;
}

/** The text that was put in such a form; undefined for anything else. */
export function unwrapped(agent: string, printed: string): string | undefined {
  if (printed === '' || wrapped(agent, '', '') === undefined) return printed || undefined;
  const text = innermost(printed);
  // whatever else it may be, it is what we wrote only if it comes out the same
  const event = /"hookEventName":"(\w+)"/.exec(printed)?.[1] ?? '';
  return text !== undefined && envelope(agent, event, text) === printed ? text : undefined;
}

function innermost(printed: string): string | undefined {
  try {
    const body: unknown = JSON.parse(printed);
    const inside = member(body, 'hookSpecificOutput') ?? body;
    const text = member(inside, 'additionalContext') ?? member(inside, 'additional_context');
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined; // cut off while it was written
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function wrapped(agent: string, event: string, text: string): object | undefined {
  switch (agent) {
    case 'claude-code':
    case 'codex':
    case 'gemini-cli':
      return { hookSpecificOutput: { hookEventName: event, additionalContext: text } };
    case 'cursor':
      return { additional_context: text };
    case 'copilot-cli':
      return { additionalContext: text };
    default:
      return undefined;
  }
}
