/** What a definition.yml may say, kind by kind; anything else is a problem with the nearest known key. */
import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { intrinsic } from "../../yaml/cloudformation-tags.ts";
import { type Environment, SECTIONS } from "../project.ts";

/** A value that is checked only when the project is deployed. */
const deployed = z.custom<Json>(() => true).optional();
const object = z.custom<JsonObject>((value) => isJsonObject(value), "expected a map");
const textOrReference = z.custom<string | JsonObject>(
  (value) => typeof value === "string" || intrinsic(value as Json) !== undefined,
  "expected a text or a reference such as !Ref",
);

const environmentValue = z.custom<string | number | boolean | JsonObject>(
  (value) => ["string", "number", "boolean"].includes(typeof value) || intrinsic(value as Json) !== undefined,
  "expected a text, a number, true or false, or a reference such as !Ref",
);

/** Numbers and booleans become texts, as every process sees them. */
const environmentSchema = z
  .record(
    z.string().regex(/^[A-Za-z_]\w*$/, "expected letters, digits and underscores, no digit first"),
    environmentValue,
  )
  .transform((values): Environment => {
    const texts = Object.entries(values).map(([name, value]) => [name, isJsonObject(value) ? value : String(value)]);
    return Object.fromEntries(texts);
  });

/** The Serverless Framework's defaults for a function. */
const DEFAULTS = { handler: "handler.handler", memorySize: 1024, timeout: 6 } as const;

const handler = z
  .string()
  .regex(/^[\w-][\w./-]*\.[\w$]+$/, "expected module.export, such as handler.handler")
  .default(DEFAULTS.handler);

const lambdaSchema = z.strictObject({
  enabled: z.boolean().default(true),
  handler,
  image: z
    .custom<string | JsonObject>(
      (value) => typeof value === "string" || isJsonObject(value),
      "expected the image's URI, a reference such as !Ref, or a map with uri or name",
    )
    .optional(),
  /** MB, in Lambda's range. */
  memorySize: z.int().min(128).max(10_240).default(DEFAULTS.memorySize),
  /** Seconds, in Lambda's range. */
  timeout: z.int().min(1).max(900).default(DEFAULTS.timeout),
  runtime: z
    .string()
    .regex(/^nodejs\d+\.x$/, "handlers run on Node, such as nodejs24.x")
    .optional(),
  environment: environmentSchema.default({}),
  description: z.string().optional(),
  architecture: deployed,
  condition: deployed,
  dependsOn: deployed,
  destinations: deployed,
  ephemeralStorageSize: deployed,
  events: z.array(z.unknown()).optional(),
  fileSystemConfig: deployed,
  iamRoleStatements: z.array(z.unknown()).optional(),
  iamRoleStatementsInherit: z.boolean().optional(),
  iamRoleStatementsName: deployed,
  kmsKeyArn: deployed,
  layers: z.array(z.unknown()).optional(),
  logRetentionInDays: deployed,
  maximumEventAge: deployed,
  maximumRetryAttempts: deployed,
  onError: deployed,
  package: deployed,
  provisionedConcurrency: deployed,
  recursiveLoop: deployed,
  reservedConcurrency: deployed,
  role: deployed,
  tags: deployed,
  tracing: deployed,
  url: deployed,
  vpc: deployed,
});

const retries = z.union([z.boolean(), z.int().min(0).max(1000)], "expected true, false or how often").optional();

/** The same names as the options of `cirrus bulk run`. */
const bulkSchema = z.strictObject({
  enabled: z.boolean().default(true),
  handler,
  command: z.array(z.string().min(1)).min(1).optional(),
  /** Seconds */
  maxRuntime: z.number().positive().optional(),
  /** GB */
  maxMemoryAllowedPerTask: z.number().positive().optional(),
  cpusPerTask: z.number().positive().optional(),
  /** Seconds */
  shutdownGracePeriod: z.number().min(0).optional(),
  numSimultaneousTasks: z.int().min(1).optional(),
  retryOnExit: retries,
  retryOnException: retries,
  retryOnTimeout: retries,
  retryOnMemory: retries,
  retryOnRequest: retries,
  retryOnSpot: retries,
  /** Seconds */
  retryDelay: z.number().min(0).max(900).optional(),
});

/** A CloudFormation template, as far as a project may add to one. */
export const templateSchema = z.strictObject({
  AWSTemplateFormatVersion: deployed,
  Description: deployed,
  ...Object.fromEntries(SECTIONS.map((section) => [section, object.nullish()])),
  Transform: z.custom<Json>((value) => isTransform(value), "expected a name or a list of names").optional(),
});

function isTransform(value: unknown): boolean {
  return typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
}

const component = {
  /** Another component of the same kind, whose code and settings this one has where it says nothing itself. */
  uses: z.string().optional(),
  description: z.string().optional(),
  enabled: z.boolean().default(true),
  environment: environmentSchema.default({}),
};

export const taskSchema = z.strictObject({
  ...component,
  lambda: lambdaSchema.optional(),
  batch: z.strictObject({ enabled: z.boolean().default(true), resources: templateSchema.default({}) }).optional(),
  bulk: bulkSchema.optional(),
});

/** Feeders and functions are Lambdas and nothing else. */
export const lambdaOnlySchema = z.strictObject({ ...component, lambda: lambdaSchema });

export const workflowSchema = z.strictObject({
  /** What `#{AWS::StackName}-<workflow>` comes to; checked against the folder's name. */
  name: textOrReference.optional(),
  description: z.string().optional(),
  enabled: z.boolean().default(true),
  definition: object,
  alarms: deployed,
  dependsOn: deployed,
  events: z.array(z.unknown()).optional(),
  iamRoleStatements: deployed,
  loggingConfig: deployed,
  notifications: deployed,
  retain: z.boolean().optional(),
  role: deployed,
  tags: deployed,
  tracingConfig: deployed,
  type: z.enum(["STANDARD", "EXPRESS"]).optional(),
});

/** The keys of cirrus.yml that the project itself needs; the Serverless Framework knows the others. */
export const configSchema = z.looseObject({
  service: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, "expected letters, digits and hyphens, beginning with a letter"),
  provider: z.looseObject({
    stage: z.string().regex(/^[A-Za-z0-9-]+$/, "expected letters, digits and hyphens"),
    region: z.string(),
    environment: environmentSchema.default({}),
  }),
  custom: object.default({}),
  cirrus: z
    .strictObject({
      payloadUrls: z
        .array(z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+(\/|$)/, "expected s3://bucket or s3://bucket/prefix"))
        .default([]),
      local: z.strictObject({ concurrentJobs: z.int().min(1).optional() }).default({}),
    })
    .default({ payloadUrls: [], local: {} }),
});
