/** The SDK for feeders: `import { defineFeeder } from "cirrus-pipeline/feeder"`. */
export {
  defineFeeder,
  type FeederDefinition,
  type FeederHandler,
  type FeederRun,
  type FeedResult,
} from "./define-feeder.ts";
