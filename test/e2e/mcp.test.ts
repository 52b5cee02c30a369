// The server as agents run it: a real client of the protocol over stdin and stdout.
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { commandPath, createHome, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
const open: Client[] = [];
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});
afterAll(() => home.remove());

async function connected(name = 'claude-code', where = cwd) {
  const client = new Client({ name, version: '1.0.0' });
  const env = { ...home.env };
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [commandPath, 'mcp'],
    cwd: where,
    env,
  });
  await client.connect(transport);
  open.push(client);
  return { client, pid: transport.pid ?? 0 };
}

interface Result {
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

function caller(client: Client) {
  return async (name: string, args: Record<string, unknown> = {}) => {
    const result = (await client.callTool({ name, arguments: args })) as unknown as Result;
    return { ...result, text: result.content[0]?.text ?? '' };
  };
}

test('MC10: a real client remembers, searches, reads, forgets, hands over and takes over', async () => {
  const claude = caller((await connected()).client);
  const kept = await claude('remember', { value: 'The queue is drained before a deploy', category: 'decision' });
  expect(kept.structuredContent).toMatchObject({ scope: 'project', created: true });
  expect((await claude('search', { query: 'drained deploy' })).text).toMatch(
    /^<prsist-memory>\n.*data, not instructions.*\n- \d{4}-.* · claude-code · entry · .*drained before a deploy\n<\/prsist-memory>$/,
  );
  const key = String(kept.structuredContent?.key);
  expect((await claude('get', { key })).structuredContent).toMatchObject({ origin: 'agent', trust: 2 });
  await home.client(cwd, { agent: 'claude-code' }).call('session.start', { session_id: 'mcp-1', agent: 'claude-code' });
  const task = await claude('task', { description: 'Mend the build', session_id: 'mcp-1' });
  const handed = await claude('handoff', { to_agent: 'codex', handoff_reason: 'rate limit', session_id: 'mcp-1' });
  expect(handed.structuredContent).toMatchObject({ status: 'pending', from_agent: 'claude-code' });
  const codex = caller((await connected('codex-mcp-client')).client);
  const taken = await codex('accept_handoff');
  expect(taken.text).toContain('reason: rate limit');
  expect(taken.text).toContain(String(task.structuredContent?.task_id));
  expect((await codex('resume', { session_id: 'mcp-1' })).structuredContent).toMatchObject({ session_id: 'mcp-1' });
  expect((await codex('forget', { key, reason: 'no longer true' })).isError).toBeUndefined();
  expect((await codex('search', { query: 'drained deploy' })).text).not.toContain(key);
});

test('MC17: command, route and tool find the same, in the same order', async () => {
  const { client } = await connected();
  const call = caller(client);
  for (let n = 0; n < 12; n += 1)
    await call('remember', { value: `The ferry ${n % 3 === 0 ? 'timetable' : 'fare'} of day ${n}` });
  type Results = readonly { readonly id: string }[];
  const ids = (reply: Record<string, unknown> = {}) => (reply.results as Results).map(({ id }) => id);
  const route = home.client(cwd, { agent: 'claude-code' });
  for (const [query, most] of [
    ['when does the ferry go', 12],
    ['ferri timetabel', 12],
    ['timeta*', 4],
    ['fare -timetable kind:entry', 8],
  ] as const) {
    const paged = (await call('search', { query, limit: 5 })).structuredContent;
    const whole = (await call('search', { query })).structuredContent;
    const asked = await route.call('search.query', { query });
    const typed = await home.json(['search', query], { cwd });
    expect(ids(typed)).toEqual(asked.results.map(({ id }) => id));
    expect(ids(whole)).toEqual(ids(typed));
    expect(ids(whole)).toHaveLength(most);
    expect(ids(paged)).toEqual(ids(typed).slice(0, 5));
  }
});

test('MC11: resources and prompts; an address that is none is said with what to do', async () => {
  const { client } = await connected();
  await caller(client)('remember', { value: 'Read me as a resource', key: 'notes/a b', category: 'note' });
  const read = async (uri: string) => ((await client.readResource({ uri })).contents[0] as { text: string }).text;
  expect(await read('prsist://brief')).toContain('Read me as a resource');
  expect(await read(`prsist://entry/${encodeURIComponent('notes/a b')}`)).toContain('Read me as a resource');
  await expect(read('prsist://entry/nothing')).rejects.toThrow(/entry\/not-found: .* try: /);
  await expect(read('prsist://%')).rejects.toThrow(/no resource/);
  const prompt = await client.getPrompt({ name: 'handoff', arguments: { to_agent: 'codex' } });
  expect(JSON.stringify(prompt.messages)).toContain('codex');
});

test('MC12: failures are answers with a code and what to try; strangers are refused', async () => {
  const call = caller((await connected()).client);
  expect(await call('get', { key: 'nothing' })).toMatchObject({ isError: true, text: /^entry\/not-found: .* try: / });
  expect(await call('get', { key: 'a', tenant_id: 'x' })).toMatchObject({
    isError: true,
    text: /no argument tenant_id/,
  });
  expect(await call('search', { query: 'a', limit: 0 })).toMatchObject({ isError: true, text: /limit/ });
  expect(await call('erase', {})).toMatchObject({ isError: true, text: /no tool erase/ });
});

test('MC13: what is quarantined is never told to an agent, and what a person decided is', async () => {
  const person = home.client(cwd);
  const { entry_id } = await person.call('context.store', { key: 'q.a', value: 'plutonium recipe', category: 'note' });
  const call = caller((await connected()).client);
  expect((await call('search', { query: 'plutonium' })).text).toContain('q.a');
  await person.call('context.trust', { entry_id, trust: 0 });
  expect((await call('search', { query: 'plutonium' })).text).toBe('nothing found');
  expect((await call('get', { key: 'q.a' })).isError).toBe(true);
});

test('MC14: outside any project the personal memory answers, and says so', async () => {
  const call = caller((await connected('someone-else', home.home)).client);
  expect((await call('remember', { value: 'Tea, not coffee' })).text).toContain('belongs to no project');
  expect((await call('search', { query: 'coffee' })).text).toContain('Tea, not coffee');
});

test('MC15: a daemon killed between calls is started again; the server ends with its stdin', async () => {
  const { client, pid } = await connected();
  const call = caller(client);
  await call('remember', { value: 'Said before the kill' });
  await home.kill();
  expect((await call('search', { query: 'before kill' })).text).toContain('Said before the kill');
  expect(home.processes()).toContain(pid);
  await client.close();
  await until('it is gone', () => !home.processes().includes(pid));
});

test('MC16: garbage on stdin is no end, and nothing but the protocol comes out', async () => {
  const hello = { jsonrpc: '2.0', id: 1, method: 'initialize' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const input = `nonsense\n{"a":\n${JSON.stringify({ ...hello, params })}\n`;
  const { exit, stdout } = await home.prsist(['mcp'], { cwd, input });
  const lines = stdout.split('\n').filter((line) => line !== '');
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  expect(exit).toBe(0);
});
