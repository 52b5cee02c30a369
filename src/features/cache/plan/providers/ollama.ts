// The cache lives as long as the model is loaded: it is asked to stay longer than the pauses of the conversation.
import { lastingSeconds } from '../pauses.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { chatBody } from '../requests/chat.ts';

export const ollama: Provider = {
  decide,
  render: (plan, layout) => {
    const { num_ctx, ...settings } = plan.settings;
    const options = num_ctx === undefined ? {} : { options: { num_ctx } };
    const body = { ...chatBody(layout, plan.model, { input: 'object' }), ...options, ...settings };
    return { method: 'POST', path: '/api/chat', headers: {}, body, before: [] };
  },
};

function decide({ chosen, context, options }: Asked): Decision {
  const keep = `${lastingSeconds(context.pauses_s) / 60}m`;
  return {
    // what is asked for is how long an entry lives
    ttl: keep,
    settings: {
      ...(chosen.rules.ttl?.v == null ? {} : { keep_alive: keep }),
      ...(options.window_tokens === undefined ? {} : { num_ctx: options.window_tokens }),
    },
  };
}
