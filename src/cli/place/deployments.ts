/** Deployments by name: a file each in `.cirrus/deployments/`, so that nobody types stage, region and profile twice. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { CirrusError, EXIT } from "../../errors.ts";
import { suggest } from "../../nearest.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import type { Io } from "../terminal/io.ts";

const deployment = z.strictObject({
  stage: z.string().min(1),
  /** Where it is not `<service>-<stage>`. */
  stack: z.string().min(1).optional(),
  region: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
  endpointUrl: z.url().optional(),
});

export type Deployment = z.infer<typeof deployment>;

/** Letters, digits and what a file's name may hold besides. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function listDeployments(io: Pick<Io, "cwd">): readonly (Deployment & { readonly name: string })[] {
  const folder = folderOf(io);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -".json".length)] : []));
  return names.sort().map((name) => ({ name, ...readDeployment(io, name) }));
}

export function readDeployment(io: Pick<Io, "cwd">, name: string): Deployment {
  const file = fileOf(io, name);
  if (!existsSync(file)) {
    const known = existsSync(folderOf(io)) ? readdirSync(folderOf(io)).map((one) => one.replace(/\.json$/, "")) : [];
    throw new CirrusError(`There is no deployment ${name}.`, {
      hint: suggest(name, known) ?? `Add it: npx cirrus deployment add ${name} --stage <stage>`,
      exitCode: EXIT.notFound,
    });
  }
  try {
    return deployment.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (thrown) {
    throw new CirrusError(`${file} is not as it should be.`, {
      hint: `Add it again: npx cirrus deployment add ${name} --stage <stage> --replace`,
      exitCode: EXIT.config,
      cause: thrown,
    });
  }
}

export function writeDeployment(
  io: Pick<Io, "cwd">,
  name: string,
  content: Deployment,
  { replace }: { readonly replace: boolean },
): string {
  const file = fileOf(io, name);
  if (existsSync(file) && !replace) {
    throw new CirrusError(`There is a deployment ${name} already.`, {
      hint: "Add --replace, or take another name.",
      exitCode: EXIT.conflict,
    });
  }
  mkdirSync(folderOf(io), { recursive: true });
  writeFileSync(file, `${JSON.stringify(deployment.parse(content), null, 2)}\n`);
  return file;
}

function folderOf({ cwd }: Pick<Io, "cwd">): string {
  return join(findProjectRoot(cwd) ?? cwd, ".cirrus", "deployments");
}

function fileOf(io: Pick<Io, "cwd">, name: string): string {
  if (NAME.test(name)) return join(folderOf(io), `${name}.json`);
  throw new CirrusError(`${JSON.stringify(name)} cannot be the name of a deployment.`, {
    hint: "Use letters, digits, dots, dashes and underscores.",
    exitCode: EXIT.usage,
  });
}
