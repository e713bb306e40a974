import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { makeNativePackages, type Processor } from "../../src/compile/serverless/native-packages.ts";
import { writeFolder } from "../project/project-folder.ts";

const package_ = (name: string, manifest: object, files: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries({ "package.json": JSON.stringify({ name, main: "index.js", ...manifest }), ...files }).map(
      ([file, text]) => [`node_modules/${name}/${file}`, text],
    ),
  );

/** A package with a build for each platform, as sharp has them; one platform's is installed. */
const PICTURES = {
  ...package_(
    "pictures",
    {
      dependencies: { measure: "1" },
      optionalDependencies: {
        "@pictures/linux-x64": "1",
        "@pictures/linux-arm64": "1",
        "@pictures/linuxmusl-x64": "1",
      },
    },
    { "index.js": "module.exports = require('measure');", "src/big.c": "int x;", "README.md": "Pictures" },
  ),
  ...package_("measure", {}, { "index.js": "module.exports = 42;" }),
  ...package_(
    "@pictures/linux-x64",
    { os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
    { "lib/pictures.node": "\u007fELF" },
  ),
  ...package_("@pictures/linuxmusl-x64", { os: ["linux"], cpu: ["x64"], libc: ["musl"] }, { "lib/pictures.node": "-" }),
};
const PLAIN = package_("plain", {}, { "index.js": "exports.plain = 'bundled here';" });

async function bundle(
  entry: string,
  files: Readonly<Record<string, string>>,
  processor: Processor = "x64",
  external: string[] = [],
) {
  const root = writeFolder({ ...files, "entry.ts": entry });
  const folder = join(root, "zip");
  await build({
    entryPoints: [join(root, "entry.ts")],
    outdir: join(root, "out"),
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [makeNativePackages({ external, functionsOf: () => [{ processor, folder }] })],
  });
  const files_ = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return {
    code: readFileSync(join(root, "out/entry.js"), "utf8"),
    copied: files_.filter((file) => /\.\w+$/.test(file)).sort(),
  };
}

describe("a package with machine code", () => {
  test("is copied beside the bundle with all that it needs on the function's processor, and nothing else", async () => {
    const { code, copied } = await bundle(
      'import p from "pictures"; import { plain } from "plain"; console.log(p, plain);',
      {
        ...PICTURES,
        ...PLAIN,
      },
    );
    expect(copied).toEqual([
      "node_modules/@pictures/linux-x64/lib/pictures.node",
      "node_modules/@pictures/linux-x64/package.json",
      "node_modules/measure/index.js",
      "node_modules/measure/package.json",
      "node_modules/pictures/index.js",
      "node_modules/pictures/package.json",
    ]);
    expect(code).toContain('from "pictures"');
    expect(code).toContain("bundled here");
  });

  test("is not copied for a function that does not import it", async () => {
    const { copied } = await bundle('import { plain } from "plain"; console.log(plain);', { ...PICTURES, ...PLAIN });
    expect(copied).toEqual([]);
  });

  test("that is not installed for the function's processor stops the bundle and says what to run", async () => {
    const result = bundle('import p from "pictures"; console.log(p);', PICTURES, "arm64");
    await expect(result).rejects.toThrow(
      "pictures runs on Lambda only with @pictures/linux-arm64, which is not installed. Run: npm install --no-save --os=linux --cpu=arm64 --libc=glibc pictures",
    );
  });

  test("compiled where it was installed runs on that kind of machine only", async () => {
    const compiled = package_("compiled", { gypfile: true }, { "index.js": "", "build/Release/compiled.node": "-" });
    const entry = 'import "compiled";';
    const here = `${process.platform}-${process.arch}`;
    const there: Processor = process.arch === "arm64" ? "x64" : "arm64";
    await expect(bundle(entry, compiled, there)).rejects.toThrow(
      `compiled runs on Lambda only with compiled for linux-${there}`,
    );
    if (here === "linux-x64" || here === "linux-arm64") {
      const { copied } = await bundle(entry, compiled, process.arch === "arm64" ? "arm64" : "x64");
      expect(copied).toContain("node_modules/compiled/build/Release/compiled.node");
    }
  });
});

test("a package that reads WebAssembly from its folder is copied with it, for either processor", async () => {
  const maps = package_("maps", { dependencies: { plain: "1" } }, { "index.js": "", "dist/maps.wasm": "\u0000asm" });
  const entry = 'import { plain } from "plain"; export const maps = () => import("maps"); console.log(plain);';
  const { code, copied } = await bundle(entry, { ...maps, ...PLAIN }, "arm64");
  expect(copied).toContain("node_modules/maps/dist/maps.wasm");
  // What it imports itself, it finds beside it.
  expect(copied).toContain("node_modules/plain/index.js");
  expect(code).toContain("bundled here");
});

test("a package that the project wants left out of the bundle is copied as it is", async () => {
  const { code, copied } = await bundle('import { plain } from "plain"; console.log(plain);', PLAIN, "x64", ["plain"]);
  expect(code).not.toContain("bundled here");
  expect(copied).toEqual(["node_modules/plain/index.js", "node_modules/plain/package.json"]);
});
