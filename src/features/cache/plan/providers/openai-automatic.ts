// Up to gpt-5.5: any beginning of enough tokens is kept, in steps; byte order, and one key for what begins alike, is all.
import { plainName } from '../../../../core/provider-rules.ts';
import { projectKey, shardOf } from '../keys.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { responsesRequest } from '../requests/responses.ts';

export const openaiAutomatic: Provider = {
  decide,
  render: (plan, layout) => responsesRequest(plan, layout, { system: 'instructions', marks: [] }),
};

function decide({ chosen, context, options }: Asked): Decision {
  const { rules, known } = chosen;
  const offersDay = (rules.retention_24h?.v ?? []).some((each) => plainName(each) === known);
  const ttl = offersDay && rules.ttl?.v?.includes('24h') ? '24h' : (rules.ttl?.default ?? null);
  const most = rules.key?.requests_per_minute ?? Number.POSITIVE_INFINITY;
  const shards = Math.max(1, Math.ceil((options.requests_per_minute ?? 1) / most));
  const key = projectKey(context, shards);
  const warnings =
    shards > 1
      ? [
          {
            code: 'key-split',
            text: `more than ${most} requests a minute: this conversation is ${shardOf(context.session ?? '', shards) + 1} of ${shards}`,
          },
        ]
      : [];
  return {
    ...{ ttl, warnings, settings: ttl === '24h' ? { prompt_cache_retention: ttl } : {} },
    key: key === undefined || rules.key?.v == null ? null : { name: rules.key.v, value: key },
  };
}
