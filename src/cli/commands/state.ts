/** `cirrus state`: what the project knows of its payloads. */
import { CirrusError, EXIT } from "../../errors.ts";
import { isState, STATES } from "../../state/states.ts";
import type { Register } from "../commands.ts";
import { paint } from "../io.ts";
import { parseLimit } from "../options.ts";
import { openProjectToLook, withStores } from "../project.ts";
import { stateMark } from "../state-mark.ts";
import { renderTable } from "../table.ts";

export const register: Register = (command, io) => {
  command.description("See the state of payloads here.");

  command
    .command("list")
    .description("List payloads, the latest change first.")
    .option("--workflow <name>")
    .option("--state <state>", STATES.join(", "))
    .option("--limit <n>", "how many", parseLimit, 50)
    .option("-o, --output <format>", "table or json", "table")
    .action(async (options: { workflow?: string; state?: string; limit: number; output: string }) => {
      const wanted = options.state?.toUpperCase();
      if (wanted !== undefined && !isState(wanted)) {
        throw new CirrusError(`There is no state ${options.state}.`, {
          hint: `There are: ${STATES.join(", ")}.`,
          exitCode: EXIT.usage,
        });
      }
      await withStores(openProjectToLook(io), async ({ ports }) => {
        const page = await ports.state.list({ workflow: options.workflow, state: wanted, limit: options.limit });
        if (options.output === "json") return void io.stdout.write(`${JSON.stringify(page, null, 2)}\n`);
        if (page.items.length === 0)
          return void io.stderr.write("No payloads yet. Send one: cirrus publish payload.json\n");
        const rows = page.items.map((record) => [
          stateMark(io, io.stdout, record.state),
          String(record.attempt),
          record.updated,
          record.payloadId,
          record.lastError ? `${record.lastError.error}: ${record.lastError.cause}` : "",
        ]);
        const titles = ["state", "attempt", "updated", "payload", "error"].map((title) =>
          paint(io, io.stdout, "bold", title),
        );
        const columns = titles.map((title, index) => ({ title, grows: index === 4 }));
        io.stdout.write(`${renderTable(columns, rows, io.stdout.isTTY ? io.stdout.columns : undefined)}\n`);
      });
    });

  command
    .command("get")
    .description("Show one payload: its record and every transition with actor and reason, as JSON.")
    .argument("<payload-id>")
    .action(async (payloadId: string) => {
      await withStores(openProjectToLook(io), async ({ ports }) => {
        const [record] = await ports.state.get([payloadId]);
        if (!record)
          throw new CirrusError(`There is no payload ${payloadId}.`, {
            hint: "List them: cirrus state list",
            exitCode: EXIT.notFound,
          });
        const { items: history } = await ports.state.history(payloadId, { limit: 1000 });
        io.stdout.write(`${JSON.stringify({ ...record, history }, null, 2)}\n`);
      });
    });

  command
    .command("counts")
    .description("Count payloads by workflow, collections and state.")
    .option("-o, --output <format>", "table or json", "table")
    .action(async (options: { output: string }) => {
      await withStores(openProjectToLook(io), async ({ ports }) => {
        const counts = await ports.state.counts();
        if (options.output === "json") return void io.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
        const columns = [
          { title: "workflow" },
          { title: "collections" },
          { title: "state" },
          { title: "count", align: "right" as const },
        ];
        const rows = counts.map((one) => [
          one.workflow,
          one.collections,
          stateMark(io, io.stdout, one.state),
          String(one.count),
        ]);
        io.stdout.write(`${renderTable(columns, rows)}\n`);
      });
    });
};
