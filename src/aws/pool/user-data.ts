/** User data of instances, in the only form that Batch takes: a MIME multi-part archive, which it adds its own part to. */
import { CirrusError, EXIT } from "../../errors.ts";

/** EC2's limit before Base64 is 16 KB; Batch's own part needs some of it. */
const MOST_BYTES = 15 * 1024;
const BOUNDARY = "==CIRRUS==";

/** In Base64. cloud-init runs the script as root, before the container agent starts: no worker is there before its end. */
export function userData(startupScript: string): string {
  const archive = [
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    "",
    `--${BOUNDARY}`,
    'Content-Type: text/x-shellscript; charset="utf-8"',
    "",
    withInterpreter(startupScript),
    `--${BOUNDARY}--`,
    "",
  ].join("\n");
  const bytes = Buffer.byteLength(archive);
  if (bytes > MOST_BYTES) {
    throw new CirrusError(`The startup script has ${bytes} bytes, and an instance takes ${MOST_BYTES} at most.`, {
      hint: "Let it fetch the rest from S3, or put what it installs into an image: --image.",
      exitCode: EXIT.config,
    });
  }
  return Buffer.from(archive).toString("base64");
}

/** cloud-init runs only what says how. Windows' line ends would be part of its name. */
function withInterpreter(script: string): string {
  const text = script.replaceAll("\r\n", "\n");
  return text.startsWith("#!") ? text : `#!/bin/bash\n${text}`;
}
