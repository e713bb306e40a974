/** A process that builds an environment, for tests with several of them and for one that is killed. */
import { systemClock } from "../../../src/clock.ts";
import { makeEmbeddedEnvironments } from "../../../src/embedded/environments/environments.ts";

const [, , folder = "", python = "", wheels = "", ...requirements] = process.argv;
const environments = makeEmbeddedEnvironments({
  ...{ folder, clock: systemClock, python },
  environment: { PATH: process.env.PATH, HOME: folder, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels },
});
const outcome = await environments.prepare({
  ...{ codops: "zzebu", requirements, signal: new AbortController().signal },
  log: (lines) => console.error(lines.join("\n")),
});
console.log(JSON.stringify(outcome));
environments.close();
