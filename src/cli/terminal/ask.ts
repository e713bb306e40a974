/** Questions on a terminal. Where nobody can answer, the flag that would have is named instead. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { Io } from "./io.ts";

export interface Choice {
  readonly value: string;
  readonly hint?: string;
}

export interface Asker {
  text(question: {
    readonly message: string;
    readonly placeholder?: string;
    /** What is wrong with an answer. */
    readonly validate?: (answer: string) => string | undefined;
  }): Promise<string>;
  one(question: { readonly message: string; readonly choices: readonly Choice[] }): Promise<string>;
  some(question: { readonly message: string; readonly choices: readonly Choice[] }): Promise<readonly string[]>;
}

/** `flag` is what answers the question without a terminal, as the message of the refusal. */
export function ask(io: Io, flag: string): Asker {
  return {
    text: async ({ message, placeholder, validate }) => {
      const { text } = await prompts(io, flag);
      return answered(
        await text({
          message,
          ...(placeholder === undefined ? {} : { placeholder }),
          validate: (answer) => validate?.(answer ?? ""),
          ...streams,
        }),
      );
    },
    one: async ({ message, choices }) => {
      const { select } = await prompts(io, flag);
      return answered(await select({ message, options: choices.map((choice) => ({ ...choice })), ...streams }));
    },
    some: async ({ message, choices }) => {
      const { multiselect } = await prompts(io, flag);
      const options = choices.map((choice) => ({ ...choice }));
      return answered(await multiselect({ message, options, required: true, ...streams }));
    },
  };
}

/** Questions are no data: they go to standard error. */
const streams = { output: process.stderr };

async function prompts(io: Io, flag: string): Promise<typeof import("@clack/prompts")> {
  if (io.stdin.isTTY === true && io.stderr.isTTY === true && !io.env.CI) return import("@clack/prompts");
  throw new CirrusError(`Missing: ${flag}. There is no terminal to ask on.`, {
    hint: "Add --help to see how the command is called.",
    exitCode: EXIT.usage,
  });
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer !== "symbol") return answer as Exclude<T, symbol>; // the check narrows no type parameter
  throw new CirrusError("Cancelled; nothing was done.", { exitCode: EXIT.interrupted });
}
