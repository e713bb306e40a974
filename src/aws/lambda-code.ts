/** Where the deployed code of a Lambda can be fetched from, and how to know it again. */
import { CirrusError, EXIT } from "../errors.ts";
import type { Lambda } from "./services/lambda.ts";

export interface LambdaCode {
  /** A presigned URL of the zip, good for ten minutes. */
  readonly url: string;
  /** Of the zip, in Base64. */
  readonly sha256: string;
  /** `folder/file.export` inside the zip. */
  readonly handler: string;
  /** ARNs of layers, whose files are not in the zip. */
  readonly layers: readonly string[];
  /** The variables that its deployment gives it. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function locateLambdaCode(name: string, lambda: () => Promise<Lambda>): Promise<LambdaCode> {
  const { Configuration: configuration = {}, Code: code = {} } = await getFunction(name, await lambda());
  if (configuration.PackageType === "Image") {
    throw new CirrusError(`The Lambda ${name} runs from a container image, not from a zip`, {
      hint: "Name that image in the job definition.",
      exitCode: EXIT.config,
    });
  }
  const { CodeSha256: sha256, Handler: handler, Layers: layers = [] } = configuration;
  if (code.Location === undefined || sha256 === undefined || handler === undefined) {
    throw new CirrusError(`Lambda does not say where the code of ${name} is`, {
      hint: "Deploy the stack again, and check that the function is there.",
    });
  }
  const environment = configuration.Environment?.Variables ?? {};
  return { url: code.Location, sha256, handler, layers: layers.flatMap(({ Arn }) => Arn ?? []), environment };
}

async function getFunction(name: string, lambda: Lambda) {
  try {
    return await lambda.getFunction({ FunctionName: name });
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === "ResourceNotFoundException")) throw thrown;
    throw new CirrusError(`There is no Lambda ${name}`, {
      hint: "Deploy the task with lambda.enabled: its Batch job runs the code of its Lambda.",
      cause: thrown,
      exitCode: EXIT.notFound,
    });
  }
}
