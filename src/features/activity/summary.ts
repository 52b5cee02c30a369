import type { Parsed, Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { byCategory, byEditor, byFile, byLanguage, stretchesSince, totalSince } from './queries.ts';

type List = (typeof contract)['activity.list'];
type Summary = (typeof contract)['activity.summary'];

const dayMs = 86_400_000;

/** Stretches of time, latest first; of the last day when no moment is given. */
export function list(context: Context, input: Parsed<List>): Reply<List> {
  const rows = context.read.project.all(stretchesSince, { since: sinceOf(context, input.since), limit: input.limit });
  return {
    items: rows.map(({ id: _, start_at, end_at, ...rest }) => ({
      ...rest,
      ...{ start: wireTime(start_at), end: wireTime(end_at) },
    })),
  };
}

/** How long was worked on what, in milliseconds; of the last day when no moment is given. */
export function summary(context: Context, input: Parsed<Summary>): Reply<Summary> {
  const read = context.read.project;
  const since = sinceOf(context, input.since);
  const asked = { since, limit: input.limit };
  return {
    since: wireTime(since),
    total_ms: read.one(totalSince, { since })?.ms ?? 0,
    ...{ files: read.all(byFile, asked), languages: read.all(byLanguage, asked) },
    ...{ categories: read.all(byCategory, asked), editors: read.all(byEditor, asked) },
  };
}

function sinceOf({ now }: Context, since: string | undefined): number {
  return since === undefined ? now - dayMs : Date.parse(since);
}

function wireTime(ms: number): string {
  return new Date(ms).toISOString();
}
