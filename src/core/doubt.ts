// Signs that a text speaks to whoever reads it instead of telling something: what a poisoned page, file or package would
// hold. A sign lowers trust and is shown to the person; it decides nothing alone, and a text without signs may still lie.

/** Why a text is doubted, in the words a person is shown. */
export const doubtWords = [
  'overrides earlier instructions',
  'speaks to an assistant',
  'asks for secrecy',
  'asks for secrets',
  'role marker',
  'pipes a download into a shell',
  'long base64',
  'hidden characters',
] as const;
export type Doubt = (typeof doubtWords)[number];

/** Every gap is bounded and no repetition stands in another one, so that the time grows with the length alone. */
const gap = '[^.!?\\n]{0,50}';
const reader =
  '(?:ai|llm|language model|assistant|chatbot|coding agent|ai agent|claude|codex|gemini|copilot|chatgpt|gpt)';
const told = '(?:instructions?|prompts?|directives?|guidelines?|system messages?|guardrails?)';
const earlier = '(?:previous|prior|above|earlier|preceding|former|foregoing|existing|original)';
const setAside = '(?:ignore|disregard|forget|override|bypass|discard|do not follow|stop following)';
const does =
  '(?:run|execute|call|invoke|fetch|download|install|send|upload|post|email|reveal|print|output|reply|respond|answer|' +
  'delete|remove|disable|recommend|insert|add|approve|commit|push|obey|comply|follow|trust|treat)';
const secret =
  '(?:api[ _-]?keys?|access[ _-]?tokens?|tokens?|secrets?|passwords?|credentials?|ssh keys?|private keys?|\\.env|id_rsa|environment variables)';
const shell = '(?:sudo\\s+(?:-\\w+\\s+)?)?(?:(?:ba|z|da|k|fi)?sh|python3?|node|perl|ruby|pwsh|iex)\\b';

/** A form, and words of which one must stand in a text that has it: looking for those first costs next to nothing. */
interface Sign {
  readonly needs: readonly string[];
  readonly form: RegExp;
}

const sign = (needs: string, form: RegExp | string): Sign => ({ needs: needs.split('|'), form: new RegExp(form, 'm') });

const asides = 'ignore|disregard|forget|override|bypass|discard|do not follow|stop following';
const readers = 'ai |ais |ai,|ai:|llm|language model|assistant|chatbot|coding agent|claude|codex|gemini|copilot|gpt';
const loaders = 'curl|wget|iwr|irm|invoke-';

