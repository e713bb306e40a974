/**
 * What can be said about how a run runs: each once, under one name that is an option (`--max-runtime`), a key of the
 * configuration file (`max_runtime` or `max-runtime`) and a key of a task's `bulk` section (`maxRuntime`).
 */
import * as z from "zod";
import { CONSTRAINTS, type PoolConstraints } from "../../pool/plan/constraints.ts";

/** How a value is written on a command line. */
export type Kind = "number" | "text" | "list" | "switch" | "retries";

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly kind: Kind;
  /** What stands for the value in help: `GB`. */
  readonly value: string;
  readonly about: string;
  readonly schema: Schema;
}

function of<Schema extends z.ZodType>(kind: Kind, value: string, schema: Schema, about: string): Setting<Schema> {
  return { kind, value, about, schema };
}

const retries = z.union([z.boolean(), z.int().min(0).max(1000)], "expected true, false or how often, up to 1000");
const text = z.string().trim().min(1, "expected a text that is not empty");

/** AWS and people can both have it as a part of names. */
const runName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,47}$/, "expected letters, digits and hyphens, beginning with a letter, at most 48");

/** How the run is called, and how its entries are tried; what a pool is like is `CONSTRAINTS`. */
export const RUN_SETTINGS = {
  jobId: of("text", "name", runName, "name of the run (<task>-<task file>)"),
  queueName: of("text", "name", runName, "the same as --job-id"),
  numSimultaneousTasks: of("number", "n", z.int().min(1), "tasks at a time (one a processor)"),
  shutdownGracePeriod: of(
    "number",
    "seconds",
    z.number().min(0),
    "between the request to end and the end by force (30)",
  ),
  retryOnExit: of("retries", "times", retries, "again when its process ends without an outcome"),
  retryOnException: of("retries", "times", retries, "again when it throws"),
  retryOnTimeout: of("retries", "times", retries, "again when it takes too long"),
  retryOnMemory: of("retries", "times", retries, "again when it needs too much memory"),
  retryOnRequest: of("retries", "times", retries, "again when it asks for it (5)"),
  retryOnSpot: of("retries", "times", retries, "again when its worker went away (10)"),
  retryDelay: of(
    "number",
    "seconds",
    z.number().min(0).max(900),
    "before the first retry; each further waits twice as long (1)",
  ),
} as const;

/** Where a provider's own things are. Secrets are none of them: a profile of the AWS configuration has those. */
export const PLACE_SETTINGS = {
  region: of("text", "name", text, "region"),
  zone: of("text", "name", text, "one zone of the region"),
  profile: of("text", "name", text, "profile in the AWS configuration"),
  projectId: of("text", "name", text, "project in Google Cloud"),
  credentialsFile: of("text", "file", text, "credentials for Google Cloud"),
  serviceAccount: of("text", "name", text, "service account in Google Cloud"),
} as const;

/** What Cloud Tasks needs and this does not; understood, so that its files can be used as they are. */
export const IDLE_SETTINGS = {
  scalingCheckInterval: of("number", "seconds", z.number(), "workers are counted every minute"),
  instanceTerminationDelay: of("number", "seconds", z.number(), "instances go when no worker needs them"),
  keepaliveInterval: of("number", "seconds", z.number(), "workers extend what they hold by themselves"),
  keepaliveStartupTimeout: of("number", "seconds", z.number(), "workers that never start are the service's to replace"),
  keepaliveTimeout: of("number", "seconds", z.number(), "what a silent worker held is given to another one"),
  exactlyOnceQueue: of("switch", "", z.boolean(), "an entry counts once whatever the queue delivers"),
  dbFile: of("text", "file", text, "the history is kept in .cirrus/, or in DynamoDB"),
} as const;

export const SETTINGS = { ...RUN_SETTINGS, ...PLACE_SETTINGS, ...IDLE_SETTINGS, ...CONSTRAINTS } as const;

export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]; // its keys are no others

type Values<Table extends Readonly<Record<string, Setting>>> = {
  readonly [Name in keyof Table]?: z.output<Table[Name]["schema"]> | undefined;
};

export type Settings = Values<typeof RUN_SETTINGS> &
  Values<typeof PLACE_SETTINGS> &
  Values<typeof IDLE_SETTINGS> &
  PoolConstraints;
