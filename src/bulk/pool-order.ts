/** What a run's pool is made from: its plan, and where workers find the task's code. Stored with the run as its `pool`. */
import * as z from "zod";
import { CirrusError, EXIT } from "../errors.ts";
import type { Json } from "../json.ts";
import type { PoolPlan } from "./pool.ts";

/** What a worker runs, with paths relative to the folder that the code is unpacked in. */
const program = z.union([
  z.strictObject({ kind: z.literal("module"), file: z.string(), exportName: z.string() }),
  z.strictObject({ kind: z.literal("command"), command: z.array(z.string()).min(1) }),
]);

const code = z.union([
  /** The code of this Lambda, exactly as it is deployed; or the Lambda itself, where Lambdas are the workers. */
  z.strictObject({ kind: z.literal("lambda"), function: z.string() }),
  /** An archive in the payload bucket. */
  z.strictObject({
    kind: z.literal("bundle"),
    url: z.templateLiteral(["s3://", z.string(), "/", z.string()]),
    sha256: z.string(),
    program,
  }),
  /** The image has it. */
  z.strictObject({ kind: z.literal("image"), program }),
]);

const positive = z.number().positive();

const plan: z.ZodType<PoolPlan> = z.object({
  kind: z.enum(["batch", "lambda"]),
  region: z.string(),
  instanceTypes: z.array(z.string()),
  spot: z.boolean(),
  onDemandShare: z.number().min(0).max(1),
  slotsPerWorker: z.int().positive(),
  cpusPerWorker: positive,
  mostCpusPerInstance: positive.optional(),
  memoryPerWorkerMiB: positive,
  gpusPerWorker: z.int().positive().optional(),
  bootDiskGB: z.number().min(0),
  bootDiskType: z.string().optional(),
  bootDiskIops: positive.optional(),
  bootDiskThroughput: positive.optional(),
  maxWorkers: z.int().min(0),
  workerPricePerHour: z.number().min(0),
  workerPriceByType: z.record(z.string(), z.number().min(0)),
  secondsPerTask: positive.optional(),
  onDemandWorkerPricePerHour: z.number().min(0),
  maxTotalCost: positive.optional(),
  maxTotalPricePerHour: positive.optional(),
  startupScript: z.string().optional(),
  setupScript: z.string().optional(),
  image: z.string().optional(),
  machineImage: z.string().optional(),
});

const order = z.object({
  plan,
  code,
  /** How workers run a task: `--reuse-processes`, `--in-process`; a fresh process for each where it is left out. */
  mode: z.enum(["process", "reuse", "in-process"]).optional(),
});

export type WorkerProgram = z.infer<typeof program>;
export type WorkerCode = z.infer<typeof code>;
export type PoolOrder = z.infer<typeof order>;

/** The order of a run; undefined where it has no pool. */
export function readPoolOrder(run: string, pool: Json | undefined): PoolOrder | undefined {
  if (pool === undefined || pool === null) return undefined;
  const read = order.safeParse(pool);
  if (read.success) return read.data;
  throw new CirrusError(`What is stored of the pool of the run ${run} cannot be read: ${z.prettifyError(read.error)}`, {
    hint: `Another version of Cirrus stored it. Start the run again: npx cirrus bulk resume ${run}`,
    exitCode: EXIT.config,
  });
}
