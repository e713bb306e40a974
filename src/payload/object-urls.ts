/** Where payloads are kept as objects: one function for every kind, so that no other file builds such a key. */
import { createHash } from "node:crypto";
import { CirrusError, EXIT } from "../errors.ts";
import { utf8Length } from "../json.ts";
import type { ObjectUrl } from "./object-store.ts";

export interface PayloadRoot {
  readonly bucket: string;
  /** Key prefix, without slashes at its ends; may be empty. */
  readonly prefix: string;
}

/** A Batch job reads `url`, writes its result to `urlOut`, or what went wrong to `urlError`. */
export interface BatchUrls {
  readonly url: ObjectUrl;
  readonly urlOut: ObjectUrl;
  readonly urlError: ObjectUrl;
}

export interface PayloadUrls {
  input(payloadId: string, execution: string): ObjectUrl;
  output(payloadId: string, execution: string): ObjectUrl;
  /** A payload too large to travel inline, by the hash of its text: the same payload is stored once. */
  oversized(sha256: string): ObjectUrl;
  batch(payloadId: string, uuid: string): BatchUrls;
  rejection(id: string): ObjectUrl;
  /** Marks that a rejection was made then; below `rejectionMarks` the newest comes first. */
  rejectionMark(atMs: number, id: string): ObjectUrl;
  readonly rejectionMarks: ObjectUrl;
  /** What a bulk run keeps as objects. */
  bulk(run: string): BulkUrls;
  /** What those of all bulk runs begin with. */
  readonly bulkRoot: ObjectUrl;
  readonly loops: LoopUrls;
  /** What has arrived for a payload that waits for others. */
  awaits(payloadId: string): AwaitUrls;
  /** What an action keeps until it has ended. */
  action(id: string): ActionUrls;
  /** How far a feeder's run with certain parameters is. */
  feederPosition(feeder: string, digest: string): ObjectUrl;
}

export interface AwaitUrls {
  /** What all members begin with, and nothing else. */
  readonly members: ObjectUrl;
  /** One of those that have arrived. */
  member(id: string): ObjectUrl;
  /** The payload as it was when it began to wait. */
  readonly request: ObjectUrl;
}

export interface ActionUrls {
  /** What was asked for, where it is too long for a record. */
  readonly request: ObjectUrl;
  /** A part of what it is about. */
  targets(list: number): ObjectUrl;
}

export interface BulkUrls {
  /** What all the others begin with. */
  readonly root: ObjectUrl;
  /** Data of the entry at this position, too large for a record. */
  data(position: number): ObjectUrl;
  /** How an attempt ended, too large for a record. Of two workers that believe to hold the same entry each has its own. */
  end(position: number, attempt: number, worker: string): ObjectUrl;
  /** What an attempt wrote; `id` tells it from one that was given back under the same number. */
  log(entryId: string, attempt: number, id: string): ObjectUrl;
}

/** What loops keep as objects. */
export interface LoopUrls {
  /** What all objects of an execution begin with. */
  execution(id: string): ObjectUrl;
  /** A part of its record that is too large for one. */
  part(execution: string, name: string): ObjectUrl;
  /** What the parts of its log begin with. */
  logs(execution: string): ObjectUrl;
  /** The lines of its log from this byte on. */
  log(execution: string, from: number): ObjectUrl;
  notebook(execution: string): ObjectUrl;
  /** Which machine has begun it. */
  begun(execution: string): ObjectUrl;
  /** How it ended, until that is recorded. */
  end(execution: string): ObjectUrl;
  registration(id: string, unique: string): ObjectUrl;
  /** All files of a repository at a commit. */
  source(repository: string, commit: string): ObjectUrl;
  /** What an organisation's tasks run in, as an archive. */
  environment(codops: string, hash: string): ObjectUrl;
}

/** S3 takes keys of up to 1,024 bytes: what is left for the payload ID beside the longest prefix and name. */
const MAX_PREFIX_BYTES = 200;
const MAX_ID_KEY_BYTES = 700;
/** File systems take names of up to 255 bytes. */
const MAX_SEGMENT_BYTES = 200;

export function payloadUrls({ bucket, prefix }: PayloadRoot): PayloadUrls {
  const trimmed = prefix.replaceAll(/^\/+|\/+$/g, "");
  if (utf8Length(trimmed) > MAX_PREFIX_BYTES) {
    throw new CirrusError(
      `the payload root prefix has ${utf8Length(trimmed)} bytes, expected at most ${MAX_PREFIX_BYTES}`,
      {
        hint: "Set CIRRUS_PAYLOAD_ROOT_PREFIX to a shorter one.",
        exitCode: EXIT.config,
      },
    );
  }
  const url = (key: string): ObjectUrl => `s3://${bucket}/${trimmed === "" ? "" : `${trimmed}/`}${key}`;
  return {
    input: (payloadId, execution) => url(`executions/${keyOf(payloadId)}/${keyOf(execution)}/input.json`),
    output: (payloadId, execution) => url(`executions/${keyOf(payloadId)}/${keyOf(execution)}/output.json`),
    oversized: (sha256) => url(`tmp/oversized/${keyOf(sha256)}.json`),
    batch: (payloadId, uuid) => batchUrls(url(`tmp/batch/${keyOf(payloadId)}/${keyOf(uuid)}.json`)),
    rejection: (id) => url(`rejections/by-id/${keyOf(id)}.json`),
    rejectionMark: (atMs, id) => url(`rejections/by-time/${countdown(atMs)}/${keyOf(id)}`),
    rejectionMarks: url("rejections/by-time/"),
    bulk: (run) => bulkUrls(url(`bulk/${keyOf(run)}/`)),
    bulkRoot: url("bulk/"),
    loops: loopUrls(url("loops/")),
    awaits: (payloadId) => awaitUrls(url(`awaits/${keyOf(payloadId)}/`)),
    action: (id) => actionUrls(url(`tmp/actions/${keyOf(id)}/`)),
    feederPosition: (feeder, digest) => url(`feeders/${keyOf(feeder)}/${keyOf(digest)}.json`),
  };
}

