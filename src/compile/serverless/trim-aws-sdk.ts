/**
 * Lets esbuild leave out what a Lambda does not use of the AWS SDK. Its tables of a service's operations name their
 * members through constants, which esbuild must take for calls that may do something: so all of S3 stays where four
 * operations are used. And each client brings its whole package.json for its version's sake.
 */
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

export function makeTrimAwsSdk(): Plugin {
  return {
    name: "trim-aws-sdk",
    setup(build) {
      build.onLoad({ filter: /[\\/]@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => ({
        contents: withPlainKeys(await readFile(path, "utf8")),
        loader: "js",
      }));
      build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => ({
        contents: JSON.stringify(versionOf(JSON.parse(await readFile(path, "utf8")))),
        loader: "json",
      }));
    },
  };
}

/** `{ [_h]: … }` with `const _h = "http"` is `{ "http": … }`. */
export function withPlainKeys(module: string): string {
  const texts = new Map([...module.matchAll(/^const (\w+) = ("[^"\\\n]*");$/gm)].map(([, name, text]) => [name, text]));
  return module.replaceAll(/([{,]\s*)\[(\w+)\]:/g, (whole, before: string, name: string) => {
    const text = texts.get(name);
    return text === undefined || text === '"__proto__"' ? whole : `${before}${text}:`;
  });
}

function versionOf({ name, version }: { readonly name: string; readonly version: string }) {
  return { name, version };
}
