import type { CopilotEvent } from './copilot-state.ts';
import type { JsonObject } from './json-reading.ts';
import { asCount, asList, asObject, asText } from './json-reading.ts';

/** What one message tells of its request: the output alone. Input and cache stand in the shutdown, if there is one. */
export function noteMessageUsage(event: CopilotEvent, session: string, model: string | undefined): void {
  const { state, data, id, at } = event;
  if (data.outputTokens === undefined) return;
  const output = asCount(data.outputTokens);
  const name = model ?? '';
  state.told[name] = (Object.hasOwn(state.told, name) ? (state.told[name] ?? 0) : 0) + output;
  event.items.push({
    ...{ kind: 'usage', session, at, key: [id, 'usage'], requestId: `${event.session}:${id}` },
    ...(model === undefined ? {} : { model }),
    ...{ fresh: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output, reasoning: 0 },
  });
  if (state.isCounted) return;
  state.isCounted = true;
  noteKnown(event, 'output');
}

/**
 * session.shutdown: what the process used in all, per model. A later one of the same process replaces it, so only what is
 * new is added; output that messages told already is not added again.
 */
export function readShutdown(event: CopilotEvent): void {
  const { data, state } = event;
  const start = JSON.stringify(data.sessionStartTime ?? null);
  let isTold = false;
  for (const [model, totals] of Object.entries(totalsOf(data))) {
    const run = `${start} ${model}`;
    const before = (Object.hasOwn(state.totals, run) ? state.totals[run] : undefined) ?? [];
    const [fresh = 0, cacheRead = 0, cacheWrite = 0, produced = 0, reasoning = 0] = totals.map((total, at) =>
      Math.max(0, total - (before[at] ?? 0)),
    );
    const told = Object.hasOwn(state.told, model) ? (state.told[model] ?? 0) : 0;
    const output = Math.max(0, produced - told);
    state.totals[run] = totals;
    state.told[model] = 0;
    isTold = true;
    const key = [event.id, 'usage', model];
    const requestId = `${event.session}:shutdown:${event.id}:${model}`;
    event.items.push({
      ...{ kind: 'usage', session: event.session, at: event.at, key, requestId, model },
      ...{ fresh, cacheRead, cacheWrite, cacheWrite1h: 0, output, reasoning },
    });
  }
  if (isTold) noteKnown(event, 'input');
  addModifiedFiles(event);
}

/** Files the process says it changed, for those that no tool told of. */
function addModifiedFiles({ data, state, session, at, items }: CopilotEvent): void {
  for (const path of asList(asObject(data.codeChanges)?.filesModified)) {
    if (typeof path !== 'string' || path === '' || state.edited.includes(path)) continue;
    items.push({ kind: 'edit', session, at, key: [session, 'modified', path], path, change: 'modify' });
  }
}

/** Says of the conversation which of its tokens are known: without a shutdown only the output. */
function noteKnown({ session, at, items }: CopilotEvent, what: 'output' | 'input'): void {
  const metadata = { tokens_known: what === 'output' ? { output: true } : { input: true, cache: true } };
  items.push({ kind: 'note', session, at, key: [session, 'tokens', what], metadata });
}

/** Per model: fresh, cache read, cache written, output, reasoning. Input includes what was read and written. */
function totalsOf(data: JsonObject): Record<string, number[]> {
  const totals: Record<string, number[]> = {};
  for (const [model, metrics] of Object.entries(asObject(data.modelMetrics) ?? {})) {
    const usage = asObject(asObject(metrics)?.usage);
    if (usage === undefined) continue;
    const [read, written] = [asCount(usage.cacheReadTokens), asCount(usage.cacheWriteTokens)];
    const fresh = Math.max(0, asCount(usage.inputTokens) - read - written);
    totals[model] = [fresh, read, written, asCount(usage.outputTokens), asCount(usage.reasoningTokens)];
  }
  const details = asObject(data.tokenDetails);
  if (Object.keys(totals).length > 0 || details === undefined) return totals;
  const of = (name: string) => asCount(asObject(details[name])?.tokenCount);
  const [read, written] = [of('cache_read'), of('cache_write')];
  const fresh = Math.max(0, of('input') - read - written);
  return { [asText(data.currentModel) ?? '']: [fresh, read, written, of('output'), of('reasoning')] };
}
