/** What a program that runs a part of a Cirrus project is told first. */
import type { JsonObject } from "../../json.ts";

export interface ProjectAssignment {
  /** The project. */
  readonly checkout: string;
  /** Of the organisation. */
  readonly nodeModules?: string | undefined;
  /** Of the task or workflow. */
  readonly name: string;
  /** A file of the checkout. */
  readonly payload?: string | undefined;
  /** Parameters of the task; of a workflow's tasks by their names. */
  readonly args: JsonObject;
  /** A folder of nobody else. */
  readonly data: string;
}
