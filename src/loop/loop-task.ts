/** A task as a repository registers it for a loop. The words are those of its YAML file. */
import type { JsonObject } from "../json.ts";

/** The loop that all organisations share. Every other loop has the name of its organisation. */
export const METADATA_LOOP = "metadata";

export interface LoopTask {
  /** The organisation's code: `debr`, `zzebu`. */
  readonly codops: string;
  /** Its key under `tasks`. */
  readonly name: string;
  /** `metadata`, or the organisation's own. */
  readonly loop: string;
  readonly work: Work;
  /** Given to the function by name, with YAML's types. */
  readonly args: JsonObject;
  readonly settings: TaskSettings;
  readonly written: Written;
}

/** What runs. Paths are relative to the repository's root. */
export type Work =
  | {
      readonly kind: "notebook";
      readonly notebook: string;
      /** The entry function. */
      readonly method: string;
      /** Every code cell, and not only the one that defines the entry function. */
      readonly fullNotebook: boolean;
    }
  /** A task of the Cirrus project that the repository is. `payload`: a file; without it the task gets no items. */
  | { readonly kind: "task"; readonly name: string; readonly payload?: string | undefined }
  | { readonly kind: "workflow"; readonly name: string; readonly payload: string };

/** Our own additions, under the key `cirrus` of a task. */
export interface TaskSettings {
  /** Milliseconds between two starts, at least. Without a schedule it has its turn in every iteration. */
  readonly everyMs?: number | undefined;
  readonly cron?: { readonly expression: string; readonly timezone: string } | undefined;
  readonly timeoutSeconds: number;
  readonly memoryBytes?: number | undefined;
  /** How often a failed execution is tried again within its turn. */
  readonly retry: { readonly attempts: number; readonly delaySeconds: number };
  /** Higher ones first; 0 where nothing is said. */
  readonly priority: number;
  /** A commit whose code runs in place of the branch's newest. */
  readonly pin?: string | undefined;
}

/** Where a task is registered. */
export interface Written {
  /** As it was named: a folder or a URL. */
  readonly repository: string;
  readonly file: string;
  readonly line: number;
}

/** An hour, and five minutes in the metadata loop: nobody blocks a loop for longer. */
export const TIMEOUT_SECONDS = { organisation: 3600, metadata: 300 } as const;

/** A task's name everywhere: `debr/train_model`. */
export function taskKey({ codops, name }: Pick<LoopTask, "codops" | "name">): string {
  return `${codops}/${name}`;
}
