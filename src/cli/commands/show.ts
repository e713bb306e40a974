/** `cirrus show`: what the project has, built-in parts included, with every variable replaced. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { stringify } from "yaml";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Json, JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import type { Project } from "../../project/project.ts";
import type { ReadablePart } from "../../project/read-project.ts";
import type { Register } from "../commands.ts";
import { findProjectToLook, type StageOptions } from "../place/find-project.ts";
import { addStageOptions } from "../place/stage-options.ts";
import { entryAsJson, listEntries, renderEntries } from "../show/cloudformation.ts";
import { listSettings, maskSecrets } from "../show/config.ts";
import { DETAILS, type Detail, detailsOf, fileOf, renderList, renderSummary, summarise } from "../show/listing.ts";
import {
  definitionOf,
  isWorkflow,
  KINDS,
  type Part,
  type PartKind,
  partsOf,
  requireKind,
  requirePart,
  type ShownKind,
} from "../show/parts.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, type Format, formatOf, type OutputOptions } from "../terminal/output.ts";
import { renderTable } from "../terminal/table.ts";

interface ShowOptions extends StageOptions, OutputOptions {
  readonly type?: string;
}

interface Request {
  readonly io: Io;
  readonly project: Project;
  readonly name: string | undefined;
  readonly detail: Detail | undefined;
  readonly options: ShowOptions;
  readonly format: Format;
}

export const register: Register = (command, io) => {
  describe(command).action(
    async (kindWord: string, name: string | undefined, detailWord: string | undefined, options: ShowOptions) => {
      const kind = requireKind(kindWord);
      const detail = detailWord === undefined ? undefined : requireDetail(detailWord);
      const project = findProjectToLook(io, options, needed(kind, name, detail));
      const request: Request = { io, project, name, detail, options, format: formatOf(options) };
      io.stdout.write(await textOf(kind, request));
    },
  );
};

/** Reading a whole project takes several times as long as reading what a list shows. */
function needed(
  kind: ShownKind,
  name: string | undefined,
  detail: Detail | undefined,
): readonly ReadablePart[] | undefined {
  if (kind === "config") return [];
  // Which workflows use a component, and which tasks declare resources, takes all of it.
  if (kind === "cloudformation" || (name !== undefined && detail === undefined)) return undefined;
  // A job definition's environment may refer to anything.
  if (kind === "tasks" && detail === "definition") return undefined;
  // What a payload says is what the workflow's tasks take.
  if (kind === "workflows" && detail === "schema") return undefined;
  return [kind];
}

async function textOf(kind: ShownKind, request: Request): Promise<string> {
  if (kind === "cloudformation") return cloudformationText(request);
  if (kind === "config") return configText(request);
  return request.name === undefined ? listText(kind, request) : partText(kind, request.name, request);
}

function describe(command: Command): Command {
  command
    .description("Show what the project has: its own parts and the built-in ones, with every variable replaced.")
    .argument("<kind>", KINDS.join(", "))
    .argument("[name]", "one of them; for cloudformation a logical ID, for config the beginning of a setting")
    .argument("[detail]", DETAILS.join(", "))
    .option("-t, --type <text>", "of cloudformation, the resources whose type holds this")
    .addHelpText(
      "after",
      `
Examples:
  cirrus show tasks
  cirrus show task add-preview readme
  cirrus show workflow publish-only definition
  cirrus show workflow publish-only schema > publish-only.schema.json
  cirrus show cloudformation --type Batch::JobQueue`,
    );
  return addStageOptions(addFormats(command, ["table", "json", "yaml"]));
}

function requireDetail(word: string): Detail {
  const detail = DETAILS.find((one) => one === word);
  if (detail !== undefined) return detail;
  throw new CirrusError(`${word} is nothing to show of a part.`, {
    hint: suggest(word, DETAILS),
    exitCode: EXIT.usage,
  });
}

function listText(kind: PartKind, { io, project, format }: Request): string {
  const parts = partsOf(project, kind);
  if (format !== "table") {
    return serialise(
      format,
      parts.map((part) => summarise(project, part)),
    );
  }
  if (parts.length > 0) return `${renderList(io, project, kind)}\n`;
  io.stderr.write(`There are no ${kind}. Make one: npx cirrus create ${kind.slice(0, -1)} <name>\n`);
  return "";
}

