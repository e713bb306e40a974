/** Text with terminal escapes as pieces with classes: colours become the page's own, everything else is taken out. */

export interface Piece {
  readonly text: string;
  /** `ansi-red ansi-bold`; empty for plain text. */
  readonly classes: string;
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
/** Control sequences, and operating system commands such as links and titles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
const ESCAPE = /\u001b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_=>78c])/g;

interface Look {
  colour: string | undefined;
  background: string | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underlined: boolean;
}

const PLAIN: Look = {
  colour: undefined,
  background: undefined,
  bold: false,
  dim: false,
  italic: false,
  underlined: false,
};

export function piecesOf(text: string): readonly Piece[] {
  if (!text.includes("\u001b")) return [{ text, classes: "" }];
  const pieces: Piece[] = [];
  let look = { ...PLAIN };
  let from = 0;
  const add = (until: number) => {
    if (until > from) pieces.push({ text: text.slice(from, until), classes: classesOf(look) });
  };
  for (const one of text.matchAll(ESCAPE)) {
    add(one.index);
    from = one.index + one[0].length;
    if (one[2] === "m") look = applied(look, one[1] ?? "");
  }
  add(text.length);
  return pieces;
}

/** The text alone, as it is searched. */
export function withoutEscapes(text: string): string {
  return text.includes("\u001b") ? text.replaceAll(ESCAPE, "") : text;
}

function applied(look: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = { ...look };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      // 256 colours and RGB: only the 16 that have a name are kept.
      const named = codes[at + 1] === 5 ? colourOf(codes[at + 2] ?? -1) : undefined;
      if (code === 38) next.colour = named;
      else next.background = named;
      at += codes[at + 1] === 5 ? 2 : 4;
    } else if (code === 0) next = { ...PLAIN };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underlined = true;
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underlined = false;
    else if (code === 39) next.colour = undefined;
    else if (code === 49) next.background = undefined;
    else if (code >= 30 && code <= 37) next.colour = colourOf(code - 30);
    else if (code >= 90 && code <= 97) next.colour = colourOf(code - 82);
    else if (code >= 40 && code <= 47) next.background = colourOf(code - 40);
    else if (code >= 100 && code <= 107) next.background = colourOf(code - 92);
  }
  return next;
}

/** Bright colours are shown as their plain ones: both must be read on dark and on light. */
function colourOf(number: number): string | undefined {
  return number >= 0 && number < 16 ? COLOURS[number % 8] : undefined;
}

function classesOf(look: Look): string {
  const classes = [
    look.colour && `ansi-${look.colour}`,
    look.background && `ansi-on-${look.background}`,
    look.bold && "ansi-bold",
    look.dim && "ansi-dim",
    look.italic && "ansi-italic",
    look.underlined && "ansi-underlined",
  ];
  return classes.filter(Boolean).join(" ");
}
