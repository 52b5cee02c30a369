import { sha256Hex } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { estimateTokens } from '../../core/tokens.ts';
import { type Context, type Feature, feature } from '../feature.ts';
import { assemble, type BriefSources, type Setting } from './assemble.ts';
import { contract } from './contract.ts';

type Get = (typeof contract)['brief.get'];

export interface BriefNeeds {
  readonly sources: BriefSources;
  /** What a session of this project was told when it started; undefined when that is not known, or nothing. */
  readonly told: (context: Context, who: { readonly agent: string; readonly session_id: string }) => string | undefined;
}

/** What agents are told: chosen, rendered, laid out for the hooks. */
export function briefFeature(needs: BriefNeeds): Feature {
  return feature(contract, { verbs: { 'brief.get': (context, input) => get(needs, context, input) } });
}

/** A session that asks again for what it starts with gets the same bytes: what stands in its context stays as it is. */
function get({ sources, told }: BriefNeeds, context: Context, input: Parsed<Get>): Reply<Get> {
  const { agent, reason, session_id, budget_tokens } = input;
  const asking = session_id ?? context.caller.session;
  const frozen = reason === 'startup' && asking ? told(context, { agent, session_id: asking }) : undefined;
  if (frozen !== undefined) return { ...asTold(frozen), frozen: true };
  const wanted = { agent, reason, session_id, maxTokens: budget_tokens };
  const { text, tokens, items } = assemble(sources, settingOf(context), wanted);
  return { brief: text, tokens, sha256: sha256Hex(text), items: [...items], frozen: false };
}

function asTold(text: string): Omit<Reply<Get>, 'frozen'> {
  const lines = text.split('\n').filter((line) => line.startsWith('- '));
  const items = lines.map((line) => ({ ent: '', line, why: 'told when the session started' }));
  return { brief: text, tokens: estimateTokens(text), sha256: sha256Hex(text), items };
}

/** The setting of a request. */
export function settingOf(context: Context): Setting {
  return {
    ...{ reads: context.read, project: context.project.name, root: context.project.root, git: context.git },
    ...{ place: { worktree: context.worktree, branch: context.branch }, now: context.now },
  };
}
