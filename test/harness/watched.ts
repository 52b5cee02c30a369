// What a process takes while a test runs, as the system tells it. Linux only, like the rest of what looks into /proc.
import fs from 'node:fs';

export interface Watched {
  /** Resident memory at each look. */
  readonly rssBytes: readonly number[];
  /** Open descriptors at each look. */
  readonly handles: readonly number[];
  /** Greatest size of the watched files together at each look. */
  readonly fileBytes: readonly number[];
}

/** Looks at a process, and at files, until stopped. */
export function watched(pid: number, files: () => readonly string[] = () => [], everyMs = 200) {
  const seen = { rssBytes: new Array<number>(), handles: new Array<number>(), fileBytes: new Array<number>() };
  const look = () => {
    try {
      const kib = /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (kib === undefined) return; // what is left of it
      seen.rssBytes.push(Number(kib) * 1024);
      seen.handles.push(fs.readdirSync(`/proc/${pid}/fd`).length);
    } catch {
      return; // it has ended
    }
    const sizes = files().map((file) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    seen.fileBytes.push(sizes.reduce((sum, size) => sum + size, 0));
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop(): Watched {
      clearInterval(timer);
      look();
      return seen;
    },
  };
}
