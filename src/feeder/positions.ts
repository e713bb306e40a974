/** Port: how far the runs of feeders that have not ended are. On AWS and on one machine it is an object in the payload bucket. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { CirrusError } from "../errors.ts";
import { asJson, canonicalJson, isJsonObject, type Json } from "../json.ts";
import type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
import type { PayloadUrls } from "../payload/object-urls.ts";
import type { Payload } from "../payload/payload.ts";

export interface Reached {
  /** Undefined where a run has told none yet. */
  readonly position?: Json | undefined;
  /** Payloads that were found up to there. */
  readonly found: number;
  /** Names of payloads that were sent beyond it, by a run whose time was over before it could tell more. */
  readonly sent?: readonly string[] | undefined;
  /** Which run was here last: of several at a time only one is to go on. */
  readonly run?: string | undefined;
}

export interface Positions {
  /** Undefined where no run has begun, or the last one came to its end. */
  read(run: RunName): Promise<Reached | undefined>;
  write(run: RunName, reached: Reached): Promise<void>;
  remove(run: RunName): Promise<void>;
}

/** Runs with the same parameters are one run that is continued. */
export interface RunName {
  readonly feeder: string;
  readonly digest: string;
}

/** What may change between a run that was cut off and the one that goes on: new credentials, other limits. */
const OF_A_RUN_ALONE = ["headers", "rate", "limit"];

export function nameRun(feeder: string, parameters: unknown): RunName {
  const given = isJsonObject(parameters) ? Object.entries(parameters) : [];
  const lasting = Object.fromEntries(given.filter(([name]) => !OF_A_RUN_ALONE.includes(name)));
  const digest = createHash("sha256")
    .update(canonicalJson(asJson(lasting)))
    .digest("hex");
  return { feeder, digest: digest.slice(0, 32) };
}

const reached = z.object({
  position: z.json().optional(),
  found: z.int(),
  sent: z.array(z.string()).optional(),
  run: z.string().optional(),
});

export interface ObjectPositionsOptions {
  readonly objects: Pick<ObjectStore, "get" | "put" | "remove">;
  readonly urls: Pick<PayloadUrls, "feederPosition">;
}

export function makeObjectPositions({ objects, urls }: ObjectPositionsOptions): Positions {
  const urlOf = ({ feeder, digest }: RunName): ObjectUrl => urls.feederPosition(feeder, digest);
  const denied = new Set<ObjectUrl>();
  return {
    async read(run) {
      const url = urlOf(run);
      const got = await objects.get(url);
      if (got.outcome === "found") return parseReached(Buffer.from(got.body).toString(), url);
      // A feeder that tells no position needs no right to one.
      if (got.outcome === "denied") denied.add(url);
      return undefined;
    },
    async write(run, value) {
      const url = urlOf(run);
      if (denied.has(url)) {
        throw new CirrusError(`The feeder ${run.feeder} may not read how far it is, at ${url}.`, {
          hint: "Allow it s3:GetObject, s3:PutObject and s3:DeleteObject there, and s3:ListBucket, in its definition.yml.",
        });
      }
      await objects.put(url, JSON.stringify(value), { contentType: "application/json" });
    },
    remove: (run) => objects.remove(urlOf(run)),
  };
}

/** The same for the same payload of a later run, whatever has changed in its items since. Members of a fan-in share an ID, but no items. */
export function nameSent({ id, features }: Payload): string {
  const items = features.map(({ collection = null, id }) => [collection, id]);
  return createHash("sha256")
    .update(JSON.stringify([id, items]))
    .digest("base64url")
    .slice(0, 22);
}

/** What is no position is told: to begin again in silence could take days. */
export function parseReached(text: string, where: string): Reached {
  try {
    return reached.parse(JSON.parse(text));
  } catch (cause) {
    throw new CirrusError(`${where} holds no position of a feeder.`, {
      hint: "Remove it, and the feeder begins again.",
      cause,
    });
  }
}
