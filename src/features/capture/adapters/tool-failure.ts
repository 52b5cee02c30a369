const maxLength = 200;
const headLength = 400;
const scanned = 200_000;

// at the start of a line only: the output itself may quote such words
const exitCode = /^(?:Process exited with code|Exit code:?) (-?\d{1,9})/im;
const escapes = /\u001b\[[0-9;]*[A-Za-z]/g;
const frame = /^<\/?tool_use_error>|<\/tool_use_error>$|^Error: (?=Exit code)/g;
const header =
  /^(exit code:? -?\d+|wall time:? .*|output:|chunk id: .*|process exited with code .*|original token count: .*|total output lines: .*|process running with .*)$/i;

const telling: readonly (readonly [RegExp, number])[] = [
  [/^(?:\S*(?:error|exception)\b.*:|fatal:|panic:|error\[)/i, 6],
  [/\berror( TS\d+)?:|--- FAIL|✗|✖|×|AssertionError/i, 5],
  [/\b(cannot|could not|not found|no such file|denied|undefined|unexpected|refused|timed? ?out|does not exist)\b/i, 4],
  [/\b(error|failed|failure|invalid|missing|unable)\b/i, 3],
  [/\b(fail|FAIL)\b|panic/, 2],
];

/** The exit status a shell tool's output states in its first 400 characters; undefined when it states none. */
export function statedExitCode(output: string): number | undefined {
  const found = exitCode.exec(output.length > headLength ? output.slice(0, headLength) : output);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** The line of a failed tool's output that says most about what went wrong, at most 200 characters; '' for no output. */
export function errorLine(output: string): string {
  let best = '';
  let bestScore = -1;
  for (const raw of output.slice(0, scanned).split('\n')) {
    const line = raw.replace(escapes, '').trim().replace(frame, '').trim();
    if (line === '' || header.test(line)) continue;
    const score = scoreOf(line);
    if (score > bestScore) [best, bestScore] = [line, score];
    if (score === 6) break;
  }
  return best.length > maxLength ? `${best.slice(0, maxLength - 1)}…` : best;
}

function scoreOf(line: string): number {
  const head = line.slice(0, maxLength);
  for (const [pattern, score] of telling) if (pattern.test(head)) return score;
  return 0;
}
