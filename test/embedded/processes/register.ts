/** Registers itself as a runtime, prints its ID, and waits to be killed: `register.ts PATH`. */
import { systemClock } from "../../../src/clock.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { registerRuntime } from "../../../src/embedded/executions/runtimes.ts";

const [path = ""] = process.argv.slice(2);
const runtime = registerRuntime(openDatabase(path), { clock: systemClock });
console.log(`id ${runtime.id}.`);
await systemClock.sleep(600_000);
