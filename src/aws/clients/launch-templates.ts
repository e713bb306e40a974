import { once } from "../../once.ts";
import type { LaunchTemplates } from "../services/launch-templates.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyLaunchTemplates(options: ClientOptions): () => Promise<LaunchTemplates> {
  return once(async () => (await import("../services/launch-templates.ts")).connectLaunchTemplates(options));
}
