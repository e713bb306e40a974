/** Which documents a payload has, by the names under which the API compares them: `input:<execution>`, `output:<execution>`. */
import type { Attempt } from "../../../../src/api/shapes/payloads.ts";

export interface DocumentName {
  readonly kind: "input" | "output";
  readonly execution: string;
}

/** For people, with whether it can still be read. */
export interface DocumentChoice extends DocumentName {
  readonly text: string;
  readonly label: string;
}

export function documentText({ kind, execution }: DocumentName): string {
  return `${kind}:${execution}`;
}

export function documentNamed(text: string | null | undefined): DocumentName | undefined {
  const found = /^(input|output):(.+)$/s.exec(text ?? "");
  if (!found?.[2]) return undefined;
  return { kind: found[1] === "input" ? "input" : "output", execution: found[2] };
}

/** All that can be read, the newest attempt first. */
export function documentsOf(attempts: readonly Attempt[]): readonly DocumentChoice[] {
  return attempts
    .toSorted((a, b) => b.attempt - a.attempt)
    .flatMap(({ attempt, execution, input, output }) => {
      const choices: DocumentChoice[] = [];
      const add = (kind: DocumentName["kind"]) =>
        choices.push({
          kind,
          execution,
          text: documentText({ kind, execution }),
          label: `${kind} of attempt ${attempt}`,
        });
      if (input) add("input");
      if (output) add("output");
      return choices;
    });
}

/** What is worth comparing first: the last input with its output, else the inputs of the last two attempts. */
export function comparedAtFirst(choices: readonly DocumentChoice[]): readonly [from: string, to: string] | undefined {
  const output = choices.find(({ kind }) => kind === "output");
  const itsInput = choices.find(({ kind, execution }) => kind === "input" && execution === output?.execution);
  if (output && itsInput) return [itsInput.text, output.text];
  const [newest, before] = choices.filter(({ kind }) => kind === "input");
  return newest && before ? [before.text, newest.text] : undefined;
}
