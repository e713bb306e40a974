/** `cirrus publish`: sends payloads to the project's process topic; `cirrus dev` in another terminal runs them. */
import { systemClock } from "../../clock.ts";
import { makeFollower } from "../../runtime/follow.ts";
import { makeRuntime } from "../../runtime/runtime.ts";
import type { Register } from "../commands.ts";
import { paint } from "../io.ts";
import { readJsonFiles, toPayloads } from "../payload-files.ts";
import { showUntilSettled } from "../progress.ts";
import { dataPath, openProjectToLook } from "../project.ts";
import { exitCodeOf, renderResults, skipNote } from "../results.ts";
import { sendPayloads } from "../send.ts";

const WHAT_NEXT = `Published; above is the ID of each message. \`npx cirrus dev\` runs what is published, \`npx cirrus state list\`
shows what became of it.
`;

const WAITING = "Waiting for what `npx cirrus dev` in another terminal makes of it; Ctrl-C stops waiting.\n";

export const register: Register = (command, io, exit) => {
  command
    .description("Send payloads to the process topic. They wait there until a runtime (cirrus dev) takes them.")
    .argument("<payload...>", "JSON or NDJSON files, - for standard input")
    .option("--replace", "run payloads again that have SUCCEEDED or are INVALID")
    .option("--no-validate", "send whatever it is, as any other publisher could")
    .option("--wait", "wait until everything that was sent has ended, and show what became of it")
    .addHelpText("after", "\nExample:\n  cirrus publish workflows/publish-only/payload.json --wait")
    .action(async (paths: string[], options: { replace?: boolean; validate: boolean; wait?: boolean }) => {
      const project = openProjectToLook(io);
      const documents = await readJsonFiles(paths, io);
      const payloads = options.validate
        ? toPayloads(documents, { replace: options.replace ?? false })
        : documents.map(({ source, value }) => ({ source, payload: value }));
      const runtime = makeRuntime({ project, data: dataPath(project) });
      try {
        const follower = makeFollower({ ...runtime.ports, messages: runtime.messages });
        for (const { source, message } of await sendPayloads(payloads, runtime.ports)) {
          follower.add(source, message);
          io.stdout.write(`${message}\n`);
        }
        if (!options.wait) {
          io.stderr.write(paint(io, io.stderr, "dim", WHAT_NEXT));
          return;
        }
        io.stderr.write(paint(io, io.stderr, "dim", WAITING));
        const followed = await showUntilSettled(io, { follower, stepOf: () => undefined, clock: systemClock });
        io.stderr.write(`${renderResults(io, followed, { clock: systemClock, note: skipNote })}\n`);
        exit(exitCodeOf(followed));
      } finally {
        await runtime.stop();
      }
    });
};
