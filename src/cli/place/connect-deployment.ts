/** Finds a deployed stage: its stack's outputs, and clients with the credentials of whoever calls. */
import { type Clients, makeClients } from "../../aws/clients.ts";
import { type Deployment, describeDeployment } from "../../aws/deployment.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import type { Project } from "../../project/project.ts";
import type { Io } from "../terminal/io.ts";
import type { Place } from "./backend.ts";
import { findProjectToLook } from "./find-project.ts";

export interface ConnectedDeployment {
  /** As it is deployed to the stage; undefined outside of a project. */
  readonly project: Project | undefined;
  readonly deployment: Deployment;
  readonly clients: Clients;
  readonly options: ClientOptions;
}

export async function connectDeployment(io: Io, place: Place): Promise<ConnectedDeployment> {
  const project = findProjectRoot(io.cwd) === undefined ? undefined : findProjectToLook(io, place);
  const stackName = stackOf(project, place);
  const region = place.region ?? io.env.AWS_REGION ?? io.env.AWS_DEFAULT_REGION ?? project?.config.region;
  const profile = place.profile ?? io.env.AWS_PROFILE;
  const endpoint = place.endpointUrl ?? io.env.AWS_ENDPOINT_URL;
  const options = { region, profile, endpoint };
  const clients = makeClients(options);
  const deployment = await describeDeployment({ cloudformation: clients.cloudformation, stackName });
  return { project, deployment, clients, options };
}

function stackOf(project: Project | undefined, { stage, stack }: Place): string {
  if (stack !== undefined) return stack;
  if (project !== undefined) return project.config.stackName;
  throw new CirrusError(`Outside of a project the stage ${stage} alone names no stack.`, {
    hint: "Go into the project's folder, or name the stack: --stack <service>-<stage>",
    exitCode: EXIT.usage,
  });
}

/** The options that lead to the place again, with a space before them. */
export function flagsOf({ stage, stack, region, profile, endpointUrl }: Place): string {
  const flags = { stage, stack, region, profile, "endpoint-url": endpointUrl };
  return Object.entries(flags)
    .map(([name, value]) => (value === undefined ? "" : ` --${name} ${value}`))
    .join("");
}
