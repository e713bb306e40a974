/** A README for the terminal: headings, lists, code and tables that fit its width. A pipe gets the file as it is. */
import { Lexer, type Token, type Tokens } from "marked";
import { type Io, paint } from "../terminal/io.ts";
import { renderTable } from "../terminal/table.ts";

const NARROW = 100;

export function renderMarkdown(io: Io, text: string): string {
  const width = Math.min(io.stdout.columns ?? 80, NARROW);
  return `${blocks(Lexer.lex(text), { io, width })}\n`;
}

interface Page {
  readonly io: Io;
  readonly width: number;
}

function blocks(tokens: readonly Token[], page: Page): string {
  return tokens.flatMap((token) => block(token, page) ?? []).join("\n\n");
}

/** Each kind of block; what is not known is shown as it was written. */
function block(token: Token, page: Page): string | undefined {
  // The lexer's own types tell its tokens apart by `type`, but one of them is open.
  if (token.type === "space" || isComment(token)) return undefined;
  if (token.type === "heading") return heading(token as Tokens.Heading, page);
  if (token.type === "paragraph") return fill(inline(token.tokens ?? [], page), page.width);
  if (token.type === "text") return token.tokens === undefined ? token.raw : inline(token.tokens, page);
  if (token.type === "code") return indent((token as Tokens.Code).text, "    ");
  if (token.type === "list") return list(token as Tokens.List, page);
  if (token.type === "blockquote") return indent(blocks(token.tokens ?? [], page), "│ ");
  if (token.type === "table") return table(token as Tokens.Table, page);
  if (token.type === "hr") return "─".repeat(page.width);
  return token.raw.trimEnd();
}

/** Marks of generated parts are for programs. */
function isComment({ type, raw }: Token): boolean {
  return type === "html" && raw.trimStart().startsWith("<!--");
}

function heading({ depth, tokens }: Tokens.Heading, page: Page): string {
  const text = inline(tokens, page);
  const { io } = page;
  return paint(io, io.stdout, "bold", depth === 1 ? `${text}\n${"═".repeat(text.length)}` : text);
}

function list({ items, ordered, start }: Tokens.List, page: Page): string {
  const inner = { ...page, width: page.width - 3 };
  return items
    .map((item, index) => {
      const mark = ordered ? `${Number(start || 1) + index}.` : "•";
      const text = item.tokens
        .flatMap((token) => block(token, inner) ?? [])
        .map((part) => fill(part, inner.width))
        .join("\n");
      return `${mark} ${indent(text, " ".repeat(mark.length + 1)).trimStart()}`;
    })
    .join("\n");
}

function table({ header, rows }: Tokens.Table, page: Page): string {
  const { io } = page;
  const last = header.length - 1;
  const columns = header.map(({ tokens }, index) => ({
    title: paint(io, io.stdout, "bold", inline(tokens, page)),
    grows: index === last,
  }));
  return renderTable(
    columns,
    rows.map((row) => row.map(({ tokens }) => inline(tokens, page))),
    page.width,
  );
}

function inline(tokens: readonly Token[], page: Page): string {
  return tokens.map((token) => span(token, page)).join("");
}

function span(token: Token, page: Page): string {
  const { io } = page;
  const inner = "tokens" in token && token.tokens !== undefined ? inline(token.tokens, page) : undefined;
  if (token.type === "codespan") return paint(io, io.stdout, "cyan", (token as Tokens.Codespan).text);
  if (token.type === "strong") return paint(io, io.stdout, "bold", inner ?? "");
  if (token.type === "br") return "\n";
  if (token.type === "link") return link(token as Tokens.Link, inner ?? "");
  if (token.type === "escape") return (token as Tokens.Escape).text;
  return inner ?? token.raw;
}

/** A relative link leads nowhere in a terminal. */
function link({ href }: Tokens.Link, text: string): string {
  return /^https?:/.test(href) && href !== text ? `${text} (${href})` : text;
}

function fill(text: string, width: number): string {
  const words = text
    .replace(/ *\n */g, "\n")
    .split("\n")
    .join(" ");
  return renderTable([{ title: words, grows: true }], [], width);
}

function indent(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => `${by}${line}`)
    .join("\n");
}
