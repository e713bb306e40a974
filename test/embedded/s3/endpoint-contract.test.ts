/** What every ObjectStore must do, asked of the adapter for AWS over the endpoint of one machine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lazyS3 } from "../../../src/aws/clients/s3.ts";
import { makeS3ObjectStore } from "../../../src/aws/object-store.ts";
import { startS3Endpoint } from "../../../src/embedded/s3/endpoint.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { credentialsOf } from "./start-endpoint.ts";

describeObjectStore("The endpoint of one machine", async () => {
  const directory = mkdtempSync(join(tmpdir(), "cirrus-test-"));
  const endpoint = await startS3Endpoint({ directory });
  const s3 = lazyS3({ endpoint: endpoint.url, ...credentialsOf(endpoint.environment) });
  return {
    store: makeS3ObjectStore({ s3 }),
    async close() {
      await endpoint.close();
      rmSync(directory, { recursive: true });
    },
  };
});
