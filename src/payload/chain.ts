/** What follows when an execution has ended well: a new payload for every definition that its `process` names next. */
import { InvalidInput, type Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { compileChainFilter } from "./chain-filter.ts";
import { type Lineage, MAX_CHAIN_DEPTH } from "./lineage.ts";
import { CHAIN_MEMBER, type ChainLink, type Payload, parsePayload } from "./payload.ts";
import { explainProblems } from "./problems.ts";

export interface FinishedExecution {
  /** What the workflow returned. Tasks may have changed its `process`: that is how a chain is decided at run time. */
  readonly output: Payload;
  readonly lineage: Lineage;
  readonly payloadId: string;
  readonly execution: string;
}

export type ChainedPayload = Payload & { readonly [CHAIN_MEMBER]: ChainLink };

export type NextPayload = { readonly index: number; readonly effect: string } & (
  | { readonly outcome: "chained"; readonly payload: ChainedPayload; readonly payloadId: string }
  /** The chain ends here: no item is left for this definition. */
  | { readonly outcome: "empty"; readonly reason: string; readonly workflow: string }
  | {
      readonly outcome: "rejected";
      readonly code: "chain-loop" | "chain-too-deep" | "chain-filter-too-costly" | "not-a-payload";
      readonly reason: string;
      /** The payload that would have been sent. */
      readonly raw: string;
      readonly payloadId?: string;
    }
);

/** In the order of the definitions; the same input gives the same payloads with the same effect IDs. */
export function nextPayloads(finished: FinishedExecution): readonly NextPayload[] {
  const elements: unknown = finished.output.process;
  if (!Array.isArray(elements) || elements[1] === undefined) return [];
  const next: readonly unknown[] = Array.isArray(elements[1]) ? elements[1] : [elements[1]];
  return next.map((definition, index) => {
    const effect = `${finished.execution}/chain/${index}`;
    return { index, effect, ...link(finished, definition, effect) };
  });
}

type Outcome<T = NextPayload> = T extends NextPayload ? Omit<T, "index" | "effect"> : never;

function link(finished: FinishedExecution, definition: unknown, effect: string): Outcome {
  const selected = selectFeatures(finished.output.features, definition);
  // The parser reports what is wrong with a definition that is no object.
  const child = childOf(finished, definition as Json, selected.features, effect);
  const raw = JSON.stringify(child);
  if (selected.tooCostly !== undefined) {
    return { outcome: "rejected", code: "chain-filter-too-costly", reason: selected.tooCostly, raw };
  }
  const parsed = parsePayload(child);
  if (selected.features.length === 0 && !("problems" in parsed && concernsMoreThanItems(parsed.problems))) {
    return { outcome: "empty", ...whyEmpty(finished.output.features, definition) };
  }
  if ("problems" in parsed) {
    return { outcome: "rejected", code: "not-a-payload", reason: explainProblems(parsed.problems), raw };
  }
  const { payload, lineage } = parsed;
  const broken = brokenRule(finished, payload.id);
  if (broken !== undefined) return { outcome: "rejected", ...broken, raw, payloadId: payload.id };
  return {
    outcome: "chained",
    payload: { ...payload, [CHAIN_MEMBER]: { ...lineage, effect } },
    payloadId: payload.id,
  };
}

function childOf(finished: FinishedExecution, definition: Json, features: readonly Json[], effect: string): JsonObject {
  const { id: _id, ...members } = finished.output;
  const { lineage, payloadId } = finished;
  const ancestors = [...lineage.ancestors, payloadId].slice(-MAX_CHAIN_DEPTH);
  return structuredClone({
    ...members,
    features,
    process: [definition, ...finished.output.process.slice(2)],
    [CHAIN_MEMBER]: { depth: ancestors.length, ancestors, effect },
  });
}

interface Selected {
  readonly features: readonly Json[];
  readonly tooCostly?: string;
}

/** A filter that does not compile selects everything here: the parser then reports it with its place. */
function selectFeatures(features: readonly Json[], definition: unknown): Selected {
  const text = isJsonObject(definition) ? definition.chain_filter : undefined;
  if (typeof text !== "string") return { features };
  const filter = tryInput(() => compileChainFilter(text));
  if (filter instanceof InvalidInput) return { features };
  const selected = tryInput(() => filter.select(features));
  return selected instanceof InvalidInput
    ? { features, tooCostly: `${selected.message}. ${selected.hint ?? ""}` }
    : { features: selected };
}

function tryInput<T>(act: () => T): T | InvalidInput {
  try {
    return act();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
}

/** Without items a payload has no ID; every other problem is the definition's own and outweighs the empty selection. */
function concernsMoreThanItems(problems: readonly Problem[]): boolean {
  return problems.some(({ path }) => path !== "$.features");
}

function whyEmpty(features: readonly Json[], definition: unknown): { reason: string; workflow: string } {
  const { workflow, chain_filter } = isJsonObject(definition) ? definition : {};
  const reason =
    chain_filter === undefined
      ? "the output has no items to go on with"
      : `none of the ${features.length} items passes chain_filter ${JSON.stringify(chain_filter)}`;
  return { reason, workflow: String(workflow) };
}

function brokenRule(
  finished: FinishedExecution,
  child: string,
): { code: "chain-loop" | "chain-too-deep"; reason: string } | undefined {
  const { lineage, payloadId } = finished;
  if (child === payloadId || lineage.ancestors.includes(child)) {
    const chain = [...lineage.ancestors, payloadId, child].join(" → ");
    return { code: "chain-loop", reason: `the chain would come back to a payload that it has been through: ${chain}` };
  }
  if (lineage.depth < MAX_CHAIN_DEPTH) return undefined;
  return {
    code: "chain-too-deep",
    reason: `the chain has ${lineage.depth} links already, and more than ${MAX_CHAIN_DEPTH} are taken for a loop`,
  };
}
