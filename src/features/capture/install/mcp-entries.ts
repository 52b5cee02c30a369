// How each agent is told of the MCP server: one member of a JSON file, or a table at the end of Codex's TOML.
import { basename } from 'node:path';
import type { JsonValue } from '../../../core/captured.ts';
import type { FileEdit, FilePlan, FoundFile } from '../../../core/file-edit.ts';
import { insertJson, type JsonPath, type JsonShape, jsonShape, removeJson } from '../../../core/json-edit.ts';
import { tomlPaths } from '../../../core/toml-scan.ts';
import type { HookedAgent } from '../../../core/words.ts';
import { hasMarkedBlock, markedBlock } from './marked-block.ts';
import { isSame, member, shapeOfValue, stringIn, withMember, without } from './shapes.ts';

const name = 'prsist';
const containers = ['mcpServers', 'mcp'];

export interface McpFacts {
  readonly agent: HookedAgent;
  /** The file in which the agent looks for its servers. */
  readonly path: string;
  readonly file: FoundFile;
  /** Absolute path of the installed launcher. */
  readonly launcher: string;
}

/** Plans the entry of the server `prsist mcp`; no operation where one of that name stands already. */
export function planMcp(facts: McpFacts): FilePlan {
  const { path, file } = facts;
  const lines = facts.agent === 'codex' ? tomlTable(facts.launcher) : printed(entryOf(facts));
  const refused = (reason: string): FilePlan => {
    const message = `${basename(path)} was left alone: ${reason}. Add the MCP server by hand:`;
    return { operations: [], notes: [{ path, message, lines }] };
  };
  if (file.kind === 'opaque') return refused('it is not UTF-8 text');
  const before = file.kind === 'text' ? file.text : null;
  const added = facts.agent === 'codex' ? addTable(before ?? '', lines) : addEntry(before ?? '', entryOf(facts));
  if (added.kind === 'refused') return refused(added.reason);
  if (added.kind === 'there') return { operations: [], notes: [] };
  const edit: FileEdit = {
    ...{ kind: 'edit', subject: facts.agent === 'codex' ? 'marked-block' : 'agent-hooks' },
    ...{ path, before, after: added.text, mode: 0o600, created: before === null },
    ...{ inserted: added.inserted, containers: added.containers },
  };
  return { operations: [edit], notes: [] };
}

/** A settings text without our server; the text itself when there is none, undefined when it cannot be taken out. */
export function withoutMcp(text: string): string | undefined {
  const before = jsonShape(text);
  if (!before) return undefined;
  let [edited, wanted]: [string | undefined, JsonShape] = [text, before];
  for (const container of containers) {
    if (!isOurServer(member(member(wanted, container), name))) continue;
    const path = [container, name];
    edited = edited === undefined ? undefined : removeJson(edited, path);
    wanted = without(wanted, path);
  }
  return edited !== undefined && isSame(jsonShape(edited), wanted) ? edited : undefined;
}

/** The server `prsist` as an agent's file names it. */
export interface McpServer {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether it is ours, and not another of that name. */
  readonly isOurs: boolean;
  readonly isOff: boolean;
}

/** The server of our name in the text of an agent's file; undefined when there is none, or no telling. */
export function mcpServerIn(agent: HookedAgent, text: string): McpServer | undefined {
  if (agent === 'codex') return tomlServer(text);
  const container = agent === 'opencode' ? 'mcp' : 'mcpServers';
  const server = member(member(jsonShape(text), container), name);
  if (!server) return undefined;
  const list = (key: string) => textsIn(member(server, key));
  const [command = '', ...args] =
    stringIn(server, 'command') === undefined ? list('command') : [stringIn(server, 'command') ?? '', ...list('args')];
  const enabled = member(server, 'enabled');
  const isOff = enabled?.kind === 'scalar' && enabled.source === 'false';
  return { command, args, isOurs: isOurServer(server), isOff };
}

function textsIn(shape: JsonShape | undefined): string[] {
  const items = shape?.kind === 'array' ? shape.items : [];
  return items.flatMap((_, index) => stringIn(shape, index) ?? []);
}

