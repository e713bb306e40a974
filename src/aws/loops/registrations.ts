/** Registrations: the newest ones, and those that an iteration still works with. */
import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { CirrusError } from "../../errors.ts";
import { utf8Length } from "../../json.ts";
import { KEPT_REGISTRATIONS, type Registration } from "../../loop/registration.ts";
import { rememberRegistrations } from "../../loop/remembered-registrations.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import { type Item, toItem } from "../state/attribute-values.ts";
import { queryPartition } from "../state/query-partition.ts";
import { getItem } from "../state/read-items.ts";
import { transact } from "../state/transact.ts";
import { readLoops } from "./claims.ts";
import { EVERYTHING, NEWEST, REGISTRATIONS, registrationKey } from "./keys.ts";
import type { Place } from "./place.ts";
import { unlessRefused } from "./unless-refused.ts";
import { untilSettled } from "./until-settled.ts";
import { versionedPut } from "./versioned-put.ts";

/** Larger ones are objects. */
const MOST_INLINE_BYTES = 16_384;

export function makeRegistrations(place: Place) {
  const remembered = rememberRegistrations();

  return {
    async register(registration: Registration): Promise<void> {
      const newest = await storeNewest(registration, place);
      if (newest !== undefined) await dropOlder(newest, place);
    },
    async find(wanted?: string): Promise<Registration | undefined> {
      const id = wanted ?? (await readNewest(place)).id;
      if (id === undefined) return undefined;
      const known = remembered.get(id);
      if (known !== undefined) return known;
      const item = id === NEWEST || id === "" ? undefined : await getItem(registrationKey(id), await place.table());
      return item && remembered.keep(await toRegistration(item, place));
    },
  };
}

interface Newest {
  readonly id?: string | undefined;
  /** Higher with every one that becomes the newest; 0 before the first. */
  readonly version: number;
}

async function readNewest(place: Place): Promise<Newest> {
  const item = await getItem(registrationKey(NEWEST), await place.table());
  return { id: item?.id?.S, version: Number(item?.version?.N ?? 0) };
}

/** Its number; undefined where it is the newest already. */
async function storeNewest(registration: Registration, place: Place): Promise<number | undefined> {
  const table = await place.table();
  const stored = await untilSettled("The newest registration", table, async () => {
    const newest = await readNewest(place);
    if (newest.id === registration.id) return { version: undefined };
    const version = newest.version + 1;
    const before = await getItem(registrationKey(registration.id), table);
    const body = before ? bodyOf(before) : toItem(await keepBody(registration, place));
    const item = { ...registrationKey(registration.id), ...body, ...toItem({ version }) };
    const pointer = { ...registrationKey(NEWEST), ...toItem({ id: registration.id, version }) };
    const writes = [
      versionedPut(table.table, item, Number(before?.version?.N ?? 0)),
      versionedPut(table.table, pointer, newest.version),
    ];
    return (await transact(writes, place.newId(), table)) === undefined ? { version } : undefined;
  });
  return stored.version;
}

function bodyOf({ json, object }: Item): Item {
  return { ...(json && { json }), ...(object && { object }) };
}

type Body = { readonly json: string } | { readonly object: string };

/** The name is never used again: nobody removes an object that an earlier or later item has. */
async function keepBody(registration: Registration, { objects, urls, newId }: Place): Promise<Body> {
  const json = JSON.stringify(registration);
  if (utf8Length(json) <= MOST_INLINE_BYTES) return { json };
  const object = urls.registration(registration.id, newId().slice(0, 8));
  await objects.put(object, json, { contentType: "application/json" });
  return { object };
}

async function toRegistration({ json, object }: Item, { objects }: Place): Promise<Registration> {
  // What keepBody stored.
  if (json?.S !== undefined) return JSON.parse(json.S) as Registration;
  const got = isObjectUrl(object?.S) ? await objects.get(object.S) : undefined;
  if (got?.outcome === "found") return JSON.parse(Buffer.from(got.body).toString("utf8")) as Registration;
  throw new CirrusError(`The registration at ${object?.S} cannot be read: it is ${got?.outcome ?? "nowhere"}.`, {
    hint: "Objects under loops/registrations/ belong to the table of loops: they must not be removed by hand.",
  });
}

/** Those with lower numbers that no iteration works with. */
async function dropOlder(newest: number, place: Place): Promise<void> {
  const items = await queryPartition(REGISTRATIONS, EVERYTHING, await place.table());
  const older = items.filter(
    ({ sk, version }) => sk?.S !== NEWEST && Number(version?.N) <= newest - KEPT_REGISTRATIONS,
  );
  if (older.length === 0) return;
  const used = new Set((await readLoops(place)).map(({ registration }) => registration));
  for (const item of older) if (!used.has(item.sk?.S)) await drop(item, place);
}

/** Not one that has become the newest again meanwhile: that has another number. */
async function drop({ sk, version, object }: Item, { table, objects }: Place): Promise<void> {
  const { client, table: TableName } = await table();
  if (sk?.S === undefined || version === undefined) return;
  const isDropped = await unlessRefused(
    client.send(
      new DeleteItemCommand({
        TableName,
        Key: registrationKey(sk.S),
        ConditionExpression: "#version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":version": version },
      }),
    ),
  );
  if (isDropped && isObjectUrl(object?.S)) await objects.remove(object.S);
}
