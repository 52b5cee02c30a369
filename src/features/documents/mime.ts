import { extname } from 'node:path';

const ofExtension: Readonly<Record<string, string>> = {
  ...{ '.md': 'text/markdown', '.markdown': 'text/markdown', '.mdx': 'text/markdown', '.mdc': 'text/markdown' },
  ...{ '.html': 'text/html', '.htm': 'text/html', '.xhtml': 'text/html', '.txt': 'text/plain', '.csv': 'text/csv' },
};

/** What a text is, by the name it has; a name without a known ending is plain text. */
export function mimeOf(name: string): string {
  const ending = extname(name).toLowerCase();
  return ofExtension[ending] ?? (/^\.[a-z0-9+]{1,12}$/.test(ending) ? `text/x-${ending.slice(1)}` : 'text/plain');
}
