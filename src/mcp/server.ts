import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { PrsistError } from '../core/errors.ts';
import { productVersion } from '../core/protocol.ts';
import { type Ask, asker, type Connected } from './ask.ts';
import { fitted } from './fit.ts';
import { agentOf } from './identity.ts';
import { prompts, promptText } from './prompts.ts';
import { plain, rendered } from './render.ts';
import { readResource, resources, resourceTemplates } from './resources.ts';
import { listed, type Tool, tools } from './tools.ts';

export type Surroundings = Omit<Connected, 'agent' | 'outside'>;

const capabilities = { tools: {}, resources: {}, prompts: {} };

/** One server of one connection: our tools, resources and prompts, answered by the daemon. */
export function createServer(surroundings: Surroundings): Server {
  const server = new Server({ name: 'prsist', version: productVersion }, { capabilities });
  // a client says its name when it connects, or, of the newer protocol, with each request
  const asking = (outside?: () => void) => {
    const agent = agentOf(server.getClientVersion()?.name, surroundings.env);
    return { agent, ask: asker({ ...surroundings, agent, ...(outside === undefined ? {} : { outside }) }) };
  };
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(listed) }));
  server.setRequestHandler('tools/call', ({ params }) => callTool(asking, params.name, params.arguments ?? {}));
  server.setRequestHandler('resources/list', () => ({ resources }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }));
  server.setRequestHandler('resources/read', ({ params }) =>
    told(async () => ({ contents: [await readResource(asking().ask, params.uri)] })),
  );
  server.setRequestHandler('prompts/list', () => ({ prompts }));
  server.setRequestHandler('prompts/get', ({ params }) =>
    told(async () => {
      const words = await promptText(asking().ask, params.name, params.arguments ?? {});
      return { messages: [{ role: 'user' as const, content: text(words) }] };
    }),
  );
  return server;
}

type Given = Readonly<Record<string, unknown>>;
type Asking = (outside: () => void) => { readonly agent: string; readonly ask: Ask };

/** What one call came to. A failure is an answer too: an agent reads why, and what to do. */
async function callTool(asking: Asking, name: string, given: Given) {
  let where = '';
  const { agent, ask } = asking(() => {
    where = '\n(this directory belongs to no project: the personal memory answered)';
  });
  try {
    const { operation, asks, tells } = toolFor(name, given);
    const asked = asks?.(given) ?? given;
    const own = operation === 'session.accept' ? { agent } : {};
    // checked by the daemon, which has the schema of every operation
    const { success: _, ...reply }: Given = await ask(operation, { ...asked, ...own } as never);
    const body = fitted(tells?.(reply, asked) ?? reply);
    return { content: [text(rendered(operation, body) + where)], structuredContent: plain(body) };
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    return { content: [text(words(error))], isError: true };
  }
}

/** A tool takes what it lists, and nothing else of the operation behind it. */
function toolFor(name: string, given: Given): Tool {
  const tool = tools.find((each) => each.name === name);
  if (!tool) {
    throw new PrsistError('input/invalid', `no tool ${name}`, { hint: tools.map((each) => each.name).join(', ') });
  }
  const stranger = Object.keys(given).find((argument) => !Object.hasOwn(tool.fields, argument));
  if (stranger === undefined) return tool;
  const hint = `${tool.name} takes ${Object.keys(tool.fields).join(', ')}`;
  throw new PrsistError('input/invalid', `no argument ${stranger}`, { hint });
}

/** The same words where the protocol has no answer for a failure. */
async function told<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, words(error));
  }
}

function words({ code, message, field, hint }: PrsistError): string {
  const where = field === undefined || message.includes(field) ? '' : ` (${field})`;
  return `${code}: ${message}${where}.${hint === '' ? '' : ` try: ${hint}`}`;
}

function text(words: string) {
  return { type: 'text' as const, text: words };
}
