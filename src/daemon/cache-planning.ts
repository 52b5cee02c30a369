// What plans of the prefix cache are told by the other features.
import { limits } from '../core/limits.ts';
import type { Providers } from '../core/provider-rules.ts';
import type { Redactor } from '../core/redact.ts';
import { assemble, type BriefSources } from '../features/brief/assemble.ts';
import { type BriefNeeds, settingOf } from '../features/brief/feature.ts';
import { instructionsOf } from '../features/brief/instructions.ts';
import type { PlanNeeds } from '../features/cache/plan-verb.ts';
import { conversationOf } from '../features/sessions/conversation.ts';
import { leastTrust } from '../features/sessions/page-messages.ts';

export interface Planning {
  readonly providers: () => Providers;
  readonly sources: BriefSources;
  /** What a session was told at its start; undefined where that is not known. */
  readonly told: BriefNeeds['told'];
  readonly redactorAt: (root: string | undefined) => Redactor;
  readonly breathe: () => Promise<void>;
}

const briefTokens = 2_000;

/** Rules from the package, conversations from the sessions, the start of an agent from its brief. */
export function cachePlanning({ providers, sources, told, redactorAt, breathe }: Planning): PlanNeeds {
  return {
    get providers() {
      return providers();
    },
    breathe,
    conversation: (context, session_id) =>
      conversationOf(context.read.project, session_id, {
        // one more than a plan takes, so that a longer one is refused and not cut
        ...{ leastTrust: leastTrust(context.caller), limit: limits.planSegments + 1 },
      }),
    start: (context, session_id) => {
      const { root } = context.project;
      const agent = context.caller.agent ?? 'claude-code';
      const wanted = { agent, reason: 'startup', anchor: 'none', maxTokens: briefTokens } as const;
      const frozen = session_id === undefined ? undefined : told(context, { agent, session_id });
      const brief = frozen ?? assemble(sources, settingOf(context), wanted).text;
      const redactor = redactorAt(root);
      const files = instructionsOf(root).map((file) => ({ ...file, text: redactor.text(file.text).text }));
      return { brief, files };
    },
  };
}
