/** `cirrus payload template`: a payload from a template and values. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { CirrusError, describeError, EXIT } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { Register } from "../commands.ts";
import type { Io } from "../terminal/io.ts";
import { readSource } from "./payload-files.ts";
import { fillPayloadTemplate } from "./payload-template.ts";

interface TemplateOptions {
  readonly var?: readonly string[];
  readonly vars?: readonly string[];
  readonly keepMissing?: boolean;
}

export const registerTemplate: Register = (command, io) => {
  command
    .description(`Fill in $name, $\{name} and $\{name?default} in a payload, and print it.`)
    .argument("<template>", "a JSON file, - for standard input")
    .option("-x, --var <name value...>", "a value; may be given several times")
    .option("--vars <file...>", "JSON or YAML files with a value for each name")
    .option("--keep-missing", "leave variables that have no value as they are")
    .addHelpText(
      "after",
      "\nExample:\n  cirrus payload template payload.json -x item scene-1 -x cloud 20 \\\n    | cirrus payload publish -",
    )
    .action(async (path: string, options: TemplateOptions) => {
      const values = new Map([...(await valuesOf(options.vars ?? [], io)), ...pairs(options.var ?? [])]);
      const { text, missing } = fillPayloadTemplate(await readSource(path, io), values);
      if (missing.length > 0 && !options.keepMissing) {
        throw new CirrusError(`These variables have no value: ${missing.join(", ")}.`, {
          hint: `Give them one: -x ${missing[0]} <value>. Or a default in the template: \${${missing[0]}?default}.`,
          exitCode: EXIT.config,
        });
      }
      if (missing.length === 0) requireJson(text, path);
      io.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    });
};

function pairs(words: readonly string[]): [string, Json][] {
  if (words.length % 2 === 1) {
    throw new CirrusError(`-x ${words.at(-1)} has no value.`, {
      hint: "Write -x NAME VALUE, after the template.",
      exitCode: EXIT.usage,
    });
  }
  return words.flatMap((name, index): [string, Json][] => (index % 2 === 0 ? [[name, words[index + 1] ?? ""]] : []));
}

async function valuesOf(paths: readonly string[], { cwd }: Io): Promise<[string, Json][]> {
  const maps = await Promise.all(
    paths.map(async (path) => {
      const read: unknown = await readFile(resolve(cwd, path), "utf8")
        .then((text) => parse(text))
        .catch((thrown: unknown) => {
          throw new CirrusError(`${path} cannot be read: ${describeError(thrown).cause}`, { exitCode: EXIT.notFound });
        });
      if (isJsonObject(read)) return Object.entries(read).map(([name, value = null]): [string, Json] => [name, value]);
      throw new CirrusError(`${path} holds no values by name.`, { exitCode: EXIT.config });
    }),
  );
  return maps.flat();
}

function requireJson(text: string, path: string): void {
  try {
    JSON.parse(text);
  } catch (thrown) {
    throw new CirrusError(`${path} is not JSON once it is filled in: ${describeError(thrown).cause}`, {
      hint: "Write a variable in quotes where a text stands, and without them where a number or a list does.",
      exitCode: EXIT.config,
    });
  }
}
