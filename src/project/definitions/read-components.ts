/** Reads tasks, feeders and functions: a folder each, with a definition.yml and, for a Lambda, its handler. */
import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { z } from "zod";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import type { BatchPart, BulkPart, Component, Kind, LambdaPart } from "../project.ts";
import { checkDefinition } from "./check-definition.ts";
import { lambdaOnlySchema, taskSchema } from "./definition-schemas.ts";
import { listFolders, type PartFolder } from "./folders.ts";
import { type Definition, type Layer, type Reading, readDefinition } from "./reading.ts";
import { findCode } from "./uses.ts";

/** Lambda's limit for the name of a function. */
const LONGEST_FUNCTION_NAME = 64;

const MODULE_ENDINGS = [".ts", ".js", ".mjs", ".cjs"];

type Parsed = z.output<typeof taskSchema>;

export function readComponents(kind: Kind, layer: Layer, reading: Reading): Component[] {
  return listFolders(`${kind}s`, layer, reading).flatMap((folder) => readComponent(kind, folder, layer, reading) ?? []);
}

function readComponent(kind: Kind, folder: PartFolder, layer: Layer, reading: Reading): Component | undefined {
  const written = readDefinition(folder.file, layer, reading);
  const found = written && findCode(kind, folder, written, layer, reading);
  if (written === undefined || found === undefined) return undefined;
  const value = {
    ...found.value,
    ...("lambda" in found.value && { lambda: found.value.lambda ?? {} }),
    ...("bulk" in found.value && { bulk: found.value.bulk ?? {} }),
  };
  const definition = { ...written, value };
  const code = { ...folder, directory: found.directory };
  const schema = kind === "task" ? taskSchema : lambdaOnlySchema;
  const parsed: Parsed | undefined = checkDefinition(schema, value, definition.yaml, reading.report);
  if (parsed === undefined) {
    checkWrittenHandler(value, code, definition, reading);
    return undefined;
  }
  if (parsed.lambda === undefined && parsed.batch === undefined && parsed.bulk === undefined) {
    const message = `The ${kind} ${folder.name} has neither a lambda nor a batch nor a bulk section`;
    const hint = "Add `lambda: {}` or `bulk: {}` beside a handler.ts, or `batch:` with a job definition.";
    reading.report({ code: "nothing-to-run", message, file: definition.shown, line: 1, column: 1, hint });
    return undefined;
  }
  const { file, shown, locate } = definition;
  const { name, directory } = folder;
  const uses = typeof written.value.uses === "string" ? written.value.uses : undefined;
  return {
    ...{ name, kind, directory, file, shown, locate, source: layer.source },
    ...{ uses, codeDirectory: code.directory },
    description: parsed.description,
    enabled: parsed.enabled,
    environment: parsed.environment,
    lambda: parsed.lambda && readLambda(parsed, code, definition, reading),
    batch: parsed.batch && readBatch(parsed, value),
    bulk: parsed.bulk && readBulk(parsed, code, definition, reading),
  };
}

function readLambda(parsed: Parsed, folder: PartFolder, definition: Definition, reading: Reading) {
  const { lambda } = parsed;
  if (lambda === undefined) return undefined;
  const enabled = parsed.enabled && lambda.enabled;
  const settings = definition.value.lambda;
  const part: LambdaPart = {
    enabled,
    handler: lambda.handler,
    handlerFile: lambda.image === undefined ? findHandler(lambda.handler, folder.directory) : undefined,
    image: lambda.image,
    memorySize: lambda.memorySize,
    timeout: lambda.timeout,
    environment: lambda.environment,
    settings: isJsonObject(settings) ? settings : {},
  };
  if (enabled) checkLambda(part, folder, definition, reading);
  return part;
}

