/** Reads workflows: a folder each, whose definition.yml holds a state machine as the Serverless Framework's plugin writes it. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { makeResolver } from "../local/intrinsics.ts";
import { pseudoParameter } from "../local/local-names.ts";
import type { Workflow } from "../project.ts";
import { checkDefinition } from "./check-definition.ts";
import { workflowSchema } from "./definition-schemas.ts";
import { listFolders, type PartFolder } from "./folders.ts";
import { type Definition, type Layer, type Reading, readDefinition } from "./reading.ts";

/** Step Functions' limit for the name of a state machine. */
const LONGEST_MACHINE_NAME = 80;

export function readWorkflows(layer: Layer, reading: Reading): Workflow[] {
  return listFolders("workflows", layer, reading).flatMap((folder) => readWorkflow(folder, layer, reading) ?? []);
}

function readWorkflow(folder: PartFolder, layer: Layer, reading: Reading): Workflow | undefined {
  const read = readDefinition(folder.file, layer, reading);
  if (read === undefined) return undefined;
  const parsed = checkDefinition(workflowSchema, read.value, read.yaml, reading.report);
  if (parsed === undefined) return undefined;
  const stateMachineName = `${reading.config.stackName}-${folder.name}`;
  checkName(parsed.name, stateMachineName, folder, read, reading);
  const { file, shown, locate } = read;
  return {
    ...{ name: folder.name, directory: folder.directory, file, shown, locate, source: layer.source },
    description: parsed.description,
    enabled: parsed.enabled,
    stateMachineName,
    definition: parsed.definition,
    settings: read.value,
  };
}

/** The payloads name a workflow by its folder, so the state machine must be called after it. */
function checkName(
  name: string | JsonObject | undefined,
  expected: string,
  folder: PartFolder,
  { shown, locate }: Definition,
  reading: Reading,
): void {
  if (expected.length > LONGEST_MACHINE_NAME) {
    const message = `The state machine's name ${expected} has ${expected.length} characters; AWS allows ${LONGEST_MACHINE_NAME}`;
    reading.report({
      code: "name-too-long",
      message,
      file: shown,
      hint: "Shorten the service, the stage or the folder.",
    });
  }
  if (name === undefined) return;
  const given = resolveName(name, reading);
  if (given === expected) return;
  const written = typeof given === "string" ? given : JSON.stringify(name);
  const message = `The workflow is called ${written}, but its folder ${folder.name} makes it ${expected}`;
  const hint = `Write name: '#{AWS::StackName}-${folder.name}', or leave it out.`;
  reading.report({ code: "name-mismatch", message, file: shown, ...locate(["name"]), path: "$.name", hint });
}

/** Only pseudo parameters can be known in a name. */
function resolveName(name: Json, { config }: Reading): Json | undefined {
  const resolver = makeResolver({
    reference: (parameter) => pseudoParameter(parameter, config),
    fail: () => undefined,
  });
  return isJsonObject(name) ? resolver.resolve(name, []) : name;
}
