/** Projects of their own in temporary folders, with the package at hand as `npm install` would put it there. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "../embedded/temporary-folder.ts";

export const PACKAGE = join(import.meta.dirname, "../..");

/** Files by their path; a `cirrus.yml` is there even if it is not named. Removed when the test ends. */
export function temporaryProject(files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  writeFiles(root, { "cirrus.yml": "service: demo\n", ...files });
  linkPackages(root);
  return root;
}

/** What `npm install` would have put there, as far as handlers need it. */
export function linkPackages(root: string): void {
  mkdirSync(join(root, "node_modules"));
  symlinkSync(PACKAGE, join(root, "node_modules/cirrus-pipeline"));
  symlinkSync(join(PACKAGE, "node_modules/zod"), join(root, "node_modules/zod"));
}

/** The package's own configuration and examples. */
export function examplesProject(): string {
  const root = temporaryProject();
  for (const name of ["cirrus.yml", "examples"]) cpSync(join(PACKAGE, name), join(root, name), { recursive: true });
  return root;
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Longer than a machine that is busy with much else takes; the six seconds that hold without are few on one. */
const LONG = "  timeout: 300\n";

/** A task as a folder: its definition and its handler. */
export function taskFiles(
  name: string,
  handler: string,
  { lambda = LONG, batch = "" } = {},
): Readonly<Record<string, string>> {
  const definition = `description: A task of a test\nlambda:\n  enabled: true\n${lambda}${batch}`;
  return { [`tasks/${name}/definition.yml`]: definition, [`tasks/${name}/handler.ts`]: handler };
}

/** A workflow of one state that runs one task. */
export function workflowFiles(name: string, task: string, state = ""): Readonly<Record<string, string>> {
  return {
    [`workflows/${name}/definition.yml`]: `description: A workflow of a test
definition:
  StartAt: only
  States:
    only:
      Type: Task
      Resource: !GetAtt ${task}.Arn
${state}      End: true
`,
  };
}

/** The smallest payload: one item for one workflow. */
export function payloadText(workflow: string, item: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: "FeatureCollection",
    features: [featureOf(item)],
    process: [{ workflow }],
    ...more,
  });
}

export function featureOf(id: string): Readonly<Record<string, unknown>> {
  return {
    type: "Feature",
    stac_version: "1.0.0",
    id,
    collection: "demo",
    geometry: null,
    properties: { datetime: "2030-01-01T00:00:00Z" },
    links: [],
    assets: {},
  };
}