async function partText(kind: PartKind, name: string, request: Request): Promise<string> {
  const { io, project, detail, format } = request;
  const part = requirePart(project, kind, name);
  if (detail !== undefined) return detailText(kind.slice(0, -1), part, detail, request);
  if (format === "table") {
    const schema = isWorkflow(part) || part.kind === "function" ? undefined : await schemaFor(project, part);
    return `${renderSummary(io, project, kind, part, schema)}\n`;
  }
  return serialise(format, { ...summarise(project, part), definition: await definitionFor(project, part) });
}

/** What compiles is loaded for those that need it alone: lists have to be quick. */
async function definitionFor(project: Project, part: Part): Promise<JsonObject> {
  if (isWorkflow(part) || part.batch === undefined) return definitionOf(part);
  const { completeDefinition } = await import("../show/complete-definition.ts");
  return completeDefinition(project, part);
}

/** Loaded for those that need it alone, as it loads handlers. */
async function schemaFor(project: Project, part: Part): Promise<JsonObject | undefined> {
  if (isWorkflow(part)) {
    const { workflowSchema } = await import("../../project/parameters/workflow-schema.ts");
    return workflowSchema(part, project);
  }
  const { readParameters } = await import("../../project/parameters/read-parameters.ts");
  return readParameters(part);
}

async function detailText(kind: string, part: Part, detail: Detail, { io, project, format }: Request): Promise<string> {
  if (detail === "definition") return serialise(format, await definitionFor(project, part));
  const schema = detail === "schema" ? await schemaFor(project, part) : undefined;
  // Editors read it as JSON.
  if (schema !== undefined) return serialise(format === "yaml" ? "yaml" : "json", schema);
  const file = detail === "schema" ? undefined : fileOf(part, detail);
  if (file === undefined) {
    throw new CirrusError(`The ${kind} ${part.name} has no ${detail}.`, {
      hint: `It has: ${detailsOf(part).join(", ")}.`,
      exitCode: EXIT.notFound,
    });
  }
  const text = await readFile(file, "utf8");
  if (format !== "table") return serialise(format, detail === "payload" ? JSON.parse(text) : { file, text });
  if (detail !== "readme" || io.stdout.isTTY !== true) return text;
  const { renderMarkdown } = await import("../show/markdown.ts");
  return renderMarkdown(io, text);
}

function cloudformationText({ project, name, detail, options, format }: Request): string {
  const entries = listEntries(project, { type: options.type, name });
  if (detail === "definition") {
    return serialise(format, Object.fromEntries(entries.map((entry) => [entry.logicalId, entry.definition])));
  }
  if (detail !== undefined) {
    throw new CirrusError(`A CloudFormation entry has no ${detail}.`, {
      hint: "It has: definition.",
      exitCode: EXIT.usage,
    });
  }
  return format === "table" ? `${renderEntries(entries)}\n` : serialise(format, entries.map(entryAsJson));
}

function configText({ io, project, name = "", options, format }: Request): string {
  const all = listSettings(project, options);
  const settings = all.filter((setting) => setting.name.startsWith(name));
  if (settings.length === 0) {
    throw new CirrusError(`There is no setting ${name}.`, {
      hint: suggest(
        name,
        all.map((setting) => setting.name),
      ),
      exitCode: EXIT.notFound,
    });
  }
  if (format === "yaml") return serialise(format, maskSecrets(project.config.sections));
  if (format === "json") {
    return serialise(
      format,
      settings.map((setting) => ({ ...setting })),
    );
  }
  const columns = ["setting", "value", "from"].map((title) => ({
    title: paint(io, io.stdout, "bold", title),
    grows: title === "value",
  }));
  const rows = settings.map(({ name: setting, value, origin }) => [setting, shortValue(value), origin]);
  return `${renderTable(columns, rows, io.stdout.isTTY ? io.stdout.columns : undefined)}\n`;
}

function shortValue(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Definitions are YAML unless JSON is asked for. */
function serialise(format: Format, value: Json): string {
  return format === "json" ? `${JSON.stringify(value, null, 2)}\n` : stringify(value, { lineWidth: 120 });
}
