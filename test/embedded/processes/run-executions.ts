/** Runs five executions whose second task never ends, and waits to be killed: `run-executions.ts PATH`. */
import { systemClock } from "../../../src/clock.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeExecutions } from "../../../src/embedded/executions/executions.ts";
import { registerRuntime } from "../../../src/embedded/executions/runtimes.ts";
import { makeQueue } from "../../../src/embedded/messages/queue.ts";

const [path = ""] = process.argv.slice(2);
const db = openDatabase(path);
const owner = registerRuntime(db, { clock: systemClock });
const executions = makeExecutions({
  db,
  clock: systemClock,
  machines: () => ({
    arn: "arn:aws:states:local:000000000000:stateMachine:cirrus-steps",
    definition: {
      StartAt: "first",
      States: {
        first: { Type: "Task", Resource: "first", Next: "second" },
        second: { Type: "Task", Resource: "second", End: true },
      },
    },
  }),
  async invoke({ resource, input }) {
    if (resource === "first") return input;
    waiting += 1;
    if (waiting === 5) console.log("second");
    return new Promise(() => {});
  },
  owner,
  isOwnerAlive: owner.isAlive,
  statusChanges: makeQueue(db, { name: "status-change", clock: systemClock }),
});
let waiting = 0;
for (let i = 0; i < 5; i += 1) await executions.start({ workflow: "steps", name: `run-${i}`, input: "{}" });
await systemClock.sleep(600_000);
