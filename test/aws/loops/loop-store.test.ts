/** Loops over a table and a bucket in memory: what every store must do. */
import { describeExecutionFiles } from "../../contracts/execution-files.ts";
import { describeLoopStore } from "../../contracts/loop-store.ts";
import { makeFakeLoops } from "./fake-loops.ts";

function make() {
  const cloud = makeFakeLoops();
  return { ...cloud.open(), pass: cloud.clock.advance, tries: 1, close: () => undefined };
}

describeLoopStore("AWS in memory", make);
describeExecutionFiles("AWS in memory", make);
