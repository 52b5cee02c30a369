import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerAudit } from './cache-audit.ts';
import { registerBlocks } from './cache-blocks.ts';
import { registerLoading } from './cache-loading.ts';
import { registerPlan } from './cache-plan.ts';
import { registerTemplates } from './cache-templates.ts';
import { registerTensors } from './cache-tensors.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('cache')
    .description('Context for models: what keeps its beginning warm, what broke it and what that cost.');
  registerAudit(command, bind);
  registerLoading(command, bind);
  registerTemplates(command, bind);
  registerPlan(command, bind);
  registerBlocks(command, bind);
  registerTensors(command, bind);
  withExamples(command, [
    'prsist cache audit --all --since 30d',
    'prsist cache load --explain',
    'prsist cache plan --provider anthropic --session 019a3985',
    'prsist cache stats --prefixes',
  ]);
};
