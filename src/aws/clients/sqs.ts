import { once } from "../../once.ts";
import type { ClientOptions } from "../services/settings.ts";
import type { Sqs } from "../services/sqs.ts";

/** SQS itself waits up to 20 seconds for a message before it answers. */
const ANSWER_MS = 30_000;

export function lazySqs(options: ClientOptions): () => Promise<Sqs> {
  return once(async () => (await import("../services/sqs.ts")).connectSqs({ timeoutMs: ANSWER_MS, ...options }));
}
