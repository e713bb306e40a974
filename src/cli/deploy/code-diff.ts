/** Which Lambdas would get other code: templates only say where a zip was uploaded to, so the zips themselves are compared. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isJsonObject, type Json } from "../../json.ts";
import type { Change, Template } from "./template-diff.ts";

const FUNCTION = "AWS::Lambda::Function";

/** The changes with those of code among them. `deployedHash`: SHA-256 in Base64 by a function's name. */
export async function addCodeChanges(
  changes: readonly Change[],
  {
    built,
    folder,
    deployedHash,
  }: {
    readonly built: Template;
    /** Where the zips were packaged. */
    readonly folder: string;
    readonly deployedHash: (functionName: string) => Promise<string | undefined>;
  },
): Promise<readonly Change[]> {
  const isNew = new Set(changes.flatMap(({ change, logicalId }) => (change === "add" ? [logicalId] : [])));
  const functions = Object.entries(built.Resources).flatMap(([logicalId, resource]) =>
    isNew.has(logicalId) ? [] : (codeOf(logicalId, resource, folder) ?? []),
  );
  const different = await Promise.all(
    functions.map(async ({ logicalId, name, hash }) => ((await deployedHash(name)) === hash ? [] : [logicalId])),
  );
  return different.flat().reduce(withCode, changes);
}

function withCode(changes: readonly Change[], logicalId: string): readonly Change[] {
  const found = changes.find((change) => change.logicalId === logicalId);
  const code = { ...(found ?? { change: "change", logicalId, type: FUNCTION, properties: [] }) } as const;
  const changed: Change = { ...code, properties: ["code", ...code.properties] };
  return [...changes.filter((change) => change !== found), changed].toSorted((a, b) =>
    a.logicalId < b.logicalId ? -1 : 1,
  );
}

function codeOf(logicalId: string, resource: Json | undefined, folder: string) {
  if (!isJsonObject(resource) || resource.Type !== FUNCTION || !isJsonObject(resource.Properties)) return undefined;
  const { FunctionName: name, Code: code } = resource.Properties;
  if (typeof name !== "string" || !isJsonObject(code) || typeof code.S3Key !== "string") return undefined;
  const zip = join(folder, basename(code.S3Key));
  if (!existsSync(zip)) return undefined;
  return { logicalId, name, hash: createHash("sha256").update(readFileSync(zip)).digest("base64") };
}
