/** What bulk runs of a stack still have on Batch, and whether anything is there that takes it away. */

import { lazyLambda } from "../clients/lambda.ts";
import { lazyLaunchTemplates } from "../clients/launch-templates.ts";
import type { ClientOptions } from "../services/settings.ts";
import { runsWithTemplate } from "./launch-template.ts";

export interface MachinesLeft {
  /** Names of runs whose pool is not gone. */
  readonly runs: readonly string[];
  /** Whether the stack's supervise is there. */
  readonly isSupervised: boolean;
}

export async function readMachinesLeft(stack: string, options: ClientOptions): Promise<MachinesLeft> {
  const runs = await runsWithTemplate(await lazyLaunchTemplates(options)(), stack);
  return { runs, isSupervised: runs.length > 0 && (await isThere(`${stack}-supervise`, options)) };
}

async function isThere(FunctionName: string, options: ClientOptions): Promise<boolean> {
  try {
    await (await lazyLambda(options)()).getFunction({ FunctionName });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ResourceNotFoundException") return false;
    throw thrown;
  }
}
