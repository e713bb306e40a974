/** Fails in the ways that it is told to. */
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTask } from "cirrus-pipeline/task";
import { z } from "zod";

class Unsteady extends Error {
  override readonly name = "Unsteady";
}

class Broken extends Error {
  override readonly name = "Broken";
}

export const handler = defineTask({
  name: "shake",
  parameters: z.object({ how: z.enum(["not", "once", "always", "caught", "markup"]).default("not") }),
  run({ payload, parameters: { how } }) {
    if (how === "always") throw new Error(`no scene ${payload.id} in the catalogue`);
    if (how === "markup") throw new Error("<script>document.title='broken in'</script> is no scene");
    if (how === "caught") throw new Broken("it is broken, and somebody catches it");
    const mark = join(
      tmpdir(),
      `shaken-${process.ppid}-${Buffer.from(payload.id ?? "")
        .toString("hex")
        .slice(0, 100)}`,
    );
    if (how === "once" && !existsSync(mark)) {
      writeFileSync(mark, "");
      throw new Unsteady("it shakes");
    }
  },
});
