/** Which packages a Lambda's code consists of: the same bundling as a deployment's, with esbuild's own account of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build, type Metafile } from "esbuild";
import { bundleOptions } from "../src/compile/serverless/bundles.ts";
import { readProject } from "../src/project/read-project.ts";

const ROOT = resolve(import.meta.dirname, "..");
const { project } = readProject(ROOT, { stage: "bench", region: "us-west-2", opt: {}, env: {} });

/** Bytes by package of what is loaded when the handler is imported, the largest first. */
export async function packagesAtImport(handler: string): Promise<readonly (readonly [name: string, bytes: number])[]> {
  const outdir = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
  try {
    // Those that are left out are serverless-esbuild's own.
    const { exclude: _, skipRebuild: __, concurrency: ___, outputFileExtension, ...options } = bundleOptions(project);
    const outExtension = { ".js": outputFileExtension };
    const { metafile } = await build({ ...options, entryPoints: [handler], outdir, outExtension, metafile: true });
    const sizes = new Map<string, number>();
    for (const path of importedAtOnce(metafile, handler)) {
      for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path]?.inputs ?? {})) {
        const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? "Cirrus itself";
        sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
      }
    }
    return [...sizes].toSorted(([, a], [, b]) => b - a);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The handler's module and those that it imports before it runs. */
function importedAtOnce({ outputs }: Metafile, handler: string): ReadonlySet<string> {
  const reached = new Set(Object.keys(outputs).filter((path) => resolve(outputs[path]?.entryPoint ?? "") === handler));
  for (const path of reached) {
    for (const { kind, path: imported, external } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && external !== true) reached.add(imported);
    }
  }
  return reached;
}
