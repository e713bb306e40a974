/**
 * For the tests of tasks and feeders: `import { testTask } from "cirrus-pipeline/testing"`. Nothing is mocked but the world
 * around a handler: objects lie in memory, the web answers as the test says, and time passes when nobody else does.
 */

export { type MemoryObjects, makeMemoryObjects } from "./memory-objects.ts";
export { type StableOptions, stableItems } from "./stable-items.ts";
export { type TestAnswer, type TestFeederOptions, type TestFeederResult, testFeeder } from "./test-feeder.ts";
export { type TestOptions, type TestResult, testTask } from "./test-task.ts";
export { type TestWorkerOptions, testWorker } from "./test-worker.ts";
export { type Announced, TEST_BUCKETS, type TestLine } from "./test-world.ts";
export { makeVirtualClock, type VirtualClock } from "./virtual-clock.ts";
