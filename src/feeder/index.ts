/** The SDK for feeders: `import { defineFeeder } from "cirrus-pipeline/feeder"`. */
export type { Clock } from "../clock.ts";
export { CirrusError, InvalidInput, TransientError } from "../errors.ts";
export { asJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
export type { Log } from "../log.ts";
export { suggest } from "../nearest.ts";
export type { ObjectHead, ObjectStore, ObjectUrl } from "../payload/object-store.ts";
export { isObjectUrl, parseObjectUrl } from "../payload/object-store.ts";
export {
  defineFeeder,
  type FeederDefinition,
  type FeederHandler,
  type FeederRun,
} from "./define-feeder.ts";
export type { FeedResult } from "./feed.ts";
export type { Http, JsonRequest } from "./http/http.ts";
export { UnexpectedAnswer } from "./http/unexpected-answer.ts";
export { inOrder } from "./in-order.ts";
export {
  type FoundObject,
  makeObjectItems,
  type ObjectItems,
  type ObjectParameters,
  objectParameters,
} from "./object-items.ts";
export { feederParameters, type PayloadParameters, payloadOf, processOf } from "./payload-of.ts";
export { at, isPosition, type Position } from "./position.ts";
export { itemsOf, readItems, readJson } from "./read-items.ts";
export { type SeedObject, seedItem } from "./seed-item.ts";
