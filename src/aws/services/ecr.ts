/** The one call of ECR that Cirrus makes: what is known of images. */
import { DescribeImagesCommand, type DescribeImagesCommandInput, ECRClient } from "@aws-sdk/client-ecr";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Ecr = ReturnType<typeof connectEcr>;

export function connectEcr(options: ClientOptions) {
  const client = explained(new ECRClient(clientSettings(options)), "ECR", options);
  return { describeImages: (input: DescribeImagesCommandInput) => client.send(new DescribeImagesCommand(input)) };
}
