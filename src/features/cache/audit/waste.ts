import type { ModelRequest } from './request.ts';

interface Written {
  readonly from: number;
  readonly to: number;
}

/** Tokens that were written and never read. What the last request of a model wrote counts unless it may be read still. */
export function wasteOf(requests: readonly ModelRequest[], stillAlive: (last: ModelRequest) => boolean): number {
  const unread = new Map<string, readonly Written[]>();
  const last = new Map<string, ModelRequest>();
  let waste = 0;
  for (const request of requests) {
    const { model, read, write, write1h } = request;
    for (const { from, to } of unread.get(model) ?? []) waste += Math.max(0, to - Math.max(from, read));
    const end = read + write + write1h;
    unread.set(model, end > read ? [{ from: read, to: end }] : []);
    last.set(model, request);
  }
  for (const [model, left] of unread) {
    const request = last.get(model);
    if (request && stillAlive(request)) continue;
    for (const { from, to } of left) waste += to - from;
  }
  return waste;
}
