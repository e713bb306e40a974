/**
 * The grammar of the Serverless Framework's variables: `${type(parameter):address, fallback, …}`, where parameter,
 * address and quoted fallbacks may hold variables themselves. `${Name}` and `${AWS::Region}` belong to CloudFormation and stay text.
 */
import type { Json } from "../../json.ts";

/** Text with variables in it, in order. */
export type Template = readonly (string | Variable)[];

export interface Variable {
  /** As written, braces included. */
  readonly text: string;
  /** The first that has a value counts. */
  readonly choices: readonly Choice[];
}

export type Choice =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "template"; readonly template: Template }
  | {
      readonly kind: "source";
      /** `self`, `opt`, `env`, `file` … */
      readonly type: string;
      readonly parameter?: Template | undefined;
      readonly address?: Template | undefined;
    };

export type ParsedTemplate =
  | { readonly template: Template }
  /** What is wrong, and from which character on. */
  | { readonly wrong: string; readonly at: number };

export function parseVariables(text: string): ParsedTemplate {
  try {
    const reader = makeReader(text);
    return { template: reader.template(() => false) };
  } catch (error) {
    if (error instanceof Malformed) return { wrong: error.message, at: error.at };
    throw error;
  }
}

/** Whether a text holds a variable at all. */
export function hasVariables(text: string): boolean {
  return /\$\{[a-zA-Z]\w*(?:\(|:(?!:))/.test(text);
}

class Malformed extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const VARIABLE_START = /\$\{(?=[a-zA-Z]\w*(?:\(|:(?!:)))/y;
const SOURCE_START = /([a-zA-Z]\w*)(?=\(|:(?!:))/y;
const NUMBER = /-?\d+(?:\.\d+)?(?=\s*[,}])/y;
const WORD = /(?:true|false|null)(?=\s*[,}])/y;
const SPACE = /\s*/y;
/** Variables inside variables deeper than this are a mistake, and would exhaust the stack. */
const DEEPEST = 20;

function makeReader(text: string) {
  let at = 0;
  let depth = 0;

  function match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found;
  }

  /** Reads until `ends` says so for the next character, or to the end of the text. */
  function template(ends: (character: string) => boolean): Template {
    const parts: (string | Variable)[] = [];
    let plain = "";
    while (at < text.length && !ends(text.charAt(at))) {
      const start = at;
      if (match(VARIABLE_START) === undefined) {
        plain += text.charAt(at);
        at += 1;
        continue;
      }
      if (plain !== "") parts.push(plain);
      plain = "";
      parts.push(variable(start));
    }
    if (plain !== "") parts.push(plain);
    return parts;
  }

  function variable(start: number): Variable {
    depth += 1;
    if (depth > DEEPEST) throw new Malformed(`More than ${DEEPEST} variables inside each other`, start);
    const choices: Choice[] = [];
    do {
      match(SPACE);
      choices.push(choice(start));
      match(SPACE);
    } while (skip(","));
    if (!skip("}")) throw new Malformed(`The variable ${excerpt(start)} is not closed`, start);
    depth -= 1;
    return { text: text.slice(start, at), choices };
  }

  function choice(start: number): Choice {
    const quote = text.charAt(at);
    if (quote === "'" || quote === '"') {
      at += 1;
      const inside = template((character) => character === quote);
      if (!skip(quote)) throw new Malformed(`A quote in ${excerpt(start)} is not closed`, start);
      return { kind: "template", template: inside };
    }
    const number = match(NUMBER);
    if (number !== undefined) return { kind: "literal", value: Number(number[0]) };
    const word = match(WORD);
    if (word !== undefined) return { kind: "literal", value: JSON.parse(word[0]) as Json };
    if (match(VARIABLE_START) !== undefined) return { kind: "template", template: [variable(at - 2)] };
    const type = match(SOURCE_START)?.[1];
    if (type === undefined) throw new Malformed(`${excerpt(start)} has a part that is no source and no value`, start);
    return source(type, start);
  }

  function source(type: string, start: number): Choice {
    let parameter: Template | undefined;
    if (skip("(")) {
      parameter = template((character) => character === ")");
      if (!skip(")")) throw new Malformed(`The bracket in ${excerpt(start)} is not closed`, start);
    }
    const address = skip(":") ? trimEnd(template((character) => character === "," || character === "}")) : undefined;
    return { kind: "source", type, parameter, address };
  }

  function skip(character: string): boolean {
    if (text.charAt(at) !== character) return false;
    at += 1;
    return true;
  }

  function excerpt(start: number): string {
    return text.length - start > 60 ? `${text.slice(start, start + 60)}…` : text.slice(start);
  }

  return { template };
}

function trimEnd(template: Template): Template {
  const last = template.at(-1);
  return typeof last === "string" ? [...template.slice(0, -1), last.trimEnd()] : template;
}
