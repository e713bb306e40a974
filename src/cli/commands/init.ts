/** `cirrus init`: a project that runs at once. What is there already is never touched. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import { readProject } from "../../project/read-project.ts";
import { type Manifest, projectFiles } from "../../scaffold/init-project.ts";
import { isName, toName } from "../../scaffold/name-form.ts";
import { completeNewReadmes, describedParts } from "../../scaffold/readme/write-readmes.ts";
import { writeMissing } from "../../scaffold/write-files.ts";
import { shellWord } from "../../shell-word.ts";
import { VERSION } from "../../version.ts";
import type { Register } from "../commands.ts";
import { IS_INSTALLED, PACKAGE_FOLDER } from "../place/package-folder.ts";
import { type Io, paint } from "../terminal/io.ts";

export const register: Register = (command, io) => {
  command
    .description("Make a project that runs at once, in a new folder or in this one. What is there is never touched.")
    .argument("[folder]", "where; this folder if it is left out")
    .option("--service <name>", "a part of every name on AWS; the folder's name if it is left out")
    .addHelpText("after", "\nExample:\n  cirrus init my-project")
    .action(async (folder = ".", options: { service?: string }) => {
      const root = resolve(io.cwd, folder);
      const service = requireService(options.service ?? (toName(basename(root)) || "my-project"));
      if (existsSync(join(root, "cirrus.yml"))) {
        throw new CirrusError(`There is a project in ${root} already; nothing was written.`, {
          hint: "Add to it: npx cirrus create task <name>",
          exitCode: EXIT.conflict,
        });
      }
      const files = projectFiles({
        service,
        cirrus: IS_INSTALLED ? `^${VERSION}` : `file:${PACKAGE_FOLDER}`,
        manifest: readManifest(),
        serverlessFile: join(PACKAGE_FOLDER, "serverless.yml"),
      });
      const outer = findProjectRoot(dirname(root));
      await makeFolder(root);
      const { written, kept } = await writeMissing(root, files);
      await describeParts(io, root, written);
      for (const file of written) io.stdout.write(`${join(relative(io.cwd, root), file)}\n`);
      reportKept(io, kept, files);
      if (outer !== undefined) {
        io.stderr.write(`It is inside the project ${outer}, which does not look into it: each has its own commands.\n`);
      }
      const enter = root === io.cwd ? "" : `  cd ${shellWord(relative(io.cwd, root))}\n`;
      io.stderr.write(
        `${paint(io, io.stderr, "green", "✓")} Made the project ${service}. Next:\n${enter}  npm install\n  npx cirrus run hello examples/hello.json\n`,
      );
    });
};

/** Their READMEs say what they take and run as from the start; one that was there already belongs to its writer. */
async function describeParts(io: Io, root: string, written: readonly string[]): Promise<void> {
  const { project } = readProject(root, { env: io.env });
  const made = describedParts(project).filter(({ directory }) =>
    written.includes(relative(project.root, join(directory, "README.md"))),
  );
  await completeNewReadmes(project, made);
}

async function makeFolder(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw new CirrusError(`The folder ${root} cannot be made: ${error instanceof Error ? error.message : error}`, {
      hint: "Choose another folder: npx cirrus init <folder>",
      exitCode: EXIT.usage,
    });
  }
}

/** Buckets are called after it, with the stage and more behind: they have lower case and 63 characters. */
const LONGEST_SERVICE = 30;

function requireService(name: string): string {
  if (isName(name) && name.length <= LONGEST_SERVICE) return name.toLowerCase();
  throw new CirrusError(`${name} cannot be the name of a service.`, {
    hint: `Say --service with letters, digits and hyphens, beginning with a letter, ${LONGEST_SERVICE} at most.`,
    exitCode: EXIT.usage,
  });
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8")) as Manifest; // the package's own
}

/** A folder that was not empty: what a project needs beside what is there is said, never done. */
function reportKept(io: Io, kept: readonly string[], files: Readonly<Record<string, string>>): void {
  if (kept.length === 0) return;
  io.stderr.write(`Kept as they were: ${kept.join(", ")}.\n`);
  if (!kept.includes("package.json")) return;
  const { dependencies, devDependencies } = JSON.parse(files["package.json"] ?? "{}") as Manifest; // made just before
  const list = (packages: Readonly<Record<string, string>>) =>
    Object.entries(packages)
      .map(([name, version]) => (version.startsWith("file:") ? version : `${name}@${version}`))
      .join(" ");
  io.stderr.write(`Add what the project needs to package.json, with "type": "module":\n`);
  io.stderr.write(`  npm install ${list(dependencies)}\n  npm install --save-dev ${list(devDependencies)}\n`);
}
