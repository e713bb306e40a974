/** What the executions of a payload were given and made, and what differs between two of these documents. */

import { CirrusError, EXIT } from "../../errors.ts";
import { storedDocument } from "../../functions/stored-documents.ts";
import type { Json } from "../../json.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { NotFound } from "../answers.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { PayloadDiff, PayloadDocument } from "../shapes/payloads.ts";
import { jsonDifferences } from "./json-differences.ts";
import { documentUrls, requireRecord } from "./payload.ts";
import { resolveReadable } from "./resolve-readable.ts";
import { shorten } from "./shorten.ts";

export type DocumentKind = "input" | "output";

const MOST_DIFFERENCES = 500;
/** Characters of JSON that are shown of a value. */
const MOST_OF_VALUE = 2_000;

/** `execution`: the current one unless another one is named. */
export async function readPayloadDocument(
  kind: DocumentKind,
  { id, execution }: { readonly id: string; readonly execution?: string | undefined },
  ports: ApiPorts,
  settings: ApiSettings,
): Promise<PayloadDocument> {
  const record = await requireRecord(id, ports, settings);
  const name = execution ?? record.execution;
  const url = documentUrls(record, name, ports)[kind];
  return { url, execution: name, document: await findDocument(record, kind, name, ports) };
}

async function findDocument(
  record: PayloadRecord,
  kind: DocumentKind,
  execution: string,
  ports: ApiPorts,
): Promise<Json> {
  const url = documentUrls(record, execution, ports)[kind];
  const document = (await storedDocument(url, ports.functions)) ?? (await keptByEngine(record, kind, execution, ports));
  if (document !== undefined) return document;
  throw new NotFound(
    `There is no ${kind} of the execution ${execution.slice(0, 100)} of ${record.payloadId}.`,
    kind === "output" ? "It has not ended well, or it is too old to be kept." : "It may be too old to be kept.",
  );
}

/** Objects have a lifetime of their own; the engine may know for longer what an execution was given and made. */
async function keptByEngine({ workflow }: PayloadRecord, kind: DocumentKind, name: string, { functions }: ApiPorts) {
  const text = (await functions.executions.describe({ workflow, name }))?.[kind];
  // The engine took it only as JSON.
  return text === undefined ? undefined : resolveReadable(JSON.parse(text) as Json, functions);
}

/** `from` and `to`: `input:<execution>` or `output:<execution>`. */
export async function comparePayload(
  { id, from, to }: { readonly id: string; readonly from: string; readonly to: string },
  ports: ApiPorts,
  settings: ApiSettings,
): Promise<PayloadDiff> {
  const record = await requireRecord(id, ports, settings);
  const documentAt = ({ kind, execution }: Place) => findDocument(record, kind, execution, ports);
  const [before, after] = await Promise.all([documentAt(place("from", from)), documentAt(place("to", to))]);
  const found = [...jsonDifferences(before, after).take(MOST_DIFFERENCES + 1)];
  const differences = found.slice(0, MOST_DIFFERENCES).map(({ path, kind, before, after }) => ({
    path,
    kind,
    ...(before !== undefined && { before: shorten(before, MOST_OF_VALUE) }),
    ...(after !== undefined && { after: shorten(after, MOST_OF_VALUE) }),
  }));
  return { from, to, differences, more: found.length > MOST_DIFFERENCES };
}

interface Place {
  readonly kind: DocumentKind;
  readonly execution: string;
}

function place(parameter: string, text: string): Place {
  const [, kind, execution = ""] = /^(input|output):([\w-]{1,80})$/.exec(text) ?? [];
  if (kind === "input" || kind === "output") return { kind, execution };
  throw new CirrusError(`${parameter}: "${text.slice(0, 80)}" names no document.`, {
    hint: "Write input:<execution> or output:<execution>.",
    exitCode: EXIT.usage,
  });
}