/** No part of an ID is written with a `~` at its beginning: what is below one payload is never another's. */
function awaitUrls(root: ObjectUrl): AwaitUrls {
  const members: ObjectUrl = `${root}~members/`;
  return { members, member: (id) => `${members}${digestOf(id)}.json`, request: `${root}~request.json` };
}

function actionUrls(root: ObjectUrl): ActionUrls {
  return { request: `${root}request.json`, targets: (list) => `${root}targets/${list}.json` };
}

function bulkUrls(root: ObjectUrl): BulkUrls {
  return {
    root,
    data: (position) => `${root}data/${position}.json`,
    end: (position, attempt, worker) => `${root}ends/${position}-${attempt}-${keyOf(worker)}.json`,
    log: (entryId, attempt, id) => `${root}logs/${keyOf(entryId)}/${attempt}-${keyOf(id)}.log`,
  };
}

function loopUrls(root: ObjectUrl): LoopUrls {
  const execution = (id: string): ObjectUrl => `${root}executions/${keyOf(id)}/`;
  return {
    execution,
    part: (id, name) => `${execution(id)}${keyOf(name)}.json`,
    logs: (id) => `${execution(id)}log/`,
    log: (id, from) => `${execution(id)}log/${String(from).padStart(LOG_DIGITS, "0")}`,
    notebook: (id) => `${execution(id)}executed.ipynb`,
    begun: (id) => `${execution(id)}begun.json`,
    end: (id) => `${execution(id)}end.json`,
    registration: (id, unique) => `${root}registrations/${keyOf(id)}-${keyOf(unique)}.json`,
    source: (repository, commit) => `${root}sources/${digestOf(repository)}/${keyOf(commit)}.tar.gz`,
    environment: (codops, hash) => `${root}environments/${keyOf(codops)}/${keyOf(hash)}.tar.gz`,
  };
}

/** Enough for a terabyte, so that names are in the order of the numbers. */
const LOG_DIGITS = 12;

/** The result and error objects that belong to a job's input, wherever that is. */
export function batchUrls(url: ObjectUrl): BatchUrls {
  return { url, urlOut: sibling(url, "_out"), urlError: sibling(url, "_error") };
}

/** Digits that are fewer the later the time, as listings are in the order of their keys. */
function countdown(ms: number): string {
  return String(LATEST_MS - ms).padStart(String(LATEST_MS).length, "0");
}

/** The last millisecond that a Date holds. */
const LATEST_MS = 8.64e15;

function sibling(url: ObjectUrl, suffix: string): ObjectUrl {
  const stem = url.replace(/\.json(\.gz)?$/, "");
  // Only the end of the URL's key has changed.
  return `${stem}${suffix}.json` as ObjectUrl;
}

/**
 * A text as part of a key: `/` stays, everything that S3 or a file system dislikes is percent-encoded. Two texts never
 * share a key; one that is too long ends in its hash.
 */
function keyOf(text: string): string {
  const key = text.split("/").map(segmentOf).join("/");
  if (key.length <= MAX_ID_KEY_BYTES) return key;
  return hashed(key.slice(0, MAX_ID_KEY_BYTES - HASH_BYTES).replace(/\/[^/]*$/, "/"), text);
}

function segmentOf(segment: string): string {
  // No other segment becomes %2F, as a slash is never within one.
  if (segment === "") return "%2F";
  if (segment === "." || segment === "..") return segment.replaceAll(".", "%2E");
  const encoded = Buffer.from(segment, "utf8")
    .toString("latin1")
    .replaceAll(/[^A-Za-z0-9._-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
  return encoded.length <= MAX_SEGMENT_BYTES
    ? encoded
    : hashed(encoded.slice(0, MAX_SEGMENT_BYTES - HASH_BYTES), segment);
}

/** `~` and 32 hexadecimal digits. Nothing else in a key is a `~`. */
const HASH_BYTES = 33;

function hashed(start: string, whole: string): string {
  return `${start.replace(/%.?$/, "")}~${digestOf(whole)}`;
}

function digestOf(text: string): string {
  return createHash("sha256")
    .update(text, "utf8")
    .digest("hex")
    .slice(0, HASH_BYTES - 1);
}
