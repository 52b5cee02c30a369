// The words that stand on the wire, in rows and on the command line, in one place.

/** From the most fleeting to the most lasting. */
export const layers = ['ephemeral', 'session', 'short_term', 'long_term', 'permanent'] as const;
export type Layer = (typeof layers)[number];

/** From the nearest to the widest: a key is looked for in this order. */
export const scopes = ['agent', 'session', 'project', 'user', 'tenant', 'global'] as const;
export type Scope = (typeof scopes)[number];

/** How one entry stands to another. */
export const relations = ['supersedes', 'contradicts', 'about', 'derived_from'] as const;

export const priorities = ['critical', 'high', 'medium', 'low'] as const;
export type Priority = (typeof priorities)[number];

/** Where a change comes from. */
export const origins = ['human', 'agent', 'import', 'team', 'tool-output', 'package'] as const;

/** What a token may do; each includes the one before. */
export const rights = ['read', 'write', 'admin'] as const;
export type Rights = (typeof rights)[number];

export const taskStatuses = ['open', 'in_progress', 'done', 'rejected', 'superseded'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const messageRoles = ['user', 'assistant', 'system', 'tool'] as const;
export const messageKinds = ['prompt', 'text', 'thinking', 'summary', 'notice'] as const;
export const sessionStatuses = ['active', 'idle', 'ended', 'archived'] as const;

/** Agents whose hooks and MCP entries are installed and whose transcripts are read. */
export const hookedAgents = ['claude-code', 'codex', 'gemini-cli', 'cursor', 'opencode', 'copilot-cli'] as const;
export type HookedAgent = (typeof hookedAgents)[number];

/** Writes histories of what other agents keep. */
export const historyWriter = 'specstory';

/** Agents, and writers of histories, whose transcripts are read. */
export const transcriptAgents = [...hookedAgents, historyWriter] as const;

/** What search finds. */
export const findableKinds = ['entry', 'message', 'tool', 'commit', 'task', 'document'] as const;

/** Marks around everything prsist puts before an agent: the importer knows its own text by them. */
export const briefOpen = '<prsist-memory>';
export const briefClose = '</prsist-memory>';

/**
 * Whether a search compared vectors. used · off: no embedder is set, or the words are wanted as they are typed · building:
 * nothing has a vector yet · late, away, refused, unusable: the embedder gave none for this question.
 */
export const meaningStates = ['used', 'off', 'building', 'late', 'away', 'refused', 'unusable'] as const;
