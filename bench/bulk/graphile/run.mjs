/** Runs a number of jobs that do nothing through graphile-worker, batched as its own performance tests are, and says how long it took. */
import { Logger, makeWorkerUtils, run } from "graphile-worker";

const [connectionString, count] = process.argv.slice(2);
const jobs = Number(count);
const preset = {
  worker: {
    connectionString,
    concurrentJobs: 24,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    maxPoolSize: 10,
    logger: new Logger(() => () => {}),
  },
};
const utils = await makeWorkerUtils({ preset });
await utils.migrate();
await utils.withPgClient((client) =>
  client.query(
    "select graphile_worker.add_jobs(array(select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'nothing', 'payload', json_build_object('n', i))) from generate_series(1, $1) i))",
    [jobs],
  ),
);
let left = jobs;
const started = performance.now();
const done = new Promise((resolve) => {
  globalThis.finished = resolve;
});
const runner = await run({
  preset,
  taskList: {
    nothing: async () => {
      left -= 1;
      if (left === 0) globalThis.finished();
    },
  },
});
await done;
await runner.stop();
console.log(JSON.stringify({ jobs, seconds: (performance.now() - started) / 1000 }));
await utils.release();
