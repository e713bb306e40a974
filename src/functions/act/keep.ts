/** What an action keeps as objects: a long request, and lists of what it is about. They are gone some weeks later. */
import type { Action } from "../../actions/action.ts";
import type { ActionRequest } from "../../actions/action-request.ts";
import { CirrusError } from "../../errors.ts";
import { asJson, isJsonObject, type Json, utf8Length } from "../../json.ts";
import { storedJson } from "../settle/stored.ts";
import type { ActPorts } from "./ports.ts";
import type { Chosen } from "./progress.ts";

/** DynamoDB takes items of 400 KB; an action's other members have their share. */
const MOST_IN_RECORD = 100_000;

export function fitsInRecord(value: object): boolean {
  return utf8Length(JSON.stringify(value)) <= MOST_IN_RECORD;
}

/** What the record holds: the request, or its kind and where the rest is. */
export async function keepRequest(id: string, request: ActionRequest, { functions }: ActPorts): Promise<Json> {
  const whole = asJson(request);
  if (fitsInRecord(request)) return whole;
  const { request: url } = functions.payloads.urls.action(id);
  await functions.objects.put(url, JSON.stringify(whole), { contentType: "application/json" });
  return { kind: request.kind, url };
}

export async function readRequest({ request }: Action, { functions }: ActPorts): Promise<ActionRequest> {
  const url = isJsonObject(request) && typeof request.url === "string" ? request.url : undefined;
  const whole = url === undefined ? request : await storedJson(url, functions);
  // Written by keepRequest and by nothing else.
  if (whole !== undefined) return whole as unknown as ActionRequest;
  throw gone(url ?? "");
}

/** The first list of a number stays: of two who choose at the same time, both go on with the same one. */
export async function keepTargets(id: string, list: number, chosen: Chosen, { functions }: ActPorts): Promise<Chosen> {
  const url = functions.payloads.urls.action(id).targets(list);
  const options = { contentType: "application/json", ifAbsent: true };
  const kept = await functions.objects.put(url, JSON.stringify(chosen), options);
  return kept === "stored" ? chosen : readTargets(id, list, { functions });
}

export async function readTargets(
  id: string,
  list: number,
  { functions }: Pick<ActPorts, "functions">,
): Promise<Chosen> {
  const url = functions.payloads.urls.action(id).targets(list);
  const chosen = await storedJson(url, functions);
  if (chosen === undefined) throw gone(url);
  // Written by keepTargets and by nothing else.
  return chosen as unknown as Chosen;
}

function gone(url: string): CirrusError {
  return new CirrusError(`What the action is about is gone: ${url}`, {
    hint: "It is kept for some weeks. Begin a new action.",
  });
}
