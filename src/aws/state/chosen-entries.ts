/** Where in the indexes the records are that a filter chooses, for those who list and those who count. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { queryTime } from "../../state/query-time.ts";
import type { PayloadFilter } from "../../state/state-store.ts";
import { STATES } from "../../state/states.ts";
import { toAttribute } from "./attribute-values.ts";
import { readCounts } from "./counts.ts";
import type { Filter, Listing } from "./index-entries.ts";
import { BY_ORGANISATION, BY_STATE, organisationKey, SHARDS, stateKey } from "./keys.ts";
import type { Table } from "./table.ts";

export type Chosen = Pick<Listing, "index" | "partitionKey" | "partitions" | "filter"> & TimeRange;

export interface TimeRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Longer ones are no key of DynamoDB's: no record has such an organisation. */
const MOST_KEY_BYTES = 2_000;

export async function chosenEntries(filter: PayloadFilter, table: Table): Promise<Chosen> {
  const { organisation, since, until } = filter;
  const range = {
    from: since === undefined ? undefined : queryTime(since),
    // Everything of that very time belongs to the list, and is longer than it.
    to: until === undefined ? undefined : `${queryTime(until)}$`,
  };
  if (organisation === undefined) {
    const partitions = await partitionsOf(filter, table);
    return { index: BY_STATE, partitionKey: "stateKey", partitions, filter: filterOf(ofIds(filter)), ...range };
  }
  const mayExist = Buffer.byteLength(organisation) <= MOST_KEY_BYTES;
  return {
    index: BY_ORGANISATION,
    partitionKey: "organisationKey",
    partitions: mayExist ? SHARDS.map((shard) => organisationKey(organisation, shard)) : [],
    filter: filterOf([...ofIds(filter), ...ofState(filter)]),
    ...range,
  };
}

/** The states of a workflow are known; which workflows there are, the counts tell. */
async function partitionsOf({ workflow, state }: PayloadFilter, table: Table): Promise<readonly string[]> {
  const pairs =
    workflow === undefined ? await readCounts({}, table) : STATES.map((each) => ({ workflow, state: each }));
  const wanted = pairs.filter((pair) => state === undefined || pair.state === state);
  return [...new Set(wanted.flatMap((pair) => SHARDS.map((shard) => stateKey(pair.workflow, pair.state, shard))))];
}

interface Term {
  readonly attribute: string;
  readonly test: "begins_with" | "contains";
  readonly value: string;
}

function ofIds({ collections, idPrefix, errorPrefix }: PayloadFilter): readonly Term[] {
  return [
    // No ID has this twice: what stands before it are the collections.
    ...begins("pk", collections === undefined ? undefined : `${collections}/workflow-`),
    ...begins("pk", idPrefix),
    ...begins("error", errorPrefix),
  ];
}

/** No workflow has a slash in its name, so that the parts of the state's key are told apart by them. */
function ofState({ workflow, state }: PayloadFilter): readonly Term[] {
  if (workflow !== undefined) return begins("stateKey", `${workflow}/${state === undefined ? "" : `${state}/`}`);
  return state === undefined ? [] : [{ attribute: "stateKey", test: "contains", value: `/${state}/` }];
}

function begins(attribute: string, value: string | undefined): readonly Term[] {
  return value ? [{ attribute, test: "begins_with", value }] : [];
}

function filterOf(terms: readonly Term[]): Filter | undefined {
  if (terms.length === 0) return undefined;
  const values = terms.map(({ value }, i): [string, AttributeValue] => [`:p${i}`, toAttribute(value)]);
  return {
    expression: terms.map(({ test }, i) => `${test}(#p${i}, :p${i})`).join(" AND "),
    names: Object.fromEntries(terms.map(({ attribute }, i) => [`#p${i}`, attribute])),
    values: Object.fromEntries(values),
  };
}
