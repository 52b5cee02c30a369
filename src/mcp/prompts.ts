// Two things a person asks for by name: go on with a session, hand one over.
import { PrsistError } from '../core/errors.ts';
import type { Ask } from './ask.ts';
import { rendered } from './render.ts';

export const prompts = [
  {
    name: 'handoff',
    description: 'Hand this session over to another agent',
    arguments: [{ name: 'to_agent', required: true }, { name: 'reason' }],
  },
  { name: 'resume', description: 'Go on with a session', arguments: [{ name: 'session_id' }] },
];

/** The words of one prompt. Throws input/invalid for a name that is none of ours or an argument that is missing. */
export async function promptText(ask: Ask, name: string, given: Readonly<Record<string, string>>): Promise<string> {
  if (name === 'resume') {
    const reply = await ask('session.resume', given.session_id === undefined ? {} : { session_id: given.session_id });
    return `Go on with this work.\n${rendered('session.resume', reply)}`;
  }
  if (name !== 'handoff') throw new PrsistError('input/invalid', `no prompt ${name}`);
  if (!given.to_agent) throw new PrsistError('input/invalid', 'to_agent is missing', { field: 'to_agent' });
  const because = given.reason ? ` The reason: ${given.reason}.` : '';
  return `Hand this session over to ${given.to_agent} with the tool "handoff".${because} Say in continuation_instructions what is to be done next, and in critical_info what must not be lost.`;
}
