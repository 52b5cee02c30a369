/** A commit became another one at some time; or, with equal shas, came back to life. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly at: number;
}

/**
 * What each rewritten sha is now: the newest rewrite of each counts, followed to the end. Depends on the edges alone, not
 * on their order. A ring (a sha that was made again out of what it became) ends where its newest rewrite led.
 */
export function presentShas(edges: readonly Edge[]): ReadonlyMap<string, string> {
  const newest = new Map<string, Edge>();
  for (const edge of edges) {
    const other = newest.get(edge.from);
    if (!other || isNewer(edge, other)) newest.set(edge.from, edge);
  }
  const present = new Map<string, string>();
  for (const start of newest.keys()) {
    const end = endOf(start, newest, present);
    for (const sha of end.path) present.set(sha, end.sha);
  }
  return present;
}

function isNewer(a: Edge, b: Edge): boolean {
  return a.at > b.at || (a.at === b.at && a.to > b.to);
}

function endOf(
  start: string,
  newest: ReadonlyMap<string, Edge>,
  present: ReadonlyMap<string, string>,
): { readonly sha: string; readonly path: readonly string[] } {
  const path: Edge[] = [];
  const seen = new Map<string, number>();
  for (let at = start; ; ) {
    const known = present.get(at);
    const edge = newest.get(at);
    const shas = () => path.map(({ from }) => from);
    if (known !== undefined || !edge) return { sha: known ?? at, path: shas() };
    if (edge.to === at) return { sha: at, path: [...shas(), at] };
    const ring = seen.get(at);
    if (ring !== undefined) {
      const last = path.slice(ring).reduce((a, b) => (isNewer(b, a) ? b : a));
      return { sha: last.to, path: shas() };
    }
    seen.set(at, path.length);
    path.push(edge);
    at = edge.to;
  }
}