const signs: Readonly<Record<Exclude<Doubt, 'long base64' | 'hidden characters'>, readonly Sign[]>> = {
  'overrides earlier instructions': [
    sign(
      asides,
      `\\b${setAside}\\b${gap}\\b${earlier}\\b${gap}\\b(?:${told}|rules?|messages?|context|text|conversation)\\b`,
    ),
    sign(asides, `\\b${setAside}\\b${gap}\\b(?:all|any|your|every|the system|these|those)\\b[^.!?\\n]{0,20}\\b${told}`),
    sign(asides, `\\b${setAside}\\b${gap}\\b(?:${told}|rules?)\\b[^.!?\\n]{0,15}\\b(?:above|before|so far)\\b`),
    sign('instruction', /\b(?:new|updated|revised|real|actual|secret|hidden) (?:system )?instructions?\s{0,3}[:;]/),
    sign(
      'from now on|from this point on|from here on',
      /\bfrom (?:now|this point|here) on\b.{0,10}\b(?:you|always|never|every)\b/,
    ),
    sign('ignorier', /\bignorier\w{0,4}\b[^.\n]{0,40}\b(?:anweisung|vorgabe|instruktion)/),
    sign('ignore|oublie', /\b(?:ignore[rz]?|oublie[rz]?)\b[^.\n]{0,40}\binstructions?\b/),
    sign('ignor', /\bignor[ae]\w{0,3}\b[^.\n]{0,40}\b(?:instruc|istruz)/),
    sign('игнорир', /игнорир\S{0,6}[^.\n]{0,40}(?:инструкц|указани)/),
    sign(
      '忽略|无视|無視|忘れ',
      /(?:忽略|无视|無視)[^。\n]{0,20}(?:指令|指示|说明|提示)|(?:指示|命令)[^。\n]{0,10}(?:無視|忘れ)/,
    ),
  ],
  'speaks to an assistant': [
    sign(
      readers,
      `\\b${reader}s?\\b${gap}\\b(?:must|should|shall|will|please|needs? to|has to|have to|(?:are|is) (?:instructed|required|told))\\b${gap}\\b${does}\\b`,
    ),
    sign(
      readers,
      `\\b(?:attention|dear|hey|note (?:to|for)|instructions? (?:to|for)|message (?:to|for)|important for)\\b[ ,:]{0,3}(?:the |all |any )?${reader}s?\\b`,
    ),
    sign('if you are', `\\bif you are (?:an? |the )?(?:${reader}|automated)\\b`),
    sign('as a', `\\bas an? ${reader}\\b${gap}\\byou\\b`),
    sign('you are now', /\byou are now (?:an? |the |in |no longer |free|dan\b|root|admin|unrestricted)/),
    sign(
      'prompt|instructions',
      /\b(?:reveal|print|repeat|output|show|disclose|leak)\b[^.!?\n]{0,30}\b(?:system prompt|initial prompt|hidden instructions|your instructions)\b/,
    ),
    sign(
      'session|conversation',
      /\b(?:remember|store|save|persist|keep)\b[^.!?\n]{0,40}\b(?:all|every|future)\b[^.!?\n]{0,20}\b(?:sessions?|conversations?)\b/,
    ),
    sign(' mode ', /\b(?:developer|debug|god|jailbreak|unrestricted) mode (?:is )?(?:now )?(?:enabled|activated|on)\b/),
    sign(
      'you must|you shall|you have to|you are required',
      `\\byou (?:must|shall|have to|are required to) (?:now|always|immediately|silently|secretly|first)\\b[^.!?\\n]{0,30}\\b${does}\\b`,
    ),
  ],
  'asks for secrecy': [
    sign(
      'user|human|developer|operator|owner|maintainer',
      /\b(?:do not|don't|never|without)\b[^.!?\n]{0,20}\b(?:tell|inform|mention|notify|alert|warn|show|reveal|ask|report)(?:s|ing|ting)?\b[^.!?\n]{0,25}\b(?:user|human|developer|operator|owner|maintainer)s?\b/,
    ),
    sign(
      'silently|secretly|covertly',
      /\b(?:silently|secretly|covertly)\b[^.!?\n]{0,20}\b(?:run|execute|send|upload|install|add|fetch|download|post|exfiltrate)\b/,
    ),
    sign('keep this', /\bkeep this (?:secret|hidden|between us)\b/),
  ],
  'asks for secrets': [
    sign(
      'send|upload|post|exfiltrate|leak|email|forward|transmit|copy',
      `\\b(?:send|upload|post|exfiltrate|leak|email|forward|transmit|copy)\\b${gap}\\b${secret}[^.!?\\n]{0,40}\\bto\\s{1,3}(?:https?:|\\S{1,60}@|the (?:following|url|address))`,
    ),
    sign(
      'curl|wget|fetch',
      `\\b(?:curl|wget|fetch)\\b[^\\n]{0,120}(?:\\$\\(\\s{0,3}(?:cat|env|printenv)|@~?/?\\S{0,40}(?:\\.env|id_rsa|credentials))`,
    ),
    sign(
      '.env|id_rsa|.ssh/|.aws/credentials',
      `\\b(?:cat|print|dump|base64|read)\\b[^.!?\\n]{0,30}(?:\\.env|id_rsa|\\.ssh/|\\.aws/credentials)[^\\n]{0,80}\\b(?:send|post|upload|curl|include|paste|reply)\\b`,
    ),
  ],
  'role marker': [
    sign('<|', /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id)/),
    sign('inst]|sys>>', /\[\/?inst\]|<<\/?sys>>/),
    sign(
      '<',
      /<\s{0,3}\/?\s{0,3}(?:system|system[-_ ](?:reminder|prompt|message)|prsist-memory|function_calls|tool_result|assistant)\b/,
    ),
    sign(
      'system |developer ',
      /^[ \t]{0,3}(?:#{1,6} )?(?:system|developer) (?:prompt|message|instructions?|override)\s{0,3}:/,
    ),
    sign('human: |assistant: ', /^(?:human|assistant): /),
  ],
  'pipes a download into a shell': [
    sign(loaders, `\\b(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)\\b[^\\n|]{0,400}\\|\\s{0,3}${shell}`),
    sign(loaders, `\\b(?:ba|z|da|k)?sh\\s{1,3}(?:-c\\s{1,3})?["'<($\`]{1,4}\\s{0,3}(?:curl|wget)\\b`),
    sign(
      `${loaders}|new-object`,
      /\b(?:eval|source|iex)\b\s{0,3}["'<($`]{1,4}\s{0,3}(?:curl|wget|iwr|irm|new-object)\b/,
    ),
    sign('base64', `\\bbase64\\s{1,3}(?:-d|--decode)\\b[^\\n|]{0,100}\\|\\s{0,3}${shell}`),
  ],
};

// soft hyphens and joiners inside words, and the tags that spell a second text nobody sees
const joiners = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g;
const tags = /[\u{e0000}-\u{e007f}]/gu;
const flags = /\u{1f3f4}[\u{e0020}-\u{e007f}]{1,10}/gu;
const overrides = /[\u202a-\u202e\u2066-\u2069]/;
const splitWord = /[a-z][\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+[a-z]/i;
const concealed = /\u001b\[(?:\d{1,3};){0,5}8m/;

const plain = /^[\u0000-\u007f]*$/;
const base64Run = /[A-Za-z0-9+/_-]{160,}/g;

/**
 * Why a text is doubted, in the order of `doubtWords`; [] for most. Any text, in time that grows with its length: it never
 * throws, and what stands hidden between letters or written with other widths is read as it looks.
 */
export function doubtsOf(text: string): readonly Doubt[] {
  const whole = text.toWellFormed();
  const seen = asSeen(whole).toLowerCase();
  return doubtWords.filter((word) => {
    if (word === 'long base64') return hasBase64(whole);
    if (word === 'hidden characters') return hasHidden(whole);
    return signs[word].some(({ needs, form }) => needs.some((each) => seen.includes(each)) && form.test(seen));
  });
}

/** As a reader takes it: nothing invisible inside words, every width as the plain one. */
function asSeen(text: string): string {
  return plain.test(text) ? text : text.replace(tags, '').replace(joiners, '').normalize('NFKC');
}

/** A line that goes to agents as a quotation, whoever wrote it: not when it speaks to them. */
export function quotable(line: string): string {
  return doubtsOf(line).length === 0 ? line : 'left out: it reads like an instruction';
}

/** A long run that mixes capitals, small letters and digits: a path or a line of dashes does not. */
function hasBase64(text: string): boolean {
  for (const [run] of text.matchAll(base64Run)) {
    const capitals = run.replace(/[^A-Z]+/g, '').length;
    const digits = run.replace(/[^0-9]+/g, '').length;
    if (capitals > run.length / 8 && digits > run.length / 32 && /[a-z]/.test(run)) return true;
  }
  return false;
}

/** What reorders text or spells words between words; joiners of scripts and emoji that need them are none. */
function hasHidden(text: string): boolean {
  if (plain.test(text)) return concealed.test(text);
  if (overrides.test(text) || concealed.test(text) || splitWord.test(text)) return true;
  return text.replace(flags, '').match(tags) !== null;
}
