// Whose entry a command means: options that all commands about entries share.
import type { Command } from 'commander';
import { layers, priorities, scopes } from '../../core/words.ts';
import { oneOf } from '../input.ts';

export interface OwnerOptions {
  readonly scope?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly session?: string;
  readonly agentId?: string;
}

export interface PlacedOptions extends OwnerOptions {
  readonly layer?: string;
  readonly priority?: string;
}

/** Adds the options that say whose an entry is. */
export function ownerOptions(command: Command): Command {
  return command
    .option('--scope <scope>', scopes.join(', '))
    .option('--session <id>', 'of this session')
    .option('--agent-id <name>', 'of this agent')
    .option('--user <id>', 'of this user, where a program stores for others')
    .option('--tenant <id>', 'of this tenant');
}

/** The members of a request that say whose an entry is. */
export function ownerIn({ scope, tenant, user, session, agentId }: OwnerOptions) {
  return {
    scope: scope === undefined ? undefined : oneOf(scopes, scope, '--scope'),
    ...{ tenant_id: tenant, user_id: user, session_id: session, agent_id: agentId },
  };
}

/** The same with layer and priority. */
export function placeIn({ layer, priority, ...owner }: PlacedOptions) {
  return {
    ...ownerIn(owner),
    layer: layer === undefined ? undefined : oneOf(layers, layer, '--layer'),
    priority: priority === undefined ? undefined : oneOf(priorities, priority, '--priority'),
  };
}