/** Of a definition that is wrong elsewhere, so that a handler's missing file is not found only once that is mended. */
function checkWrittenHandler(value: JsonObject, folder: PartFolder, definition: Definition, reading: Reading): void {
  const { lambda } = value;
  if (!isJsonObject(lambda) || misspelt(value, ["enabled"]) || misspelt(lambda, ["enabled", "handler", "image"]))
    return;
  if (![value.enabled, lambda.enabled].every((enabled) => enabled === undefined || enabled === true)) return;
  const handler = lambdaOnlySchema.shape.lambda.shape.handler.safeParse(lambda.handler);
  if (lambda.image !== undefined || !handler.success) return;
  if (findHandler(handler.data, folder.directory) === undefined) {
    reportMissingHandler(handler.data, folder, definition, reading);
  }
}

/** Whether a key that is not known seems to be meant for one of these. */
function misspelt(section: JsonObject, meant: readonly string[]): boolean {
  return Object.keys(section).some((key) => !meant.includes(key) && nearest(key, meant) !== undefined);
}

function checkLambda(part: LambdaPart, folder: PartFolder, definition: Definition, reading: Reading): void {
  const { shown } = definition;
  if (part.image === undefined && part.handlerFile === undefined) {
    reportMissingHandler(part.handler, folder, definition, reading);
  }
  const full = `${reading.config.stackName}-${folder.name}`;
  if (full.length > LONGEST_FUNCTION_NAME) {
    const message = `The Lambda's name ${full} has ${full.length} characters; AWS allows ${LONGEST_FUNCTION_NAME}`;
    reading.report({
      code: "name-too-long",
      message,
      file: shown,
      hint: "Shorten the service, the stage or the folder.",
    });
  }
}

function reportMissingHandler(
  handler: string,
  folder: PartFolder,
  definition: Definition,
  reading: Reading,
  section: "lambda" | "bulk" = "lambda",
): void {
  const { shown, locate } = definition;
  const module = join(folder.directory, modulePath(handler));
  const message = `There is no ${relative(reading.root, module)} (${MODULE_ENDINGS.join(", ")}) for the handler ${handler}`;
  const hint = "The handler is module.export, the module a file of this folder.";
  const place = { file: shown, ...locate([section, "handler"]), path: `$.${section}.handler` };
  reading.report({ code: "missing-handler", message, ...place, hint });
}

/** The module's file, if it is there and inside the component's folder. */
function findHandler(handler: string, directory: string): string | undefined {
  const module = join(directory, modulePath(handler));
  if (relative(directory, module).startsWith("..")) return undefined;
  return MODULE_ENDINGS.map((ending) => `${module}${ending}`).find((file) => existsSync(file));
}

/** `source/handler` of `source/handler.run`: as Lambda does, up to the first dot of the last part. */
function modulePath(handler: string): string {
  const file = basename(handler);
  return join(dirname(handler), file.slice(0, file.indexOf(".")));
}

function readBatch(parsed: Parsed, value: JsonObject): BatchPart {
  const batch = value.batch;
  const resources = isJsonObject(batch) ? batch.resources : undefined;
  return {
    enabled: parsed.enabled && parsed.batch?.enabled === true,
    resources: isJsonObject(resources) ? resources : {},
  };
}

function readBulk(parsed: Parsed, folder: PartFolder, definition: Definition, reading: Reading) {
  const { bulk } = parsed;
  if (bulk === undefined) return undefined;
  const { enabled, handler, command, ...settings } = bulk;
  const part: BulkPart = {
    enabled: parsed.enabled && enabled,
    handler,
    handlerFile: command === undefined ? findHandler(handler, folder.directory) : undefined,
    command,
    settings,
  };
  // A handler that the lambda section lacks as well is reported there.
  const reported = parsed.lambda?.enabled && parsed.lambda.handler === handler && parsed.lambda.image === undefined;
  if (part.enabled && command === undefined && part.handlerFile === undefined && !reported) {
    reportMissingHandler(handler, folder, definition, reading, "bulk");
  }
  return part;
}
