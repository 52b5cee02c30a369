import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface Handlers {
  readonly open?: (name: string, attributes: Attributes) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
}

/**
 * Walks over HTML or XML and tells what it meets. Nothing is fetched, no entity but the built-in ones is known, so none
 * can grow. Throws document/broken for nesting beyond all reason.
 */
export async function walkMarkup(source: string, mode: 'html' | 'xml', handlers: Handlers): Promise<void> {
  const { Parser } = await import('htmlparser2');
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (depth > limits.documentDepth) {
          throw new PrsistError('document/broken', `it is nested deeper than ${limits.documentDepth} levels`);
        }
        handlers.open?.(name, attributes);
      },
      onclosetag(name) {
        depth -= 1;
        handlers.close?.(name);
      },
      ontext: (text) => handlers.text?.(text),
    },
    { xmlMode: mode === 'xml', decodeEntities: true },
  );
  parser.write(source);
  parser.end();
}
