/** `cirrus examples` (`npm start`): runs the payloads in `examples/` and checks that each comes to what it says. */
import { join, relative } from "node:path";
import { systemClock } from "../../clock.ts";
import { EXIT } from "../../errors.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import { type Followed, makeFollower } from "../../runtime/follow.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Register } from "../commands.ts";
import { difference, type Example, readExamples } from "../examples.ts";
import { readJsonFiles, type SourcedPayload, toPayloads } from "../payload/payload-files.ts";
import { renderResults, skipNote } from "../payload/results.ts";
import { sendSources } from "../payload/send.ts";
import { openProject, storeExampleAssets, withRuntime } from "../place/project.ts";
import { type Io, paint } from "../terminal/io.ts";
import { showUntilSettled } from "../terminal/progress.ts";
import { stepOfLive } from "../terminal/steps.ts";

export const register: Register = (command, io, exit) => {
  command
    .description(
      "Publish the payloads in examples/, show them while they run, and check that each ends as its example says.",
    )
    .option("--replace", "run those again that have ended")
    .action(async ({ replace = false }: { replace?: boolean }) => {
      const project = openProject(io);
      const directory = join(project.root, "examples");
      const examples = await readExamples(directory);
      const files = examples.map(({ path }) => relative(io.cwd, path));
      const payloads = toPayloads(await readJsonFiles(files, io), { replace });
      await withRuntime(io, project, async (runtime) => {
        await storeExampleAssets(project, runtime);
        const follower = makeFollower({ ...runtime.ports, messages: runtime.messages });
        const due = await notYetEnded(examples, payloads, replace, runtime);
        const sent = await sendSources(due, runtime.ports);
        for (const [index, { source, payload }] of payloads.entries()) {
          const message = sent.find((one) => one.source === source)?.message;
          if (message) follower.add(source, message);
          else follower.addEnded(source, payload.id, leftAlone(examples[index]));
        }
        const followed = await showUntilSettled(io, {
          follower,
          stepOf: stepOfLive(runtime.executions),
          clock: systemClock,
        });
        exit(report(io, followed, examples, files, runtime) ? EXIT.ok : EXIT.failed);
      });
    });
};

/**
 * A payload that has FAILED runs again when it is published again; an example that failed on purpose has shown what it
 * is there to show, and is left alone unless `--replace` says otherwise.
 */
async function notYetEnded(
  examples: readonly Example[],
  payloads: readonly SourcedPayload[],
  replace: boolean,
  runtime: Runtime,
): Promise<readonly SourcedPayload[]> {
  const records = await runtime.ports.state.get(payloads.map(({ payload }) => payload.id));
  return payloads.filter((_, index) => {
    const [record, expected] = [records[index], examples[index]?.expected];
    return replace || record?.state !== "FAILED" || expected?.state !== "FAILED";
  });
}

function leftAlone(example: Example | undefined): string {
  return `it has ended ${example?.expected.state} before, as its example says; --replace runs it again`;
}

function report(
  io: Io,
  followed: readonly Followed[],
  examples: readonly Example[],
  files: readonly string[],
  runtime: Runtime,
): boolean {
  const starts = followed.flatMap(({ depth }, index) => (depth === 0 ? [index] : []));
  const wrong = new Map<Followed, string>();
  for (const [position, start] of starts.entries()) {
    const [one, ...chained] = followed.slice(start, starts[position + 1]);
    const example = examples[files.indexOf(one?.source ?? "")];
    const reason = one && example && difference(example.expected, one, chained);
    if (one && reason !== undefined) wrong.set(one, reason);
  }
  const show = (url: string): string => (isObjectUrl(url) ? relative(io.cwd, runtime.localPath(url)) : url);
  const note = (one: Followed): string | undefined =>
    [skipNote(one), wrong.has(one) ? paint(io, io.stdout, "red", `NOT AS EXPECTED: ${wrong.get(one)}`) : undefined]
      .filter(Boolean)
      .join("\n") || undefined;
  io.stdout.write(`${renderResults(io, followed, { clock: systemClock, show, note })}\n\n`);
  const home = relative(io.cwd, runtime.data.path);
  io.stdout.write(
    `Published items and their assets: ${relative(io.cwd, join(runtime.data.objects, runtime.settings.dataBucket))}/\n`,
  );
  io.stdout.write(
    `Inputs and outputs of executions:  ${relative(io.cwd, join(runtime.data.objects, runtime.settings.root.bucket))}/\n`,
  );
  io.stdout.write(`Logs of every attempt:             ${relative(io.cwd, runtime.data.logs)}/\n`);
  io.stdout.write(
    wrong.size === 0
      ? `${paint(io, io.stdout, "green", "✓")} ${examples.length} examples ended as they say. State is kept in ${home}/; remove it to start afresh.\n`
      : `${paint(io, io.stdout, "red", "✗")} ${wrong.size} of ${examples.length} examples did not end as they say.\n`,
  );
  return wrong.size === 0;
}
