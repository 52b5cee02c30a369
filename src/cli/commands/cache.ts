import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerAudit } from './cache-audit.ts';
import { registerBlocks } from './cache-blocks.ts';
import { registerPlan } from './cache-plan.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('cache')
    .description('Beginnings of prompts: what keeps them warm, what broke them and what that cost.');
  registerAudit(command, bind);
  registerPlan(command, bind);
  registerBlocks(command, bind);
  withExamples(command, [
    'prsist cache audit --all --since 30d',
    'prsist cache plan --provider anthropic --session 019a3985',
    'prsist cache stats --prefixes',
  ]);
};