/** Of a table as we write it; of one that somebody wrote in another way there is no telling. */
function tomlServer(text: string): McpServer | undefined {
  const table = /^\[mcp_servers\.prsist\]\r?\n((?:(?!\s*\[).*(?:\n|$))*)/m.exec(text)?.[1];
  const command = /^command = (".*")\r?$/m.exec(table ?? '')?.[1];
  if (table === undefined || command === undefined) return undefined;
  const program: unknown = JSON.parse(command);
  const isOurs = /\/prsist\/bin\/prsist$|^prsist$/.test(String(program));
  return { command: String(program), args: ['mcp'], isOurs, isOff: /^enabled = false/m.test(table) };
}

type Added =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'there' }
  | {
      readonly kind: 'edited';
      readonly text: string;
      readonly inserted: string;
      readonly containers: readonly JsonPath[];
    };

interface Entry {
  readonly container: string;
  readonly value: JsonValue;
}

function entryOf({ agent, launcher: command }: McpFacts): Entry {
  const plain = { command, args: ['mcp'], env: {} };
  if (agent === 'claude-code') return { container: 'mcpServers', value: { type: 'stdio', ...plain, timeout: 60_000 } };
  if (agent === 'gemini-cli') return { container: 'mcpServers', value: { ...plain, timeout: 30_000, trust: false } };
  if (agent === 'copilot-cli') return { container: 'mcpServers', value: { type: 'local', ...plain, tools: ['*'] } };
  if (agent !== 'opencode') return { container: 'mcpServers', value: plain };
  const local = { type: 'local', command: [command, 'mcp'], environment: {}, enabled: true, timeout: 5000 };
  return { container: 'mcp', value: local };
}

function addEntry(text: string, entry: Entry): Added {
  const { container, value } = entry;
  const inserted = printed(entry);
  if (text.trim() === '') return { kind: 'edited', text: inserted, inserted, containers: [[container]] };
  const before = jsonShape(text);
  if (before?.kind !== 'object') {
    return { kind: 'refused', reason: before ? 'it does not hold an object' : 'it is not valid JSON' };
  }
  if (before.members.filter(([key]) => key === container).length > 1) {
    return { kind: 'refused', reason: `it has "${container}" twice` };
  }
  const servers = member(before, container);
  if (servers && servers.kind !== 'object') return { kind: 'refused', reason: `its "${container}" is not an object` };
  const there = member(servers, name);
  if (there) return isOurServer(there) ? { kind: 'there' } : { kind: 'refused', reason: `it has another "${name}"` };
  const edited = servers
    ? insertJson(text, { path: [container], key: name, value })
    : insertJson(text, { path: [], key: container, value: { [name]: value } });
  const within = servers ?? { kind: 'object', members: [] };
  const wanted = withMember(before, container, withMember(within, name, shapeOfValue(value)));
  if (edited === undefined || !isSame(jsonShape(edited), wanted)) {
    return { kind: 'refused', reason: 'it has a form that cannot be extended safely' };
  }
  return { kind: 'edited', text: edited, inserted, containers: servers ? [] : [[container]] };
}

function printed({ container, value }: Entry): string {
  return `${JSON.stringify({ [container]: { [name]: value } }, null, 2)}\n`;
}

/** Whether a server entry starts ours: by the installed launcher, or by name. */
function isOurServer(server: JsonShape | undefined): boolean {
  const command = stringIn(server, 'command') ?? stringIn(member(server, 'command'), 0);
  return command !== undefined && (command === 'prsist' || command.endsWith('/prsist/bin/prsist'));
}

function addTable(text: string, lines: string): Added {
  if (hasMarkedBlock(text)) return { kind: 'there' };
  const paths = tomlPaths(text);
  if (!paths) return { kind: 'refused', reason: 'it is not valid TOML' };
  const isTaken = paths.some(([first, second]) => first === 'mcp_servers' && second === name);
  if (isTaken) return { kind: 'refused', reason: `it has mcp_servers.${name} already` };
  if (isInline(text, paths)) return { kind: 'refused', reason: 'its mcp_servers is an inline table' };
  const inserted = markedBlock(text, lines);
  return { kind: 'edited', text: text + inserted, inserted, containers: [] };
}

/** `mcp_servers = {…}`: no table can be added to that. */
function isInline(text: string, paths: readonly (readonly string[])[]): boolean {
  return (
    paths.some(([first, ...rest]) => first === 'mcp_servers' && rest.length === 0) &&
    !/^[ \t]*\[[ \t]*["']?mcp_servers["']?[ \t]*\]/m.test(text)
  );
}

function tomlTable(launcher: string): string {
  const quoted = JSON.stringify(launcher);
  return `[mcp_servers.${name}]
command = ${quoted}
args = ["mcp"]
env = { PRSIST_CLIENT = "codex" }
startup_timeout_sec = 10
tool_timeout_sec = 60
`;
}
