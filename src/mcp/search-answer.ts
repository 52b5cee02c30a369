// What a search costs an agent: whole texts up to a budget of tokens, and of each only what an agent can use.
import type { Reply } from '../core/operation.ts';
import { estimateTokens } from '../core/tokens.ts';
import type { Operations } from '../features/operations.ts';

type Given = Readonly<Record<string, unknown>>;
type Answer = Reply<Operations['search.query']>;
type Found = Answer['results'][number];

/** Tokens of an answer when nothing else is asked for. */
export const usualBudget = 2_000;

/** A search as it is asked: within the usual budget, unless its pages are asked for by `limit` or `cursor`. */
export function searchRequest(given: Given): Given {
  const isPaged = given['limit'] !== undefined || given['cursor'] !== undefined;
  return isPaged || given['budget_tokens'] !== undefined ? given : { ...given, budget_tokens: usualBudget };
}

/**
 * The answer of a search as an agent gets it: at most as many tokens as were asked for, counted in the form that takes
 * more of them, since clients differ in which of the two they show. The first result is there in any case.
 */
export function searchAnswer(reply: Given, asked: Given): Given {
  const answer = reply as Answer; // the daemon answers by the contract
  const budget = asked['budget_tokens'];
  const all = answer.results.map((found) => usable(found, asked));
  const results = typeof budget === 'number' ? within(all, budget) : all;
  const { did_you_mean, left_out, next_cursor } = answer;
  return {
    result_count: results.length,
    results,
    ...(did_you_mean.length > 0 ? { did_you_mean } : {}),
    ...(left_out.length > 0 ? { left_out } : {}),
    next_cursor,
  };
}

/** Members that are null or said twice are left out; marks and scores are for people. */
function usable(found: Found, asked: Given): Given {
  const { kind, id, key, title, text, snippet, at, session_id, project, author, agent, path, found_by, above } = found;
  const told = {
    ...{ kind, id, key: key === id ? null : key },
    // of a message it is the name of its session
    title: kind === 'message' ? null : title,
    ...{ at, session_id, project: asked['projects'] === undefined ? null : project },
    ...{ author: author === agent ? null : author, agent, path },
    found_by: found_by === 'around' ? found_by : null,
    above,
    ...(text === undefined ? { snippet } : { text }),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
}

function within(results: readonly Given[], budget: number): readonly Given[] {
  let used = 0;
  const end = results.findIndex((each) => {
    used += estimateTokens(JSON.stringify(each));
    return used > budget;
  });
  return end < 0 ? results : results.slice(0, Math.max(1, end));
}
