/**
 * What messages tell of objects. S3 calls a Lambda itself, or sends its notifications to a topic, a queue, or EventBridge, and
 * each of these may hand them on to the next: every envelope is opened, in any order. Providers also announce whole items.
 */
import { isJsonObject, itemsOf, type Json, type JsonObject } from "cirrus-pipeline/feeder";

export type Notice =
  | { readonly tells: "object"; readonly bucket: string; readonly key: string; readonly size: number | undefined }
  | { readonly tells: "item"; readonly item: JsonObject }
  /** That an object was removed, tagged or the like; or that notifications were set up. */
  | { readonly tells: "nothing" }
  | { readonly tells: "unknown"; readonly message: string };

/** A queue of a topic of EventBridge's of S3's is four. */
const MOST_ENVELOPES = 6;

export function noticesIn(message: Json, envelopes = MOST_ENVELOPES): readonly Notice[] {
  const inside = (text: Json): readonly Notice[] =>
    envelopes === 0 || typeof text !== "string" ? [unknown(text)] : noticesOfText(text, envelopes - 1);
  if (!isJsonObject(message)) return [unknown(message)];
  const { Records: records, Sns: sns, body, detail } = message;
  if (Array.isArray(records) && envelopes > 0) {
    return records.flatMap((record: Json) => noticesIn(record, envelopes - 1));
  }
  if (isJsonObject(message.s3)) return [ofS3(message, message.s3)];
  if (isJsonObject(sns)) return inside(sns.Message ?? null);
  if (body !== undefined) return inside(body);
  if (message.Type === "Notification") return inside(message.Message ?? null);
  if (message.source === "aws.s3" && isJsonObject(detail)) return [ofEventBridge(message, detail)];
  if (message.Event === "s3:TestEvent") return [{ tells: "nothing" }];
  if (message.type === "Feature" || message.type === "FeatureCollection") return itemsIn(message);
  return [unknown(message)];
}

function noticesOfText(text: string, envelopes: number): readonly Notice[] {
  try {
    return noticesIn(JSON.parse(text), envelopes);
  } catch {
    return [unknown(text)];
  }
}

/** Keys are escaped as in a form: a space is a plus. */
function ofS3({ eventName }: JsonObject, { bucket, object }: JsonObject): Notice {
  if (!/^(?:s3:)?(?:ObjectCreated:|ObjectRestore:Completed)/.test(String(eventName))) return { tells: "nothing" };
  const { key, ...rest } = isJsonObject(object) ? object : {};
  return found(bucket, { ...rest, key: typeof key === "string" ? unescaped(key) : key });
}

/** Keys are as they are. */
function ofEventBridge(event: JsonObject, { bucket, object }: JsonObject): Notice {
  const tells = ["Object Created", "Object Restore Completed"].includes(String(event["detail-type"]));
  return tells ? found(bucket, object) : { tells: "nothing" };
}

function found(bucket: Json | undefined, object: Json | undefined): Notice {
  const { name } = isJsonObject(bucket) ? bucket : {};
  const { key, size } = isJsonObject(object) ? object : {};
  if (typeof name !== "string" || typeof key !== "string") return unknown({ bucket, object });
  return { tells: "object", bucket: name, key, size: typeof size === "number" ? size : undefined };
}

function itemsIn(message: JsonObject): readonly Notice[] {
  try {
    return itemsOf(message).map((item): Notice => ({ tells: "item", item }));
  } catch {
    return [unknown(message)];
  }
}

function unknown(message: Json): Notice {
  return { tells: "unknown", message: (typeof message === "string" ? message : JSON.stringify(message)).slice(0, 200) };
}

/** A % that escapes nothing stands for itself. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}
