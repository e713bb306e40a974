/** Packages for tests, made by hand: nothing is fetched from anywhere. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, strToU8, zipSync } from "fflate";

/** A wheel of one module, which says its version; `requires` as in a wheel's metadata. */
export function writeWheel(folder: string, name: string, version: string, requires: readonly string[] = []): string {
  const about = `${name}-${version}.dist-info`;
  const metadata = ["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`];
  const files: Record<string, string> = {
    [`${name}.py`]: `version = "${version}"\n`,
    [`${about}/METADATA`]: [...metadata, ...requires.map((text) => `Requires-Dist: ${text}`), ""].join("\n"),
    [`${about}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  files[`${about}/RECORD`] = [...Object.keys(files), `${about}/RECORD`].map((path) => `${path},,\n`).join("");
  const file = join(folder, `${name}-${version}-py3-none-any.whl`);
  writeFileSync(file, zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))));
  return file;
}

/** A package of npm as one file, with a script that would be run when it is installed. */
export function writeNodePackage(folder: string, name: string, version: string): string {
  const about = { name, version, main: "index.js", scripts: { postinstall: "touch ran-a-script" } };
  const file = join(folder, `${name}-${version}.tgz`);
  const parts = [
    ...tarEntry("package/package.json", JSON.stringify(about)),
    ...tarEntry("package/index.js", `module.exports = "${version}";\n`),
    new Uint8Array(1024),
  ];
  writeFileSync(file, gzipSync(Buffer.concat(parts)));
  return file;
}

function tarEntry(name: string, text: string): readonly Uint8Array[] {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  const fields: readonly (readonly [number, string])[] = [
    ...[[0, name] as const, [100, "0000644\0"] as const, [108, "0000000\0"] as const, [116, "0000000\0"] as const],
    ...[[124, `${content.length.toString(8).padStart(11, "0")}\0`] as const, [136, "00000000000\0"] as const],
    ...[[148, "        "] as const, [156, "0"] as const, [257, "ustar\0"] as const, [263, "00"] as const],
  ];
  for (const [at, value] of fields) header.write(value, at, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return [header, content, new Uint8Array((512 - (content.length % 512)) % 512)];
}
