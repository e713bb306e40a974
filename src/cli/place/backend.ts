/** Where operators look and act: this project's own runtime, or a stage that is deployed. Commands know only this. */
import { type Command, Option } from "commander";
import type { ActionStore } from "../../actions/action-store.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { DeadLetters, QueueName } from "../../events/dead-letters.ts";
import type { ExecutionLogs } from "../../executions/execution-logs.ts";
import type { FunctionPorts } from "../../functions/ports.ts";
import type { FollowPorts } from "../../runtime/follow.ts";
import type { Io } from "../terminal/io.ts";
import { readDeployment } from "./deployments.ts";

export interface Backend {
  /** As a part of a sentence: `here`, `in demo-prod (us-west-2)`. */
  readonly place: string;
  /** The options that lead here again, with a space before them; empty for this project. */
  readonly flags: string;
  /** Who takes what is sent. */
  readonly runner: string;
  readonly ports: FunctionPorts;
  readonly actions: Pick<ActionStore, "get" | "list">;
  readonly deadLetters: Readonly<Record<QueueName, DeadLetters>>;
  readonly logs: ExecutionLogs;
  /** Milliseconds between two looks at what others do. */
  readonly lookEveryMs: number;
  /** Milliseconds that a line may take to be found. */
  readonly logDelayMs: number;
  /** What is deployed under the project's names, for an execution that is named without its workflow. */
  readonly workflows: readonly string[];
  /** What became of messages; `sent` are the IDs of the payloads that they carry. */
  outcomes(sent: ReadonlyMap<string, string>): FollowPorts["messages"];
  /** The variables that the deployment's functions run with. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly local?: boolean | undefined;
  readonly stage?: string | undefined;
  readonly deployment?: string | undefined;
  readonly stack?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** A place without its names: a stage or a stack, or neither for this project's own runtime. */
export type Place = Pick<PlaceOptions, "stage" | "stack" | "region" | "profile" | "endpointUrl">;

export function addPlaceOptions(command: Command): Command {
  return command
    .option("-s, --stage <name>", "a deployed stage, instead of this project's own runtime (CIRRUS_STAGE)")
    .option("--deployment <name>", "a deployment that `cirrus deployment add` named")
    .addOption(
      new Option("--local", "this project's own runtime, whatever CIRRUS_STAGE says").conflicts([
        "stage",
        "deployment",
      ]),
    )
    .option("--stack <name>", "the stack's name, where it is not <service>-<stage>")
    .option("-r, --region <name>", "region, instead of the one in cirrus.yml")
    .option("--profile <name>", "profile in the AWS configuration, instead of AWS_PROFILE")
    .option("--endpoint-url <url>", "another address than AWS's own: an emulator");
}

/** Opens the place, works, and closes it whatever happened. */
export async function withBackend<T>(
  io: Io,
  options: PlaceOptions,
  work: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await openBackend(io, options);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}

async function openBackend(io: Io, options: PlaceOptions): Promise<Backend> {
  const place = resolvePlace(io, options);
  if (place.stage === undefined && place.stack === undefined) {
    const { openLocalBackend } = await import("./backend-local.ts");
    return openLocalBackend(io);
  }
  const { openDeployedBackend } = await import("./backend-deployed.ts");
  return openDeployedBackend(io, place);
}

/** Options come before a named deployment, and that before the environment. */
export function resolvePlace(io: Pick<Io, "cwd" | "env">, options: PlaceOptions): Place {
  const { local = false, deployment, stage, stack, region, profile, endpointUrl } = options;
  const own = { stack, region, profile, endpointUrl };
  if (local) return {};
  if (deployment !== undefined && stage !== undefined) {
    throw new CirrusError("--deployment and --stage were both given.", {
      hint: "Give one of them: a deployment has its stage.",
      exitCode: EXIT.usage,
    });
  }
  if (deployment !== undefined) {
    const named: Place = readDeployment(io, deployment);
    return { ...named, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) };
  }
  const chosen = stage ?? io.env.CIRRUS_STAGE;
  return chosen === undefined || chosen === "" ? own : { ...own, stage: chosen };
}
