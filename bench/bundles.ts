/** How large each Lambda's code is, and how long importing it takes over starting Node at all; the two take turns. */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { packagesAtImport } from "./bundled-packages.ts";
import { machine, median } from "./figures.ts";
import { lambdaEnvironment } from "./lambda-environment.ts";
import { type PackagedFunction, packageFunctions } from "./packaged-functions.ts";

const ROUNDS = 15;

/** What a definition gives its function, so that nothing is missing at import. */
const ENVIRONMENT = lambdaEnvironment();

const { functions, remove } = await packageFunctions();
try {
  console.log(`${machine()}\n${ROUNDS} fresh processes each, bare Node and the import in turn: least / median, ms\n`);
  console.log(
    "| Lambda | zip kB | JavaScript kB | loaded at import kB | import over bare Node | most of what is loaded at import, kB |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | --- |");
  for (const one of functions) console.log(await rowOf(one));
} finally {
  remove();
}

async function rowOf({ name, folder, handler, source, zipBytes }: PackagedFunction): Promise<string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.m?js$/.test(path));
  const code = files.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
  const packages = (await packagesAtImport(source)).slice(0, 5).map(([one, bytes]) => `${one} ${kB(bytes)}`);
  const importing = `await import(${JSON.stringify(handler)})`;
  timeOf(importing); // the first one reads the disk
  const rounds = Array.from({ length: ROUNDS }, () => [timeOf("0"), timeOf(importing)] as const);
  const bare = rounds.map(([time]) => time);
  const whole = rounds.map(([, time]) => time);
  const over = `${(Math.min(...whole) - Math.min(...bare)).toFixed(0)} / ${(median(whole) - median(bare)).toFixed(0)}`;
  return `| ${name} | ${kB(zipBytes)} | ${kB(code)} | ${kB(loadedBytes(handler))} | ${over} | ${packages.join(", ")} |`;
}

/** What a fresh process reads of the bundle when it imports the handler, later imports left out. */
function loadedBytes(handler: string): number {
  const script = `
    import { registerHooks } from "node:module";
    import { statSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    let bytes = 0;
    registerHooks({ load(url, context, next) {
      if (url.startsWith("file:")) bytes += statSync(fileURLToPath(url)).size;
      return next(url, context);
    } });
    await import(${JSON.stringify(handler)});
    process.stdout.write(String(bytes));`;
  return Number(run(script).stdout);
}

function timeOf(script: string): number {
  const started = performance.now();
  run(script);
  return performance.now() - started;
}

function run(script: string): { readonly stdout: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, ...ENVIRONMENT },
  });
  if (status !== 0) throw new Error(stderr);
  return { stdout };
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
