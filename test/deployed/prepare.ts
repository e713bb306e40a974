/** Says before `npm run test:aws` whether it can run, and ends with a status of its own where it cannot. */
import { preparePython } from "./python-environment.ts";

/** EX_UNAVAILABLE of sysexits.h: nothing failed, something that is needed is not there. */
const UNAVAILABLE = 69;

const environment = await preparePython();
if (environment.outcome === "unavailable") {
  console.error(`The tests against the AWS emulator did not run: ${environment.reason}.`);
  process.exitCode = UNAVAILABLE;
}
