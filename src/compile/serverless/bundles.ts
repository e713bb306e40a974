/** How a Lambda's code is made: ES modules with everything in them, except packages that bring machine code. */
import { dirname, join, relative } from "node:path";
import type { BuildOptions } from "esbuild";
import { isJsonObject } from "../../json.ts";
import type { Project } from "../../project/project.ts";
import { listComponents } from "../template.ts";
import { makeChunks } from "./chunks.ts";
import { entryHandler } from "./entries.ts";
import { makeNativePackages, type Packaged } from "./native-packages.ts";
import { makePageFiles } from "./page-files.ts";
import { makeSchemaFile } from "./schema-file.ts";
import { makeStopAfterErrors } from "./stop-after-errors.ts";
import { makeTrimAwsSdk } from "./trim-aws-sdk.ts";

/** Options of serverless-esbuild, which are esbuild's and a few of its own. */
export type BundleOptions = BuildOptions & {
  readonly exclude: readonly string[];
  readonly outputFileExtension: string;
  readonly skipRebuild: boolean;
  readonly concurrency: number;
};

/** Bundles that are made at a time: of all at once esbuild held 3.8 GB for this project, so it is 1.9 GB, in the same time. */
const AT_A_TIME = 4;

/** What `custom.esbuild` of a project says wins, except where a Lambda could not start otherwise. */
export function bundleOptions(project: Project): BundleOptions {
  const { custom } = project.config;
  const { external, ...own } = isJsonObject(custom.esbuild) ? custom.esbuild : {};
  return {
    minify: true,
    // A task's errors are told apart by their names, which minifying would shorten.
    keepNames: true,
    target: "node24",
    legalComments: "none",
    // The packages' ES modules: esbuild can leave out what is not used, and the AWS SDK comes to half its size.
    mainFields: ["module", "main"],
    // Each is made once: nothing of it is kept for another time.
    skipRebuild: true,
    concurrency: AT_A_TIME,
    ...own,
    bundle: true,
    format: "esm",
    platform: "node",
    outputFileExtension: ".mjs",
    resolveExtensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    // Nothing is left for npm to install while packaging. The AWS SDK as well is in the bundle: the runtime's own
    // changes under a deployed function.
    exclude: ["*"],
    banner: { js: REQUIRE },
    plugins: [
      makeStopAfterErrors(),
      makeChunks(),
      makeTrimAwsSdk(),
      makeNativePackages({
        external: Array.isArray(external) ? external.map(String) : [],
        functionsOf: (entry, outdir) => functionsOf(project, entry, outdir),
      }),
      makePageFiles((entry, outdir) => functionsOf(project, entry, outdir)),
      makeSchemaFile(project, (entry, outdir) => functionsOf(project, entry, outdir)),
    ],
  };
}

/** Some packages are CommonJS and ask for Node's own modules in its way. Minified code has other names of one letter. */
const REQUIRE =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/** serverless-esbuild takes what lies in `__only_<function>` into the zip of that function alone. */
function functionsOf(project: Project, entry: string, outdir: string): Packaged[] {
  const module = entry.slice(0, entry.lastIndexOf("."));
  const buildFolder = join(outdir, relative(dirname(entry), "."));
  return listComponents(project).flatMap((component) => {
    const { name, lambda } = component;
    if (lambda?.enabled !== true || modulePath(entryHandler(component, lambda, project.root)) !== module) return [];
    const architecture = lambda.settings.architecture ?? project.config.provider.architecture;
    return [{ processor: architecture === "arm64" ? "arm64" : "x64", folder: join(buildFolder, `__only_${name}`) }];
  });
}

function modulePath(handler: string): string {
  return handler.slice(0, handler.lastIndexOf("."));
}
