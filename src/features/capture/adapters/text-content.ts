import type { JsonValue } from '../../../core/captured.ts';
import { asList, asObject, asText } from './json-reading.ts';

const ownBlock = /<prsist-memory>[\s\S]*?<\/prsist-memory>\n?/g;

/** Cuts what prsist itself put in front of the agent: nothing it wrote comes back as memory. */
export function cutOwnBlocks(text: string): string {
  return text.includes('<prsist-memory>') ? text.replace(ownBlock, '') : text;
}

/**
 * The readable text of message content or tool output.
 * content: a string, one block, or a list of strings and blocks `{type, text}`; an image becomes `[image]`, other blocks
 * (documents, encrypted content) nothing.
 */
export function textOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  const parts: string[] = [];
  const single = asObject(content);
  for (const entry of single === undefined ? asList(content) : [single]) {
    const part = typeof entry === 'string' ? entry : blockText(entry);
    if (part !== '') parts.push(part);
  }
  return parts.join('\n');
}

function blockText(entry: JsonValue): string {
  const block = asObject(entry);
  if (block === undefined) return '';
  const type = asText(block.type) ?? '';
  return type.includes('image') ? '[image]' : (asText(block.text) ?? '');
}

/** Lines of a text as an editor counts them: a final line end starts no new line. */
export function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
