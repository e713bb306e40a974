/**
 * What a handler imports when it is called for becomes a file of its own: a Lambda starts with what it needs. Measured
 * for `process`: imported in 65 ms instead of 115.
 */
import { rmSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import type { Metafile, Plugin } from "esbuild";

/** A plugin for esbuild, for one entry. */
export function makeChunks(): Plugin {
  return {
    name: "chunks",
    setup(build) {
      const options = build.initialOptions;
      const [entry = ""] = options.entryPoints as readonly string[]; // serverless-esbuild gives a list of one
      options.splitting = true;
      options.metafile = true;
      // serverless-esbuild keeps what begins with a handler's name out of the zips of the others.
      options.chunkNames = `${basename(entry, extname(entry))}.[hash]`;
      build.onEnd(({ metafile }) => {
        for (const path of unreachable(metafile?.outputs ?? {}, entry)) rmSync(path);
      });
    },
  };
}

/** esbuild also writes what only code that was left out would have imported. */
function unreachable(outputs: Metafile["outputs"], entry: string): string[] {
  const paths = Object.keys(outputs);
  const reached = new Set(paths.filter((path) => resolve(outputs[path]?.entryPoint ?? "") === resolve(entry)));
  for (const path of reached) {
    const imports = outputs[path]?.imports ?? [];
    for (const imported of imports) if (imported.external !== true) reached.add(imported.path);
  }
  return paths.filter((path) => !reached.has(path));
}
