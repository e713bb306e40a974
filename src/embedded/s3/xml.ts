/** The little XML that S3's requests and answers are written in: elements and texts, no attributes that matter. */
import { S3Error } from "./s3-error.ts";

/** Markup that is finished; anything else is a text and gets escaped. */
export interface Markup {
  readonly xml: string;
}

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

export function element(name: string, content: string | number | boolean | readonly Markup[]): Markup {
  const inner = typeof content === "object" ? content.map(({ xml }) => xml).join("") : escapeText(String(content));
  return { xml: `<${name}>${inner}</${name}>` };
}

export function xmlDocument(name: string, children: readonly Markup[], namespace: string | null = NAMESPACE): string {
  const attribute = namespace === null ? "" : ` xmlns="${namespace}"`;
  const inner = children.map(({ xml }) => xml).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${inner}</${name}>`;
}

export function xmlResponse(name: string, children: readonly Markup[]): Response {
  return new Response(xmlDocument(name, children), { headers: { "Content-Type": "application/xml" } });
}

/** XML 1.0 has no way to write most control characters; SDKs ask for keys that are percent-encoded instead. */
function escapeText(text: string): string {
  return text.replace(/[&<>"'\p{Cc}\ufffe\uffff]/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

/** What is between the tags of every element of this name, in order. Elements of one name do not lie in one another. */
export function elementsOf(xml: string, name: string): string[] {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw new S3Error("MalformedXML", "A document type is not taken.");
  const found = xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>`, "g"));
  return [...found].map(([, inner = ""]) => inner);
}

/** The text of the first element of this name. */
export function textOf(xml: string, name: string): string | undefined {
  const [inner] = elementsOf(xml, name);
  return inner === undefined ? undefined : unescapeText(inner);
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#([0-9]+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = Number.parseInt(hex ?? decimal ?? "", hex === undefined ? 10 : 16);
      if (code > 0x10ffff) throw new S3Error("MalformedXML", `There is no character ${whole}.`);
      return String.fromCodePoint(code);
    },
  );
}
