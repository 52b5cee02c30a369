/**
 * Share of the pauses between two requests of an agent that are longer, by seconds: 24,015 requests of 355 recorded
 * sessions. Between two of them it falls by the same factor for each doubling.
 */
const measured: readonly (readonly [seconds: number, longer: number])[] = [
  [18, 0.5],
  [300, 0.0512],
  [600, 0.03],
  [1_800, 0.01],
  [3_600, 0.0044],
  [86_400, 0.0004],
];
/** The measured share counts as much as so many pauses of this conversation. */
const weight = 20;

/** How probable it is that the next pause is longer than an entry lives. */
export function expiryChance(seconds: number, pauses: readonly number[] = []): number {
  const seen = pauses.filter((pause) => pause > seconds).length;
  return (measuredShare(seconds) * weight + seen) / (weight + pauses.length);
}

/** A lifetime in seconds that all but one pause in fifty of this conversation is shorter than. */
export function lastingSeconds(pauses: readonly number[] = []): number {
  const steps = [300, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
  return steps.find((seconds) => expiryChance(seconds, pauses) <= 0.02) ?? 86_400;
}

function measuredShare(seconds: number): number {
  const after = measured.findIndex(([each]) => each >= seconds);
  const [from, to] = [measured[after - 1], measured[after]];
  if (after < 0) return 0;
  if (!from || !to) return 1;
  const part = Math.log(seconds / from[0]) / Math.log(to[0] / from[0]);
  return from[1] * (to[1] / from[1]) ** part;
}
