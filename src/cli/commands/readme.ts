/** `cirrus readme`: the parts of READMEs that are made from definitions and schemas, kept true. */
import { CirrusError, EXIT } from "../../errors.ts";
import { suggest } from "../../nearest.ts";
import type { Project } from "../../project/project.ts";
import {
  type DescribedPart,
  describedParts,
  makeReadmes,
  type Readme,
  writeReadmes,
} from "../../scaffold/readme/write-readmes.ts";
import type { Register } from "../commands.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { type Io, paint } from "../terminal/io.ts";

const KINDS = ["task", "feeder", "workflow"] as const;

export const register: Register = (command, io, exit) => {
  command
    .description(
      "Write the parts of the project's READMEs that are made from what they describe: parameters, what runs as what, errors, pictures of workflows.",
    )
    .argument("[kind]", KINDS.join(", "))
    .argument("[name]", "one of them")
    .option("--check", "write nothing, and fail where a README says something else")
    .addHelpText("after", "\nExamples:\n  cirrus readme\n  cirrus readme task add-preview\n  cirrus readme --check")
    .action(async (kind: string | undefined, name: string | undefined, { check = false }: { check?: boolean }) => {
      const project = findProjectToLook(io);
      const parts = chooseParts(project, kind, name);
      const readmes = await makeReadmes(project, parts);
      warnOfUnsure(io, readmes);
      if (!check) {
        const written = await writeReadmes(readmes);
        for (const file of written) io.stdout.write(`${file}\n`);
        const none = written.length === 0 ? "Every README is current.\n" : "";
        return void io.stderr.write(none);
      }
      const stale = readmes.filter(({ isCurrent }) => !isCurrent);
      for (const { file } of stale) io.stdout.write(`${file}\n`);
      if (stale.length === 0) return;
      const mark = paint(io, io.stderr, "red", "✗");
      io.stderr.write(
        `${mark} ${stale.length === 1 ? "This README is" : "These READMEs are"} not current. Write: npx cirrus readme\n`,
      );
      exit(EXIT.failed);
    });
};

/** A check that could not be made must not look like one that found nothing. */
function warnOfUnsure(io: Io, readmes: readonly Readme[]): void {
  const unsure = readmes.filter(({ isUnsure }) => isUnsure).map(({ file }) => file);
  if (unsure.length === 0) return;
  io.stderr.write(
    `${paint(io, io.stderr, "yellow", "warning:")} The parameters are left as they are in ${unsure.join(", ")}: ` +
      "their handlers could not be loaded, or have none.\n" +
      "  Install what they import (npm install), or see what is wrong: npx cirrus task run <task>\n",
  );
}

function chooseParts(project: Project, kind: string | undefined, name: string | undefined): readonly DescribedPart[] {
  const all = describedParts(project);
  if (kind === undefined) return all;
  const known = KINDS.find((one) => one === kind || `${one}s` === kind);
  if (known === undefined) {
    const named = all.find((part) => part.name === kind);
    const hint =
      named === undefined ? suggest(kind, KINDS) : `Its kind comes first: npx cirrus readme ${kindOf(named)} ${kind}`;
    throw new CirrusError(`${kind} is no kind of part that has a README made for it.`, { hint, exitCode: EXIT.usage });
  }
  const ofKind = all.filter((part) => kindOf(part) === known);
  if (name === undefined) return ofKind;
  const part = ofKind.find((one) => one.name === name);
  if (part !== undefined) return [part];
  const hint = suggest(
    name,
    ofKind.map((one) => one.name),
  );
  throw new CirrusError(`The project has no ${known} ${name} of its own.`, { hint, exitCode: EXIT.notFound });
}

function kindOf(part: DescribedPart): string {
  return "kind" in part ? part.kind : "workflow";
}
