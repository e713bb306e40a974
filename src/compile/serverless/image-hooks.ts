/** Where in the Serverless Framework's run images are looked up: before the deployment has made or changed anything. */
import { openRegistry } from "../../aws/registry-images.ts";
import type { Project } from "../../project/project.ts";
import { checkImages } from "../check/check-images.ts";
import type { DeployingServerless, DeployLog } from "./batch-hooks.ts";

export function imageHooks(
  serverless: DeployingServerless,
  log: DeployLog,
  project: () => Project | undefined,
): Readonly<Record<string, () => Promise<void>>> {
  async function check(): Promise<void> {
    const read = project();
    if (read === undefined) return;
    const aws = serverless.getProvider("aws");
    const account = openRegistry({ region: aws.getRegion(), credentials: aws.getAwsSdkV3CredentialsProvider() });
    const { refusals, warnings, notices } = await checkImages(read, account);
    for (const notice of notices) log.notice(notice);
    for (const warning of warnings) log.warning(warning);
    if (refusals.length === 0) return;
    const message = [...refusals, "Nothing was deployed."].join("\n\n");
    throw new serverless.classes.Error(message, "CIRRUS_IMAGES");
  }

  return { "before:aws:deploy:deploy:createStack": check };
}
