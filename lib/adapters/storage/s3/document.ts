/** The XML that S3 answers with. Entities of a document's own are refused by the parser, so none is ever expanded. */
import { parseXml, XmlElement } from '@rgrove/parse-xml';

export interface Element {
  readonly name: string;
  /** The text of its first child of that name; undefined where it has none. */
  text(name: string): string | undefined;
  /** Its children of that name, in order. */
  all(name: string): readonly Element[];
}

/** The root; undefined where the body is no XML. Blanks before it are how S3 keeps a connection open while it works. */
export function documentIn(body: Buffer): Element | undefined {
  const text = body.toString('utf8').trim();
  if (!text.startsWith('<')) return undefined;
  try {
    const { root } = parseXml(text);
    return root === null ? undefined : elementOf(root);
  } catch {
    return undefined;
  }
}

function elementOf(element: XmlElement): Element {
  const children = element.children.filter((child) => child instanceof XmlElement);
  return {
    name: element.name,
    text: (name) => children.find((child) => child.name === name)?.text,
    all: (name) => children.filter((child) => child.name === name).map(elementOf),
  };
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as XML holds it. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
