/** Port: what can be known of notebooks and requirements before anything of them runs. */
import type { JsonObject } from "../json.ts";
import type { Requirement } from "./registration.ts";

export interface NotebookCheck {
  /**
   * Looks whether each of them could be called: is there such a function, do the arguments fit it, would its cell find
   * what it names? Says nothing of those that are fine. Does not throw for what is in a notebook.
   */
  check(requests: readonly NotebookRequest[]): Promise<readonly NotebookFinding[]>;
  /** Of one organisation, all together: is each of them a requirement, and can they hold beside each other? */
  checkRequirements(requirements: readonly Requirement[]): Promise<readonly RequirementFinding[]>;
}

export interface NotebookRequest {
  /** Whoever asks tells the answers apart by it. */
  readonly key: string;
  /** In the repository: problems name the notebook so. */
  readonly path: string;
  /** The file, as it is. */
  readonly content: Uint8Array;
  readonly method: string;
  readonly fullNotebook: boolean;
  readonly args: JsonObject;
}

export interface NotebookFinding {
  readonly key: string;
  /** An error keeps the task from running; a warning does not. */
  readonly severity: "error" | "warning";
  /** Stable, kebab-case: `method-missing`. */
  readonly code: string;
  readonly message: string;
  /** From 0, among all cells of the notebook. */
  readonly cell?: number | undefined;
  /** From 1, within the cell. */
  readonly line?: number | undefined;
  readonly hint?: string | undefined;
}

export interface RequirementFinding {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  /** The one that is wrong, or all that cannot hold together. They are out of those that were asked about. */
  readonly requirements: readonly [Requirement, ...Requirement[]];
  readonly hint?: string | undefined;
}
