import { once } from "../../once.ts";
import type { EventSourceMappings } from "../services/event-source-mappings.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyEventSourceMappings(options: ClientOptions): () => Promise<EventSourceMappings> {
  return once(async () => (await import("../services/event-source-mappings.ts")).connectEventSourceMappings(options));
}
