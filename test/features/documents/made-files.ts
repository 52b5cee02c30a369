// Small real files of every form, made here: nothing binary lies in the repository.
import { strToU8, type Zippable, zipSync } from 'fflate';

type Texts = Readonly<Record<string, string>>;

export function archive(texts: Texts): Uint8Array {
  const files: Zippable = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, strToU8(text)]));
  return zipSync(files);
}

const core = (title: string) =>
  `<?xml version="1.0"?><cp:coreProperties xmlns:dc="d" xmlns:cp="c"><dc:title>${title}</dc:title></cp:coreProperties>`;
const relations = (...all: readonly (readonly [id: string, kind: string, target: string])[]) =>
  `<Relationships>${all.map(([id, kind, target]) => `<Relationship Id="${id}" Type="http://x/${kind}" Target="${target}"/>`).join('')}</Relationships>`;

/** paragraphs: style ('' for none) and text. */
export function docx(paragraphs: readonly (readonly [style: string, text: string])[], title = ''): Uint8Array {
  const body = paragraphs
    .map(([style, text]) => {
      const properties = style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
      return `<w:p>${properties}<w:r><w:t>${text}</w:t></w:r></w:p>`;
    })
    .join('');
  const table =
    '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>code</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>429</w:t></w:r></w:p></w:tc></w:tr></w:tbl>';
  return archive({
    'word/document.xml': `<w:document><w:body>${body}${table}<w:p><w:r><w:delText>deleted</w:delText></w:r></w:p></w:body></w:document>`,
    'word/styles.xml':
      '<w:styles><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style></w:styles>',
    'word/media/image1.png': 'not a picture',
    'docProps/core.xml': core(title),
  });
}

/** Slides in the order shown; the files are numbered the other way round. */
export function pptx(
  slides: readonly { readonly title: string; readonly lines: readonly string[]; readonly notes?: string }[],
) {
  const file = (n: number) => `slide${slides.length - n}.xml`;
  const shape = (type: string, lines: readonly string[]) =>
    `<p:sp><p:nvSpPr><p:nvPr>${type === '' ? '' : `<p:ph type="${type}"/>`}</p:nvPr></p:nvSpPr><p:txBody>${lines.map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join('')}</p:txBody></p:sp>`;
  const texts: Record<string, string> = {
    'ppt/presentation.xml': `<p:presentation><p:sldIdLst>${slides.map((_, n) => `<p:sldId id="${n}" r:id="rId${n}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(
      ...slides.map((_, n) => [`rId${n}`, 'slide', `slides/${file(n)}`] as const),
    ),
    'docProps/core.xml': core(''),
  };
  for (const [n, { title, lines, notes }] of slides.entries()) {
    texts[`ppt/slides/${file(n)}`] = `<p:sld>${shape('title', [title])}${shape('', lines)}</p:sld>`;
    if (notes === undefined) continue;
    texts[`ppt/slides/_rels/${file(n)}.rels`] = relations(['rId1', 'notesSlide', `../notesSlides/notesSlide${n}.xml`]);
    texts[`ppt/notesSlides/notesSlide${n}.xml`] = `<p:notes>${shape('', [notes, String(n + 1)])}</p:notes>`;
  }
  return archive(texts);
}

export function xlsx(sheet: string, rows: readonly (readonly (string | number)[])[]): Uint8Array {
  const strings = rows.flat().filter((cell) => typeof cell === 'string');
  // a date is given as its style and its number: "=1 46082"
  const styled = (value: string) => /^=(\d) (.+)$/.exec(value);
  const cell = (value: string | number) =>
    typeof value === 'string' && styled(value)
      ? `<c s="${styled(value)?.[1]}"><v>${styled(value)?.[2]}</v></c>`
      : typeof value === 'string'
        ? `<c t="s"><v>${strings.indexOf(value)}</v></c>`
        : `<c><v>${value}</v></c>`;
  return archive({
    'xl/workbook.xml': `<workbook><sheets><sheet name="${sheet}" sheetId="1" r:id="rId7"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(['rId7', 'worksheet', 'worksheets/sheet1.xml']),
    'xl/sharedStrings.xml': `<sst>${strings.map((text) => `<si><r><t>${text}</t></r><rPh><t>aloud</t></rPh></si>`).join('')}</sst>`,
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="171" formatCode="0.00 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('')}</sheetData></worksheet>`,
  });
}

/** kind: text, presentation or spreadsheet. body: what stands in content.xml. */
export function openDocument(kind: string, body: string, title = ''): Uint8Array {
  return archive({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'content.xml': `<office:document-content><office:body>${body}</office:body></office:document-content>`,
    'meta.xml': `<office:document-meta><office:meta><dc:title>${title}</dc:title></office:meta></office:document-meta>`,
  });
}

/** A PDF with one line of text per page; the table of objects is left to be rebuilt by whoever reads it. */
export function pdf(pages: readonly string[], title = 'A made file'): Uint8Array {
  const kids = pages.map((_, n) => `${10 + 2 * n} 0 R`).join(' ');
  const objects = [
    '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
    `2 0 obj<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>endobj`,
    '3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj',
    `4 0 obj<</Title(${title})>>endobj`,
    ...pages.flatMap((text, n) => {
      const content = text === '' ? '' : `BT /F1 12 Tf 50 700 Td (${text}) Tj ET`;
      return [
        `${10 + 2 * n} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents ${11 + 2 * n} 0 R/Resources<</Font<</F1 3 0 R>>>>>>endobj`,
        `${11 + 2 * n} 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj`,
      ];
    }),
  ];
  return Buffer.from(`%PDF-1.4\n${objects.join('\n')}\ntrailer<</Root 1 0 R/Info 4 0 R>>\n%%EOF\n`, 'latin1');
}

/** An archive that unpacks to `bytes` bytes of the same letter in one part of a docx. */
export function bomb(bytes: number): Uint8Array {
  return zipSync({ 'word/document.xml': new Uint8Array(bytes).fill(97) }, { level: 9 });
}
