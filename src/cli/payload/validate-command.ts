/** `cirrus payload validate`: everything that can be said of a payload before it is sent. */
import { type Problem, ProblemsError } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import type { Register } from "../commands.ts";
import { type Io, paint } from "../terminal/io.ts";
import { renderProblems } from "../terminal/problems.ts";
import { checkAround } from "./check-parameters.ts";
import { checkUploads, type UploadFindings } from "./check-uploads.ts";
import { readJsonFiles, type SourcedJson, type SourcedPayload, toPayloads } from "./payload-files.ts";

export const registerValidate: Register = (command, io) => {
  command
    .description(
      "Check payloads, and in a project what they say to its tasks; every problem of every file is reported at once.",
    )
    .argument("<payload...>", "JSON or NDJSON files, - for standard input; an item alone is a payload too")
    .action(async (paths: string[]) => {
      const documents = await readJsonFiles(paths, io);
      const checked = toPayloads(documents.map(withAnyWorkflow));
      // What an item alone is for is said when it is run.
      const payloads = checked.filter((_, index) => !isLoneItem(documents[index]));
      await checkAround(io)(payloads);
      warnOfUploads(io, await checkAllUploads(payloads));
      io.stderr.write(summarise(payloads.length, documents.filter(isLoneItem)));
    });
};

function isLoneItem(document: SourcedJson | undefined): boolean {
  return isJsonObject(document?.value) && document.value.type === "Feature" && document.value.process === undefined;
}

/** As `run` and `task run` send an item: nothing is known of the workflow yet, so nothing is held against it. */
function withAnyWorkflow(document: SourcedJson): SourcedJson {
  if (!isLoneItem(document)) return document;
  const process = [{ workflow: "any" }];
  return { ...document, value: { type: "FeatureCollection", features: [document.value], process } };
}

async function checkAllUploads(payloads: readonly SourcedPayload[]): Promise<readonly Problem[]> {
  const found = { problems: [] as Problem[], warnings: [] as Problem[] };
  for (const { source, payload } of payloads) {
    const findings: UploadFindings = await checkUploads(payload);
    for (const kind of ["problems", "warnings"] as const) {
      found[kind].push(...findings[kind].map((problem) => ({ ...problem, file: source })));
    }
  }
  if (found.problems.length > 0) throw new ProblemsError("Its uploads cannot go anywhere:", found.problems);
  return found.warnings;
}

function warnOfUploads(io: Pick<Io, "env" | "stderr">, warnings: readonly Problem[]): void {
  if (warnings.length === 0) return;
  const label = paint(io, io.stderr, "yellow", "warning:");
  const what = "A task that uploads fails with these items, unless one before it adds what they lack:";
  io.stderr.write(`${label} ${what}\n${renderProblems(io, io.stderr, warnings)}`);
}

function summarise(payloads: number, [item, ...items]: readonly SourcedJson[]): string {
  const ofPayloads = payloads === 1 ? "It is a process payload.\n" : `All ${payloads} are process payloads.\n`;
  if (item === undefined) return ofPayloads;
  const what = items.length === 0 ? `${item.source} is a STAC item` : `${items.length + 1} are STAC items`;
  const ofItems = `${what}: which workflow runs is named with it, npx cirrus run <workflow> <file>\n`;
  return payloads === 0 ? ofItems : `${ofPayloads}${ofItems}`;
}
