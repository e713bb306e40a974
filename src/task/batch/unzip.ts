/** Unpacks a zip into a folder that nothing in it can leave. */
import { createWriteStream } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { CirrusError } from "../../errors.ts";

export interface UnzipLimits {
  /** Of all files together, unpacked. */
  readonly maxBytes: number;
}

interface Link {
  readonly name: string;
  readonly target: string;
}

/** The upper 16 bits of an entry's attributes are the file's mode where Unix made the zip. */
const FILE_TYPE = 0o170000;
const LINK = 0o120000;
const PERMISSIONS = 0o777;

export async function unzip(archive: string, folder: string, limits: UnzipLimits): Promise<void> {
  // yauzl sees to it that names are relative, without `..`, and that no entry holds more than it says.
  const zip = await openPromise(archive, { strictFileNames: true, autoClose: false });
  try {
    const links: Link[] = [];
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      bytes += entry.uncompressedSize;
      if (bytes > limits.maxBytes) throw new CirrusError(`It holds more than ${limits.maxBytes} bytes when unpacked`);
      const linked = await unpack(zip, entry, folder);
      if (linked !== undefined) links.push({ name: entry.fileName, target: linked });
    }
    // Last, so that no file is ever written through one.
    for (const link of links) await makeLink(link, folder);
  } finally {
    zip.close();
  }
}

/** The target of an entry that is a link. */
async function unpack(zip: ZipFile, entry: Entry, folder: string): Promise<string | undefined> {
  const path = join(folder, entry.fileName);
  if (entry.fileName.endsWith("/")) {
    await mkdir(path, { recursive: true });
    return undefined;
  }
  await mkdir(dirname(path), { recursive: true });
  const mode = entry.externalFileAttributes >>> 16;
  const content = await zip.openReadStreamPromise(entry);
  if ((mode & FILE_TYPE) === LINK) return text(content);
  await pipeline(content, createWriteStream(path, { flags: "wx", mode: mode & PERMISSIONS || 0o644 }));
  return undefined;
}

async function makeLink({ name, target }: Link, folder: string): Promise<void> {
  const path = join(folder, name);
  const within = relative(folder, resolve(dirname(path), target));
  if (isAbsolute(target) || within === ".." || within.startsWith(`..${sep}`)) {
    throw new CirrusError(`${name} is a link to ${target}, which is not in the zip`);
  }
  await symlink(target, path);
}
