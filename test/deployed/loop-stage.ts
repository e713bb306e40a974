/** A deployed stage with loops, as its users meet them: a repository that they commit to, the command line, and what is known. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { makeClients } from "../../src/aws/clients.ts";
import { type AwsLoops, makeAwsLoops } from "../../src/aws/loops/loops.ts";
import { systemClock } from "../../src/clock.ts";
import type { LoopStart } from "../../src/functions/start-loops/start-loops.ts";
import type { LoopExecution } from "../../src/loop/loop-execution.ts";
import { toEmulator } from "./clients.ts";
import { eventually } from "./eventually.ts";
import type { ProjectCopy } from "./project-copy.ts";
import { openStage } from "./stage.ts";

export type LoopStage = Awaited<ReturnType<typeof openLoopStage>>;

export function enableLoops({ folder }: ProjectCopy, repository: string): void {
  const path = join(folder, "cirrus.yml");
  const enabled = readFileSync(path, "utf8")
    .replace("  loops:\n    Enabled: false", "  loops:\n    Enabled: true")
    .replace('    Repositories: ""', `    Repositories: "${repository}"`);
  writeFileSync(path, enabled);
}

/** Nothing is in it: what stands for it is the checkout (emulator/lambda_images.py). */
export async function pushImage(endpoint: string, stage: string): Promise<void> {
  const ecr = new ECRClient(toEmulator(endpoint));
  const image = { repositoryName: "cirrus-loops" };
  await ecr.send(new CreateRepositoryCommand(image));
  await ecr.send(new PutImageCommand({ ...image, imageTag: stage, imageManifest: "{}" }));
}

export async function openLoopStage(endpoint: string, stack: string) {
  const settings = toEmulator(endpoint);
  const stage = await openStage(endpoint, stack);
  const lambda = new LambdaClient(settings);
  const loops: AwsLoops = makeAwsLoops(
    makeClients(settings),
    {
      table: stage.output("CirrusLoopTable"),
      payloadBucket: stage.output("CirrusPayloadBucket"),
      payloadPrefix: "cirrus",
    },
    systemClock,
  );
  const { store } = loops;
  const executionsOf = async (task: string) => (await store.executions({ task, limit: 1000 })).rows;
  return {
    ...loops,
    executionsOf,
    /** The schedule's minute is as long as the tests want it. */
    async register(): Promise<readonly LoopStart[]> {
      const call = new InvokeCommand({ FunctionName: `${stack}-register-loops` });
      const { Payload = new Uint8Array(), FunctionError } = await lambda.send(call);
      const answer = Buffer.from(Payload).toString("utf8");
      if (FunctionError !== undefined) throw new Error(`register-loops failed: ${answer}`);
      return JSON.parse(answer); // as the function answers
    },
    /** The first execution of a task that is as it is wanted, with its result. */
    async untilExecution(task: string, is: (execution: LoopExecution) => boolean): Promise<LoopExecution> {
      const look = async () => {
        const found = (await executionsOf(task)).findLast(is);
        return found && store.execution(found.id);
      };
      const describe = async () => JSON.stringify([await store.loops(), await executionsOf(task)], null, 1);
      return eventually(`${task} has such an execution`, look, { describe });
    },
    async untilLogged(execution: string, text: string): Promise<void> {
      const look = async () => {
        const { lines } = await loops.files.log(execution);
        return lines.some(({ message }) => message.includes(text)) ? true : undefined;
      };
      await eventually(`${execution} has written "${text}"`, look);
    },
  };
}

/** The process that runs an execution's Batch job here: a machine that is lost takes it away like this. */
export function killJob(execution: string): void {
  const isIt = (id: string) => {
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0");
      return words.some((word) => word.endsWith("cirrus-loop")) && words.includes(execution);
    } catch {
      return false; // it has ended meanwhile
    }
  };
  const found = readdirSync("/proc").filter((id) => /^\d+$/.test(id) && isIt(id));
  if (found.length === 0) throw new Error(`No process runs ${execution}.`);
  for (const id of found) process.kill(Number(id), "SIGKILL");
}
