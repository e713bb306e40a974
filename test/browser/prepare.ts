/** Says before `npm run test:browser` whether it can run, and ends with a status of its own where it cannot. */
import { prepareChromium } from "./chromium.ts";

/** EX_UNAVAILABLE of sysexits.h: nothing failed, something that is needed is not there. */
const UNAVAILABLE = 69;

const browser = await prepareChromium();
if (browser.outcome === "unavailable") {
  console.error(`The tests of the dashboard in a browser did not run: ${browser.reason}.`);
  process.exitCode = UNAVAILABLE;
}
