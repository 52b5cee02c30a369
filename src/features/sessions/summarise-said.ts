// Sentences of the human worth keeping word for word, chosen by age and by what was edited afterwards.
import type { SessionFacts, Snapshot } from '../../core/snapshot.ts';
import { cutAtWord, sentencesOf, wordsOf } from './sentences.ts';
import { isAcknowledgement } from './summarise-ask.ts';

const halfLifeMessages = 20;
const most = 3;
const units = 160;
/** Sentences considered per prompt: a pasted plan or log may have hundreds. */
const perPrompt = 40;
/** A prompt this long was pasted for the most part: one sentence of it may stand for the whole. */
const pastedUnits = 1_200;

interface Candidate {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly at: number;
  /** Set for a pasted prompt, which gives one sentence at most. */
  readonly pasted: string | null;
  readonly score: number;
}

/**
 * At most three sentences of human prompts, verbatim, oldest first: half-life 20 messages, plus up to a half for words
 * that are in the paths edited afterwards. Left out: questions, acknowledgements, near-duplicates, what `told` holds.
 */
export function saidIn(facts: SessionFacts, told: readonly string[]): Snapshot['said'] {
  const chosen: Candidate[] = [];
  const taken: ReadonlySet<string>[] = told.map((text) => new Set(wordsOf(text)));
  for (const candidate of ranked(facts)) {
    if (chosen.length === most) break;
    // the sentence in which an ask was cut off has too few words in common with what is left of it
    if (told.some((text) => text.includes(candidate.text.slice(0, 40)))) continue;
    if (taken.some((words) => containment(candidate.words, words) >= 0.7)) continue;
    if (candidate.pasted !== null && chosen.some((one) => one.pasted === candidate.pasted)) continue;
    chosen.push(candidate);
    taken.push(candidate.words);
  }
  return chosen.sort((a, b) => a.at - b.at).map(({ text, at }) => ({ text: cutAtWord(text, units), by: 'user', at }));
}

function ranked(facts: SessionFacts): readonly Candidate[] {
  const { user, assistant, system, tool } = facts.counts;
  // prompts carry no place among all messages: their share of them stands for the distance
  const messagesPerPrompt = Math.max(1, (user + assistant + system + tool) / Math.max(1, facts.prompts.length));
  const candidates: Candidate[] = [];
  for (const [index, prompt] of facts.prompts.entries()) {
    const age = (facts.prompts.length - 1 - index) * messagesPerPrompt;
    const edited = wordsEditedAfter(facts, prompt.at);
    for (const text of sentencesOf(prompt.text).slice(0, perPrompt)) {
      if (!isWorthKeeping(text)) continue;
      const words = new Set(wordsOf(text));
      const overlap = [...words].filter((word) => edited.has(word)).length;
      const score = 0.5 ** (age / halfLifeMessages) + Math.min(0.5, overlap / 6);
      candidates.push({
        text,
        words,
        at: prompt.at,
        pasted: prompt.text.length > pastedUnits ? prompt.id : null,
        score,
      });
    }
  }
  // the sort is stable: of equal scores the earlier sentence of the later prompt stands first
  return candidates.sort((a, b) => b.score - a.score || b.at - a.at);
}

function isWorthKeeping(text: string): boolean {
  return (
    wordsOf(text.replace(/`[^`]*`/g, '')).length >= 4 && !/[?:？：]["'”’)*_`]*$/.test(text) && !isAcknowledgement(text)
  );
}

function wordsEditedAfter(facts: SessionFacts, at: number): ReadonlySet<string> {
  const words = new Set<string>();
  for (const edit of facts.edits) {
    if (edit.at < at) continue;
    const stem = edit.path
      .split('/')
      .slice(-2)
      .join('/')
      .replace(/\.[^./]*$/, '');
    // camelCase and snake_case names are said in parts as well as whole
    for (const word of wordsOf(`${stem} ${stem.replace(/([a-z0-9])([A-Z])|_/g, '$1 $2')}`)) {
      if (word.length >= 4) words.add(word);
    }
  }
  return words;
}

/** The share of `part` that stands in `whole`. */
function containment(part: ReadonlySet<string>, whole: ReadonlySet<string>): number {
  if (part.size === 0) return 1;
  return [...part].filter((word) => whole.has(word)).length / part.size;
}
