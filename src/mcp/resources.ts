// Memory as things to attach: the brief, a session, an entry, a document.
import { PrsistError } from '../core/errors.ts';
import type { Ask } from './ask.ts';
import { fitted } from './fit.ts';
import { plain, rendered } from './render.ts';

export const resources = [
  {
    uri: 'prsist://brief',
    name: 'brief',
    description: 'What an agent is told at its start',
    mimeType: 'text/markdown',
  },
];

/** Names go in percent-encoded. */
export const resourceTemplates = [
  { uriTemplate: 'prsist://session/{id}', name: 'session', mimeType: 'application/json' },
  { uriTemplate: 'prsist://entry/{key}', name: 'entry', mimeType: 'text/markdown' },
  { uriTemplate: 'prsist://document/{uri}', name: 'document', mimeType: 'text/markdown' },
];

export interface Content {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
}

/** Reads one resource. Throws input/invalid for an address that is none of ours, and what the daemon throws. */
export async function readResource(ask: Ask, uri: string): Promise<Content> {
  const [, kind, encoded] = /^prsist:\/\/(brief|session|entry|document)(?:\/(.+))?$/s.exec(uri) ?? [];
  const markdown = (text: string) => ({ uri, mimeType: 'text/markdown', text });
  if (kind === 'brief') return markdown((await ask('brief.get', { reason: 'resume' })).brief);
  const name = decoded(encoded);
  if (kind === undefined || name === undefined) {
    throw new PrsistError('input/invalid', `no resource ${uri}`, { hint: 'resources/templates/list' });
  }
  if (kind === 'session') {
    const { context } = await ask('session.context', { session_id: name });
    return { uri, mimeType: 'application/json', text: JSON.stringify(plain(fitted(context))) };
  }
  if (kind === 'entry') return markdown(words('context.retrieve', await ask('context.retrieve', { key: name })));
  return markdown(words('document.get', await ask('document.get', { uri: name })));
}

function words(operation: 'context.retrieve' | 'document.get', reply: Readonly<Record<string, unknown>>): string {
  return rendered(operation, fitted(reply));
}

function decoded(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined; // a lone % is no name of ours
  }
}
