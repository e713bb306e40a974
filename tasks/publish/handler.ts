/** Publishes items: as JSON in the data bucket, to topics, and into a STAC API. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  absoluteHrefs,
  defineTask,
  InvalidInput,
  type Item,
  isDiskFull,
  type ObjectStore,
  type ObjectUrl,
  replaceLink,
  showUrl,
  type TaskRun,
  WorkdirFull,
} from "cirrus-pipeline/task";
import pLimit from "p-limit";
import * as z from "zod";
import { putItem, type StacApi } from "./stac-api.ts";

const GEOJSON = "application/geo+json";
const AT_A_TIME = 8;

const TOPIC_ARN = /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/;

const parameters = z.object({
  public: z.boolean().default(false).describe("Everyone may read the items' JSON, where the bucket allows it."),
  sns: z
    .array(z.string().regex(TOPIC_ARN, "expected the ARN of an SNS topic, arn:aws:sns:us-west-2:123456789012:items"))
    .default([])
    .describe("ARNs of SNS topics that each item is sent to, besides the deployment's own topic."),
  stac_api: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address of a STAC API with a transaction endpoint that each item is put into."),
  stac_api_token_variable: z
    .string()
    .optional()
    .describe("Name of the environment variable that holds the token for the STAC API."),
  stac_api_token_secret: z
    .string()
    .optional()
    .describe("Name or ARN of the secret in Secrets Manager that holds the token for the STAC API."),
  stac_api_token_header: z
    .string()
    .regex(/^[\w-]+$/, "expected the name of a header, such as X-API-Key")
    .default("Authorization")
    .describe("Header that carries the token: after the word Bearer in Authorization, alone in any other."),
  batch: z.boolean().default(false).describe("Run as a Batch job: for more items than a Lambda publishes in its time."),
});

type Run = TaskRun<z.output<typeof parameters>>;

export const handler = defineTask({
  name: "publish",
  description: "Publishes items as JSON in the data bucket, to topics, and into a STAC API",
  parameters,
  async run(run) {
    const { items, announce, log, tryAgain } = run;
    requireOwnPlaces(run);
    // Asked for first: without a token, nothing of these items shall be published.
    const api = await stacApiOf(run);
    await all(items, async (item, index) => {
      await storeItem(item, `item-${index}.json`, run);
      if (api === undefined) return;
      const outcome = await tryAgain(() => putItem(item, api));
      log.info("put item into the STAC API", { item: item.id, outcome });
    });
    // Who is told of an item finds it in both places.
    await announce(items, run.parameters.sns);
  },
});

/** Some at a time. After a failure no other begins, and it is thrown when those that run have ended. */
async function all(items: readonly Item[], act: (item: Item, index: number) => Promise<void>): Promise<void> {
  const limit = pLimit(AT_A_TIME);
  let failed = false;
  const ends = await Promise.allSettled(
    items.map((item, index) =>
      limit(async () => {
        if (failed) return;
        await act(item, index).catch((thrown: unknown) => {
          failed = true;
          throw thrown;
        });
      }),
    ),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Each item has an object of its own. */
function requireOwnPlaces({ items, assets }: Run): void {
  const places = new Map<string, Item>();
  for (const item of items) {
    const { url } = assets.locate(item, `${item.id}.json`);
    const other = places.get(url);
    if (other !== undefined) {
      throw new InvalidInput(
        `Item ${other.id} of ${other.collection} and one of ${item.collection} would both be ${url}`,
        {
          hint: "Have the path_template tell them apart, by their collection for one.",
        },
      );
    }
    places.set(url, item);
  }
}

async function storeItem(item: Item, localName: string, run: Run): Promise<void> {
  const { assets, objects, parameters, payloadUrl, workdir, log } = run;
  const filename = `${item.id}.json`;
  const { url, href } = assets.locate(item, filename);
  const before = await readPublished(objects, url);
  const now = new Date().toISOString();
  item.properties.created = before?.properties.created ?? item.properties.created ?? now;
  absoluteHrefs(item);
  for (const rel of ["self", "canonical"]) replaceLink(item, { rel, href, type: GEOJSON });
  if (payloadUrl !== undefined) {
    replaceLink(item, { rel: "via-cirrus", href: payloadUrl, type: "application/json", title: "Payload in Cirrus" });
  }
  // A try that died before it told anybody has stored the item already: this one tells the same of it.
  item.properties.updated = timeOfSame(item, before) ?? now;
  const path = join(workdir, localName);
  await writeFile(path, JSON.stringify(item)).catch((thrown: unknown) => explainFull(thrown, item));
  await assets.store(item, path, { filename, type: GEOJSON, public: parameters.public });
  log.info("published item", { item: item.id, url });
}

function explainFull(thrown: unknown, item: Item): never {
  if (!isDiskFull(thrown)) throw thrown;
  throw new WorkdirFull(`Item ${item.id}: its JSON could not be written, as the disk is full`, {
    hint: "Free space on the machine, raise lambda.ephemeralStorageSize in the task's definition.yml, or run it in Batch.",
    cause: thrown,
  });
}

async function stacApiOf({ parameters, secret, signal }: Run): Promise<StacApi | undefined> {
  const { stac_api: url, stac_api_token_header: header } = parameters;
  if (url === undefined) return undefined;
  requireAllowed(url);
  const { stac_api_token_variable: variable, stac_api_token_secret: name } = parameters;
  const found = variable === undefined ? name && (await secret(name)) : tokenIn(variable);
  if (!found) return { url, headers: {}, signal };
  const token = sendable(found, variable ?? name);
  const value = header.toLowerCase() === "authorization" ? `Bearer ${token}` : token;
  return { url, headers: { [header]: value }, signal };
}

/** Whoever may send a payload must not choose where items and tokens go. */
function requireAllowed(url: string): void {
  const allowed = (process.env.STAC_API_URLS ?? "").split(",").map((one) => one.trim().replace(/\/$/, ""));
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    throw new InvalidInput(`The address of the STAC API ${showUrl(url)} holds a name and a password`, {
      hint: "Leave them out of stac_api, and keep a token in a secret: stac_api_token_secret.",
    });
  }
  if (allowed.includes(url.replace(/\/$/, ""))) return;
  throw new InvalidInput(`Items may not be put into ${showUrl(url)}`, {
    hint: "Name the STAC API in custom.publish.StacApis of cirrus.yml, or in STAC_API_URLS of the task's environment.",
  });
}

/** The text of a token is never shown, also not where it cannot be sent. */
function sendable(text: string, from: string | undefined): string {
  const token = text.trim();
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw new InvalidInput(`What ${from} holds is no token: it is empty, or has characters that no header may have`, {
    hint: "Store the token alone, as one line of plain text.",
  });
}

function tokenIn(variable: string): string {
  // Those are the task's own: a payload must not have them sent anywhere.
  if (/^(AWS|LAMBDA|ECS|_)/i.test(variable)) {
    throw new InvalidInput(
      `The environment variable ${variable} belongs to the machine, and holds no token of a STAC API`,
      {
        hint: "Name one that is set in the task's definition.yml, under environment, or use stac_api_token_secret.",
      },
    );
  }
  const token = process.env[variable];
  if (token) return token;
  throw new InvalidInput(`The environment variable ${variable} is not set, which stac_api_token_variable names`, {
    hint: "Set it in the task's definition.yml, under environment, or use stac_api_token_secret.",
  });
}

const publishedItem = z.looseObject({
  properties: z.looseObject({ created: z.string(), updated: z.string().optional() }),
});

type PublishedItem = z.infer<typeof publishedItem>;

/** Undefined where the item never was published, or not by this task. */
async function readPublished(objects: ObjectStore, url: ObjectUrl): Promise<PublishedItem | undefined> {
  const existing = await objects.get(url);
  if (existing.outcome !== "found") return undefined;
  try {
    return publishedItem.safeParse(JSON.parse(Buffer.from(existing.body).toString())).data;
  } catch {
    return undefined;
  }
}

/** When it was published as it is now; undefined where anything has changed since. */
function timeOfSame(item: Item, before: PublishedItem | undefined): string | undefined {
  const updated = before?.properties.updated;
  if (updated === undefined) return undefined;
  // As it is written: a member that is undefined is none.
  const written = JSON.parse(JSON.stringify({ ...item, properties: { ...item.properties, updated } }));
  return isDeepStrictEqual(written, before) ? updated : undefined;
}
