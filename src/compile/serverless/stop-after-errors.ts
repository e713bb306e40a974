/** serverless-esbuild leaves the other bundles' contexts open when one fails, and the open contexts keep the process alive. */
import type { Plugin } from "esbuild";

/** Long enough for the error to be reported before the others end for the want of a service. */
const GRACE_MS = 500;

/** After a bundle that failed, esbuild's service ends, and with it the command. */
export function makeStopAfterErrors(): Plugin {
  return {
    name: "cirrus-stop-after-errors",
    setup(build) {
      // The whole of esbuild's module, whose types leave this one function out here.
      const service = build.esbuild as typeof build.esbuild & { readonly stop: () => void };
      build.onEnd(({ errors }) => {
        if (errors.length > 0) setTimeout(() => service.stop(), GRACE_MS).unref();
      });
    },
  };
}
