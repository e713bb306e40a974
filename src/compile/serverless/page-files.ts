/** The function that serves the dashboard has the page's files in its zip, beside its code. */
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { PAGE_FOLDER } from "../../api/page/page-folder.ts";
import type { Packaged } from "./native-packages.ts";

/** The module that serves it, in a checkout and in the package. */
const SERVED_BY = /[\\/]api[\\/]aws[\\/]lambda\.[jt]s$/;

/** A plugin for esbuild, for one entry. */
export function makePageFiles(functionsOf: (entry: string, outdir: string) => readonly Packaged[]): Plugin {
  return {
    name: "page-files",
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ errors, metafile }) => {
        if (errors.length > 0 || !isServed(metafile)) return undefined;
        if (!existsSync(join(PAGE_FOLDER, "index.html"))) {
          const text = `The page of the dashboard is not built: ${PAGE_FOLDER}`;
          return {
            errors: [{ text, notes: [{ text: "Build it in the checkout of Cirrus: npm run build:dashboard" }] }],
          };
        }
        const entry = String((build.initialOptions.entryPoints as readonly string[])[0]); // one entry a bundle
        for (const { folder } of functionsOf(entry, build.initialOptions.outdir ?? "")) {
          cpSync(PAGE_FOLDER, join(folder, "dashboard"), { recursive: true });
        }
        return undefined;
      });
    },
  };
}

/** The module is in the bundle, and not only looked at for what else is exported beside it. */
export function isServed(metafile: Metafile | undefined): boolean {
  return Object.values(metafile?.outputs ?? {}).some(({ inputs }) =>
    Object.entries(inputs).some(([path, { bytesInOutput }]) => SERVED_BY.test(path) && bytesInOutput > 0),
  );
}
