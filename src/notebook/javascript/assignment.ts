/** What the program that runs a notebook is told first. */
import type { JsonObject } from "../../json.ts";
import type { CellSource, Language } from "./parse-cell.ts";

export interface JavaScriptAssignment {
  readonly language: Language;
  /** A folder, in which the process was started. */
  readonly checkout: string;
  /** Path in the checkout. */
  readonly notebook: string;
  readonly method: string;
  readonly full: boolean;
  readonly args: JsonObject;
  readonly cells: readonly CellSource[];
  /** What the call is called in messages: the cell after the notebook's last one. */
  readonly callCell: number;
  /** Each cell that begins is answered with a line. */
  readonly answersCells?: boolean | undefined;
  /** A folder `node_modules`. */
  readonly nodeModules?: string | undefined;
}
