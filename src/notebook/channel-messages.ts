/**
 * What the program of an execution says on its channel, a line of JSON each; all that it prints is log. It gets one line
 * first: its assignment. Its last line is `result` or `error`, and then it ends at once.
 */
import type { Json } from "../json.ts";

export type ChannelMessage = CellBegins | Note | Result | Failure;

/**
 * A cell begins. Numbers are those of the executed copy: cells of all kinds from 0, and after the notebook's last one the
 * call of the entry function. Where the assignment says `answersCells` it waits for a line before it goes on: by then
 * whoever listens has all that was printed before, and knows that it is of the cell before.
 */
export interface CellBegins {
  readonly cell: number;
}

/** For the log: a magic that was left out. */
export interface Note {
  readonly note: string;
}

export interface Result {
  readonly result: Json;
  /** Something was lost on the way to JSON, or all of it. */
  readonly warning?: string | undefined;
}

export interface Failure {
  readonly error: { readonly name: string; readonly message: string; readonly trace?: string | undefined };
}
