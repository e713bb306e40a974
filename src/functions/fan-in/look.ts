/** Whether all is there that a payload awaits; and if not, what is missing. */
import pLimit from "p-limit";
import { describeError, TransientError } from "../../errors.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import type { Payload } from "../../payload/payload.ts";
import { shellWord } from "../../shell-word.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { State } from "../../state/states.ts";
import type { FunctionPorts } from "../ports.ts";
import { AT_ONCE, countMembers } from "./members.ts";

export interface Look {
  readonly isComplete: boolean;
  /** How many are there, and how many it takes. */
  readonly here: number;
  readonly needs: number;
  /** Of payloads that are awaited by their IDs. Of a group nobody knows who is missing. */
  readonly missing: readonly Missing[];
  /** Records of the awaited payloads, in the order of the list. */
  readonly awaited: readonly (PayloadRecord | undefined)[];
}

export interface Missing {
  readonly payloadId: string;
  readonly state: State | "none";
  /** Of one that has SUCCEEDED: why its items are not to be had. */
  readonly lack?: string | undefined;
}

/** By the IDs of payloads that have SUCCEEDED: why their items are not to be had. */
export type Lacks = ReadonlyMap<string, string>;

export type LookPorts = Pick<FunctionPorts, "state" | "objects" | "payloads">;

export async function lookAt({ id, process: [definition] }: Payload, ports: LookPorts): Promise<Look> {
  const { payloads, count = 0 } = definition.await ?? {};
  if (payloads === undefined) {
    const here = await countMembers(id, ports);
    return { isComplete: here >= count, here, needs: count, missing: [], awaited: [] };
  }
  const ids = [...new Set(payloads)];
  const awaited = await ports.state.get(ids);
  const missing = ids.flatMap((payloadId, index) => {
    const state: State | "none" = awaited[index]?.state ?? "none";
    return state === "SUCCEEDED" ? [] : [{ payloadId, state }];
  });
  return { isComplete: missing.length === 0, here: ids.length - missing.length, needs: ids.length, missing, awaited };
}

/** Those whose items are not to be had are missing as much as those that have not ended well. */
export function lookWithout(lacks: Lacks, look: Look): Look {
  if (lacks.size === 0) return look;
  const lacking = [...lacks].map(([payloadId, lack]): Missing => ({ payloadId, state: "SUCCEEDED", lack }));
  return { ...look, isComplete: false, here: look.here - lacks.size, missing: [...look.missing, ...lacking] };
}

/** Without reading the outputs: for people, and for an error that names all that is missing. */
export async function lookForOutputs(look: Look, { objects }: Pick<LookPorts, "objects">): Promise<Look> {
  const limit = pLimit(AT_ONCE);
  const found = look.awaited.map((record) =>
    limit(async (): Promise<readonly (readonly [string, string])[]> => {
      if (record?.state !== "SUCCEEDED" || !isObjectUrl(record.outputUrl)) return [];
      const url = record.outputUrl;
      try {
        return (await objects.head(url)) === undefined ? [[record.payloadId, outputGone(url)]] : [];
      } catch (thrown) {
        return [[record.payloadId, outputUnreadable(thrown)]];
      }
    }),
  );
  return lookWithout(new Map((await Promise.all(found)).flat()), look);
}

export function outputGone(url: string): string {
  return `its output is gone: ${url}`;
}

/** Of what may be read in a moment nothing is concluded: that is thrown on. */
export function outputUnreadable(thrown: unknown): string {
  if (thrown instanceof TransientError) throw thrown;
  return `its output cannot be read: ${describeError(thrown).cause}`;
}

/** Missing payloads that are named in a sentence. */
const MOST_NAMED = 5;

/** `waits for 2 of 4: s2/workflow-cog/b is FAILED, s2/workflow-cog/c has not come yet` */
export function explainLook({ here, needs, missing }: Look): string {
  const left = Math.max(0, needs - here);
  const named = missing.slice(0, MOST_NAMED).map((one) => `${one.payloadId} ${explainMissing(one)}`);
  const more = missing.length > named.length ? [`and ${missing.length - named.length} more`] : [];
  const names = [...named, ...more].join(", ");
  return `waits for ${left} of ${needs}${names === "" ? "" : `: ${names}`}`;
}

function explainMissing({ payloadId, state, lack }: Missing): string {
  if (lack !== undefined) return `has ${state}, but ${lack} (${commandToMend(payloadId)})`;
  return state === "none" ? "has not come yet" : `is ${state}`;
}

/** What makes an output anew. `flags`: those of the place, with a space before them. */
export function commandToMend(payloadId: string, flags = ""): string {
  return `npx cirrus payload rerun ${shellWord(payloadId)} --replace${flags}`;
}
