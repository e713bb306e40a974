/** Takes what a guide shows out of it, so that tests run exactly that. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";

export interface GuideBlocks {
  /** The one block of a language that holds a text. */
  block(language: string, holding: string): string;
  /** The commands of a shell block, each as its words after `npx cirrus`; what is behind `>` is the reader's. */
  commands(holding: string): readonly (readonly string[])[];
}

export function guideBlocks(name: string): GuideBlocks {
  const guide = readFileSync(resolve(import.meta.dirname, "../docs/guide", name), "utf8");

  function block(language: string, holding: string): string {
    const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, found]) => found === language);
    const found = blocks.flatMap(([, , text = ""]) => (text.includes(holding) ? [text] : []));
    expect(found, `${language} blocks with ${holding}`).toHaveLength(1);
    return found[0] ?? "";
  }

  return {
    block,
    commands: (holding) =>
      block("sh", holding)
        .trim()
        .split("\n")
        .map((line) => line.replace(/^npx cirrus /, "").replace(/ > .*/, ""))
        .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = ""]) => quoted ?? plain)),
  };
}
