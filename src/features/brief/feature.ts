import { sha256Hex } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { type Context, type Feature, feature } from '../feature.ts';
import { assemble, type BriefSources, type Setting } from './assemble.ts';
import { contract } from './contract.ts';

type Get = (typeof contract)['brief.get'];

/** What agents are told: chosen, rendered, laid out for the hooks. */
export function briefFeature(sources: BriefSources): Feature {
  return feature(contract, { verbs: { 'brief.get': (context, input) => get(sources, context, input) } });
}

function get(sources: BriefSources, context: Context, input: Parsed<Get>): Reply<Get> {
  const { agent, reason, session_id, budget_tokens } = input;
  const wanted = { agent, reason, session_id, maxTokens: budget_tokens };
  const brief = assemble(sources, settingOf(context), wanted);
  return { brief: brief.text, tokens: brief.tokens, sha256: sha256Hex(brief.text), items: [...brief.items] };
}

/** The setting of a request. */
export function settingOf(context: Context): Setting {
  return {
    ...{ reads: context.read, project: context.project.name, root: context.project.root, git: context.git },
    ...{ place: { worktree: context.worktree, branch: context.branch }, now: context.now },
  };
}
