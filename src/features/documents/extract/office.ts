import { PrsistError } from '../../../core/errors.ts';
import type { Extracted } from './extract.ts';
import { walkMarkup } from './markup.ts';
import { extractOpenDocument } from './open-document.ts';
import { extractSheets } from './sheets.ts';
import { extractSlides } from './slides.ts';
import { extractWord } from './word.ts';
import { type Members, memberText, unzip } from './zip.ts';

const openDocument = 'application/vnd.oasis.opendocument.';
const officeXml = 'application/vnd.openxmlformats-officedocument.';

/** What is read of an archive: texts, never pictures, programs or embedded files. */
const isText = (name: string) =>
  /^(?:mimetype|content\.xml|meta\.xml|docProps\/core\.xml|(?:word|ppt|xl)\/(?:[\w-]+\/){0,2}[\w.-]+\.(?:xml|rels))$/.test(
    name,
  ) && !/\/(?:theme|slideLayouts|slideMasters|media|embeddings|charts|drawings|printerSettings)\//.test(name);

/** The text of a docx, pptx, xlsx, odt, odp or ods file. Throws document/unsupported for any other archive. */
export async function extractOffice(bytes: Uint8Array): Promise<Extracted> {
  const members = await unzip(bytes, isText);
  const title = await titleOf(members);
  const found = await textOf(members);
  return { ...found, title: title || found.title };
}

async function textOf(members: Members): Promise<Extracted> {
  if (members.has('word/document.xml')) {
    return { ...(await extractWord(members)), mime: `${officeXml}wordprocessingml.document` };
  }
  if (members.has('ppt/presentation.xml')) {
    return { ...(await extractSlides(members)), mime: `${officeXml}presentationml.presentation` };
  }
  if (members.has('xl/workbook.xml')) {
    return { ...(await extractSheets(members)), mime: `${officeXml}spreadsheetml.sheet` };
  }
  const mime = memberText(members, 'mimetype').trim();
  if (mime.startsWith(openDocument) && members.has('content.xml'))
    return { ...(await extractOpenDocument(members)), mime };
  throw new PrsistError('document/unsupported', 'it is an archive, and no office document');
}

/** What its author called it: dc:title, in the same form in both families. */
async function titleOf(members: Members): Promise<string> {
  const source = memberText(members, 'docProps/core.xml') || memberText(members, 'meta.xml');
  let title = '';
  let inTitle = false;
  await walkMarkup(source, 'xml', {
    open: (name) => {
      inTitle = name === 'dc:title';
    },
    close: () => {
      inTitle = false;
    },
    text: (text) => {
      if (inTitle) title += text;
    },
  });
  return title.replace(/\s+/g, ' ').trim();
}
