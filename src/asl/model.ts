/** A machine after parsing: every name known, every path and template read, nothing left to check while it runs. */
import type { Json, JsonObject } from "../json.ts";
import type { Expression } from "./expressions.ts";
import type { Path, PathData, ReferencePath } from "./paths.ts";
import type { Template } from "./templates.ts";

export interface Machine extends Sequence {
  /** As it was written. */
  readonly definition: JsonObject;
  readonly timeoutSeconds: number | undefined;
}

/** States that run one after another: a machine, a branch, the processor of a Map. */
export interface Sequence {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export type State =
  | TaskState
  | PassState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

export type StateType = State["type"];

interface Named {
  readonly name: string;
}

/** `null` in the definition is null here: the state sees or passes on `{}`. */
export interface Filtered {
  readonly inputPath: Path | null;
  readonly outputPath: Path | null;
}

export interface Moving {
  /** Undefined where the sequence ends. */
  readonly next: string | undefined;
}

export interface Placing {
  /** Null discards the result. */
  readonly resultPath: ReferencePath | null;
}

export interface Selecting {
  readonly parameters: Template | undefined;
  readonly resultSelector: Template | undefined;
}

export interface Guarded {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly backoffRate: number;
  readonly maxAttempts: number;
  readonly maxDelaySeconds: number;
  readonly jitter: boolean;
}

export interface Catcher extends Placing {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

/** A number of the definition, or the path where the input has it. */
export type NumberSource = number | Path;

export interface TaskState extends Named, Filtered, Moving, Placing, Selecting, Guarded {
  readonly type: "Task";
  readonly resource: string;
  readonly timeoutSeconds: NumberSource | undefined;
  readonly heartbeatSeconds: NumberSource | undefined;
}

export interface PassState extends Named, Filtered, Moving, Placing {
  readonly type: "Pass";
  readonly parameters: Template | undefined;
  readonly result: Json | undefined;
}

export interface ChoiceState extends Named, Filtered {
  readonly type: "Choice";
  readonly choices: readonly ChoiceRule[];
  readonly default: string | undefined;
}

export type Test = (data: PathData) => boolean;

export interface ChoiceRule {
  readonly next: string;
  readonly test: Test;
}

export interface WaitState extends Named, Filtered, Moving {
  readonly type: "Wait";
  readonly until:
    | { readonly seconds: NumberSource }
    /** Milliseconds since 1970, or the path of a timestamp. */
    | { readonly timestamp: NumberSource };
}

export interface SucceedState extends Named, Filtered {
  readonly type: "Succeed";
}

export interface FailState extends Named {
  readonly type: "Fail";
  readonly error: Expression | undefined;
  readonly cause: Expression | undefined;
}

export interface ParallelState extends Named, Filtered, Moving, Placing, Selecting, Guarded {
  readonly type: "Parallel";
  readonly branches: readonly Sequence[];
}

/** Here `parameters` is the ItemSelector (or the older Parameters), evaluated once an item. */
export interface MapState extends Named, Filtered, Moving, Placing, Selecting, Guarded {
  readonly type: "Map";
  readonly itemsPath: Path;
  readonly processor: Sequence;
  /** 0: as many as Step Functions allows. */
  readonly maxConcurrency: NumberSource;
}
