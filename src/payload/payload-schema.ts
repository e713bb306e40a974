/** The schema of a payload as it comes from outside; every message says what was expected and what to do. */
import * as z from "zod";
import type { Problem } from "../errors.ts";
import { byShape, expecting } from "./expecting.ts";
import { MAX_CHAIN_DEPTH } from "./lineage.ts";
import { MAX_ID_BYTES } from "./payload-id.ts";
import { mismatch } from "./problems.ts";
import { processDefinition, uploadOptions } from "./process-definition.ts";

/** The member that carries a chained payload's lineage on its way through the queue. */
export const CHAIN_MEMBER = "cirrus:chain";

/** The member that says why somebody runs a payload again; it is kept in the payload's history and not in the payload. */
export const REASON_MEMBER = "cirrus:reason";

/**
 * The member that says whose items are in a payload that others were awaited for. Who sends such a payload asks for it
 * to run again, and is no arrival.
 */
export const MEMBERS_MEMBER = "cirrus:members";

const MAX_REASON = 500;

/** Characters: an execution's name and a place in its chain. The record keeps it, and has only so much room. */
const MAX_EFFECT = 200;

const item = z.looseObject(
  {
    id: z
      .string(expecting("an item ID as text", 'Write "id": "…"; a number needs quotes.'))
      .min(1, expecting("an item ID", "It is empty.").error),
    collection: z.string(expecting("a collection name", "Write it as text, or leave it out.")).nullish(),
    properties: z.looseObject({}, expecting("an object of properties", "Write {…}.")).optional(),
    assets: z
      .record(
        z.string(),
        z.looseObject(
          { href: z.string(expecting("the asset's URL", "Every asset needs an href.")) },
          expecting("an asset", 'Write {"href": "…"}.'),
        ),
        expecting("an object: asset key to asset", "Write {…}."),
      )
      .optional(),
    links: z
      .array(
        z.looseObject(
          {
            href: z.string(expecting("the link's URL", "Every link needs an href.")),
            rel: z.string(expecting("the link's relation", "Every link needs a rel.")),
          },
          expecting("a link", 'Write {"rel": "self", "href": "…"}.'),
        ),
        expecting("a list of links", "Write […]."),
      )
      .optional(),
  },
  expecting("a STAC item", "Send items, not their URLs."),
);

const definitions = z.array(processDefinition, expecting("a list of process definitions", "Write [{…}, {…}]."));
const laterElement = byShape((value) => (Array.isArray(value) ? definitions : processDefinition));

const processList = byShape((value) =>
  Array.isArray(value)
    ? z.tuple(
        [processDefinition],
        laterElement,
        expecting("at least one process definition", 'Write [{"workflow": "publish-only"}].'),
      )
    : processDefinition,
);

const chainLink = z
  .looseObject(
    {
      depth: z
        .int(expecting("the number of links before it", "It is written by Cirrus."))
        .min(0, expecting("0 or more", "It is written by Cirrus.").error),
      ancestors: z
        .array(
          z
            .string(expecting("a payload ID", "It is written by Cirrus."))
            .max(MAX_ID_BYTES, expecting("a payload ID", "It is longer than any is.").error),
          expecting("a list of payload IDs", "It is written by Cirrus."),
        )
        .max(MAX_CHAIN_DEPTH, expecting(`at most ${MAX_CHAIN_DEPTH} payload IDs`, "The chain is too long.").error),
      effect: z
        .string(expecting("an effect ID", "It is written by Cirrus."))
        .min(1, expecting("an effect ID", "It is empty.").error)
        .max(MAX_EFFECT, expecting("an effect ID", "It is longer than any is.").error)
        .optional(),
    },
    expecting("a chain link", `Remove the member ${CHAIN_MEMBER}: Cirrus writes it.`),
  )
  .refine(
    (link) => link.depth === link.ancestors.length,
    expecting("as many ancestors as its depth says", `Remove the member ${CHAIN_MEMBER}: Cirrus writes it.`),
  );

const members = z.array(
  z.looseObject(
    {
      id: z.string(expecting("a payload ID", "It is written by Cirrus.")),
      messages: z.array(z.string(expecting("a message's ID", "It is written by Cirrus."))).optional(),
    },
    expecting("a member with its ID", "It is written by Cirrus."),
  ),
  expecting("a list of the payloads whose items these are", `Remove the member ${MEMBERS_MEMBER}: Cirrus writes it.`),
);

const payloadSchema = z.looseObject(
  {
    type: z.literal("FeatureCollection", expecting('"FeatureCollection"', 'Write "type": "FeatureCollection".')),
    id: z.string(expecting("a payload ID as text", "Leave it out to have it made from the items.")).optional(),
    features: z.array(item, expecting("a list of STAC items", "Write [{…}].")).optional(),
    process: processList,
    [CHAIN_MEMBER]: chainLink.optional(),
    [MEMBERS_MEMBER]: members.optional(),
    [REASON_MEMBER]: z
      .string(expecting("why it is run again, as text", "Write a sentence, or leave it out."))
      .max(MAX_REASON, expecting(`at most ${MAX_REASON} characters`, "Say it in fewer words.").error)
      .optional(),
  },
  expecting(
    "a payload: an object with type, features and process",
    'Write {"type": "FeatureCollection", "features": [{…}], "process": [{"workflow": "…"}]}.',
  ),
);

/** A thousand items with the same mistake are explained by the first of them. */
const MOST_REPORTED = 50;

export function schemaProblems(value: unknown): Problem[] {
  return problemsOf(payloadSchema, value, []);
}

/** Of the options of one collection, which are read where something is uploaded, and not before. */
export function uploadOptionsProblems(value: unknown, place: readonly PropertyKey[]): Problem[] {
  return problemsOf(uploadOptions, value, place);
}

function problemsOf(schema: z.ZodType, value: unknown, place: readonly PropertyKey[]): Problem[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.slice(0, MOST_REPORTED).map((issue) => {
    const [expected = "", hint = ""] = issue.message.split("\n");
    const path = [...place, ...issue.path];
    return mismatch({ code: "not-a-payload", path, found: valueAt(value, issue.path), expected, hint });
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}
