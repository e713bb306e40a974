/** Starts the project's own Serverless Framework: what `npx serverless` would run, with the same options. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { wholeEnvironment } from "../../env.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Io } from "../terminal/io.ts";

/** The program of the package `serverless` that the project has installed. */
export function findServerless(root: string): string {
  const { resolve } = createRequire(join(root, "package.json"));
  try {
    const manifest = resolve("serverless/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: Record<string, string> }; // as npm asks for it
    return join(dirname(manifest), bin.serverless ?? "");
  } catch (error) {
    throw new CirrusError(`The Serverless Framework is not installed in ${root}.`, {
      hint: "Run npm install there; a project that lacks it gets it by: npm install --save-dev serverless@npm:osls@4",
      exitCode: EXIT.config,
      cause: error,
    });
  }
}

export interface ServerlessCall {
  readonly root: string;
  readonly args: readonly string[];
  /** Progress that a person need not see goes nowhere; errors are shown all the same. */
  readonly quiet?: boolean;
}

/** Resolves with the exit code. All that it writes goes to standard error: it is no data of ours. */
export async function runServerless(
  io: Pick<Io, "signal">,
  { root, args, quiet = false }: ServerlessCall,
): Promise<number> {
  const child = spawn(process.execPath, [findServerless(root), ...args], {
    cwd: root,
    stdio: ["ignore", quiet ? "ignore" : process.stderr.fd, process.stderr.fd],
    env: { ...wholeEnvironment(), PATH: `${dirname(process.execPath)}:${wholeEnvironment().PATH ?? ""}` },
  });
  // Ctrl-C in a terminal reaches it as well; what ends this process alone has to be passed on.
  const stop = () => child.kill("SIGTERM");
  io.signal.addEventListener("abort", stop);
  try {
    const [code] = (await once(child, "close")) as [number | null]; // as `close` is documented
    return code ?? EXIT.terminated;
  } finally {
    io.signal.removeEventListener("abort", stop);
  }
}

/** The options of ours as the framework calls them. */
export function serverlessOptions({
  stage,
  region,
  profile,
}: {
  readonly stage: string;
  readonly region: string;
  readonly profile?: string | undefined;
}): readonly string[] {
  return ["--stage", stage, "--region", region, ...(profile === undefined ? [] : ["--aws-profile", profile])];
}
