/** Reads the payload that a `{url}` stands for. The URL comes from outside: only known places are read, and only so much. */
import { gunzipSync } from "node:zlib";
import type { Json } from "../json.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { isObjectUrl, type ObjectStore, type ObjectUrl } from "./object-store.ts";
import { explainProblems, showValue } from "./problems.ts";

export interface LoadRules {
  /** `s3://bucket` or `s3://bucket/prefix`: a URL must be one of these or lie below it. */
  readonly allowed: readonly string[];
  /** Bytes, before and after decompression. */
  readonly maxBytes: number;
}

export type LoadOutcome =
  | { readonly outcome: "loaded"; readonly value: Json }
  | {
      readonly outcome: "rejected";
      readonly code: "url-not-allowed" | "url-missing" | "url-denied" | "url-too-large" | "not-json";
      readonly reason: string;
    };

/** A store that cannot answer now throws TransientError, which passes through: the message comes again. */
export async function loadPayloadObject(
  objects: Pick<ObjectStore, "get">,
  url: string,
  rules: LoadRules,
): Promise<LoadOutcome> {
  if (!isAllowed(url, rules.allowed)) {
    const places = rules.allowed.join(", ") || "none";
    return rejected(
      "url-not-allowed",
      `${showValue(url)} is not below a place that payloads are read from (${places})`,
    );
  }
  const got = await objects.get(url, { maxBytes: rules.maxBytes });
  if (got.outcome === "missing") return rejected("url-missing", `there is no object at ${url}`);
  if (got.outcome === "denied") return rejected("url-denied", `${url} may not be read: ${got.message}`);
  if (got.outcome === "too-large") return tooLarge(url, `${got.size}`, rules);

  const bytes = decompress(got.body, rules.maxBytes);
  if (bytes === "too-large") return tooLarge(url, "more than that, decompressed,", rules);
  if (bytes === "damaged") return rejected("not-json", `${url} is a damaged gzip file`);
  const text = decode(bytes);
  if (text === undefined) return rejected("not-json", `${url} is not UTF-8 text`);
  const parsed = parseBoundedJson(text, rules.maxBytes);
  if ("value" in parsed) return { outcome: "loaded", value: parsed.value };
  return rejected("not-json", `${url}: ${explainProblems([parsed.problem])}`);
}

function isAllowed(url: string, places: readonly string[]): url is ObjectUrl {
  if (!isObjectUrl(url)) return false;
  // S3 takes keys as they are, a directory tree resolves them: `..` must not lead out of an allowed place.
  const [, , , ...segments] = url.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) return false;
  return places.some((place) => url === place || url.startsWith(place.endsWith("/") ? place : `${place}/`));
}

function decompress(body: Uint8Array, maxBytes: number): Uint8Array | "too-large" | "damaged" {
  // The first two bytes of every gzip file; no JSON text begins so.
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes });
  } catch (error) {
    return error instanceof RangeError ? "too-large" : "damaged";
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function tooLarge(url: string, size: string, { maxBytes }: LoadRules): LoadOutcome {
  return rejected("url-too-large", `${url} has ${size} bytes, and a payload may have ${maxBytes}`);
}

function rejected(code: Extract<LoadOutcome, { outcome: "rejected" }>["code"], reason: string): LoadOutcome {
  return { outcome: "rejected", code, reason };
}
