/** The function that serves the API has what tasks take in its zip, as it cannot load their handlers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { TASK_SCHEMAS_FILE } from "../../executions/task-schemas.ts";
import { readAllParameters } from "../../project/parameters/read-parameters.ts";
import type { Project } from "../../project/project.ts";
import type { Packaged } from "./native-packages.ts";
import { isServed } from "./page-files.ts";

/** A plugin for esbuild, for one entry. */
export function makeSchemaFile(
  { tasks }: Pick<Project, "tasks">,
  functionsOf: (entry: string, outdir: string) => readonly Packaged[],
): Plugin {
  return {
    name: "schema-file",
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(async ({ errors, metafile }) => {
        if (errors.length > 0 || !isServed(metafile)) return;
        const schemas = await readAllParameters([...tasks.values()].filter(({ enabled }) => enabled));
        const byName = [...schemas].map(([{ name }, schema]) => [name, schema] as const);
        const text = JSON.stringify(Object.fromEntries(byName.toSorted(([a], [b]) => (a < b ? -1 : 1))));
        const entry = String((build.initialOptions.entryPoints as readonly string[])[0]); // one entry a bundle
        for (const { folder } of functionsOf(entry, build.initialOptions.outdir ?? "")) {
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(folder, TASK_SCHEMAS_FILE), text);
        }
      });
    },
  };
}
