/** A Serverless Framework that is none: it notes how it was called, leaves what it is told to, and ends as it is told to. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFiles } from "./temporary-project.ts";

const PROGRAM = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const args = process.argv.slice(2);
const own = (name) => join(__dirname, name);
appendFileSync(own("calls.ndjson"), JSON.stringify({ args, cwd: process.cwd() }) + "\\n");
const { exit = 0, files = {} } = existsSync(own("told.json")) ? JSON.parse(readFileSync(own("told.json"), "utf8")) : {};
const at = args.indexOf("--package");
const folder = at < 0 ? ".serverless" : args[at + 1];
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
process.exit(exit);
`;

export interface Told {
  readonly exit?: number;
  /** What packaging leaves. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface ServerlessCall {
  readonly args: readonly string[];
  readonly cwd: string;
}

/** As `npm install` would have put it into the project. */
export function installFakeServerless(root: string, told: Told = {}): { calls(): readonly ServerlessCall[] } {
  writeFiles(join(root, "node_modules/serverless"), {
    "package.json": JSON.stringify({ name: "serverless", bin: { serverless: "serverless.js" } }),
    "serverless.js": PROGRAM,
    "told.json": JSON.stringify(told),
  });
  const noted = join(root, "node_modules/serverless/calls.ndjson");
  return {
    calls() {
      const text = existsSync(noted) ? readFileSync(noted, "utf8") : "";
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
  };
}
