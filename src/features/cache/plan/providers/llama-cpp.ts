// A slot keeps what its last request left: each conversation has one, and may find its state in a file.
import { shardOf } from '../keys.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { chatBody } from '../requests/chat.ts';

export const llamaCpp: Provider = {
  decide,
  render: (plan, layout) => {
    const { state_file, ...settings } = plan.settings;
    const restore = {
      ...{ method: 'POST' as const, headers: {}, path: `/slots/${settings['id_slot'] ?? 0}?action=restore` },
      body: { filename: state_file },
    };
    return {
      ...{ method: 'POST' as const, path: '/v1/chat/completions', headers: {} },
      body: { ...chatBody(layout, plan.model), ...settings },
      before: state_file === undefined ? [] : [restore],
    };
  },
};

function decide({ context, options }: Asked): Decision {
  const slots = Math.max(1, options.slots ?? 1);
  return {
    ttl: null,
    settings: {
      ...{ cache_prompt: true, id_slot: shardOf(context.session ?? '', slots) },
      ...(options.state_file === undefined ? {} : { state_file: options.state_file }),
    },
  };
}
