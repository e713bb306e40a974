/** `cirrus run`: payloads through a workflow here, the resulting payloads on standard output. */
import { relative } from "node:path";
import { systemClock } from "../../clock.ts";
import { EXIT } from "../../errors.ts";
import { isObjectUrl, type ObjectStore } from "../../payload/object-store.ts";
import { makeFollower } from "../../runtime/follow.ts";
import type { Register } from "../commands.ts";
import { checkFor } from "../payload/check-parameters.ts";
import { readJsonFiles, toPayloads } from "../payload/payload-files.ts";
import { exitCodeOf, renderResults, skipNote } from "../payload/results.ts";
import { sendSources } from "../payload/send.ts";
import { openProject, requireWorkflow, storeExampleAssets, withRuntime } from "../place/project.ts";
import type { Io } from "../terminal/io.ts";
import { showUntilSettled } from "../terminal/progress.ts";
import { stepOfLive } from "../terminal/steps.ts";

export const register: Register = (command, io, exit) => {
  command
    .description("Run payloads through a workflow, here. The resulting payloads go to standard output as JSON.")
    .argument("<workflow>", "name of a folder in workflows/")
    .argument("<payload...>", "JSON or NDJSON files, - for standard input; an item alone is a payload too")
    .option("--replace", "run payloads again that have SUCCEEDED or are INVALID")
    .option("--no-chain", "do not wait for the workflows that are chained after it")
    .addHelpText("after", "\nExample:\n  cirrus run mirror-with-preview workflows/mirror-with-preview/payload.json")
    .action(async (workflow: string, paths: string[], options: { replace?: boolean; chain: boolean }) => {
      const project = openProject(io);
      requireWorkflow(project, workflow);
      const payloads = toPayloads(await readJsonFiles(paths, io), { workflow, replace: options.replace ?? false });
      await checkFor(io, project)(payloads);
      await withRuntime(io, project, async (runtime) => {
        await storeExampleAssets(project, runtime);
        const follower = makeFollower({ ...runtime.ports, messages: runtime.messages, chains: options.chain });
        for (const { source, message } of await sendSources(payloads, runtime.ports)) follower.add(source, message);
        const followed = await showUntilSettled(io, {
          follower,
          stepOf: stepOfLive(runtime.executions),
          clock: systemClock,
        });
        io.stderr.write(`${renderResults(io, followed, { clock: systemClock, note: skipNote })}\n`);
        const urls = followed.filter(({ depth }) => depth === 0).map(({ record }) => record?.outputUrl);
        await printOutputs(io, urls, runtime.ports.objects);
        const code = exitCodeOf(followed);
        if (code !== EXIT.ok) io.stderr.write(`Logs of every attempt: ${relative(io.cwd, runtime.data.logs)}/\n`);
        exit(code);
      });
    });
};

/** One payload is printed for reading, several one a line. */
async function printOutputs(
  io: Io,
  urls: readonly (string | undefined)[],
  objects: Pick<ObjectStore, "get">,
): Promise<void> {
  for (const url of urls) {
    if (!isObjectUrl(url)) continue;
    const found = await objects.get(url);
    if (found.outcome !== "found") continue;
    const payload: unknown = JSON.parse(Buffer.from(found.body).toString("utf8"));
    io.stdout.write(`${JSON.stringify(payload, null, urls.length === 1 ? 2 : undefined)}\n`);
  }
}
