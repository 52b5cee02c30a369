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
