/** The hash of a Lambda's code as it is deployed. */
import type { Lambda } from "./services/lambda.ts";

/** SHA-256 of the zip in Base64; undefined where there is no such function. */
export async function codeHash(name: string, lambda: Lambda): Promise<string | undefined> {
  try {
    const { Configuration } = await lambda.getFunction({ FunctionName: name });
    return Configuration?.CodeSha256;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ResourceNotFoundException") return undefined;
    throw thrown;
  }
}
