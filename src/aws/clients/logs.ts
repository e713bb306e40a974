import { once } from "../../once.ts";
import type { Logs } from "../services/logs.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyLogs(options: ClientOptions): () => Promise<Logs> {
  return once(async () => (await import("../services/logs.ts")).connectLogs(options));
}
