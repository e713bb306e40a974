/** Finds two parts of the stack that would have one logical ID: CloudFormation would silently keep the later one. */
import type { Project } from "../../project/project.ts";
import {
  lambdaId,
  lambdaLogGroupId,
  lambdaRoleId,
  stateMachineId,
  stateMachineLogGroupId,
  stateMachineRoleId,
} from "../names.ts";
import type { Place, Scope } from "../scope.ts";
import { listComponents } from "../template.ts";

interface Owner {
  readonly what: string;
  readonly place: Place;
}

export function checkLogicalIds(project: Project, scope: Scope): void {
  const owners = new Map<string, Owner>();
  const claim = (logicalId: string, what: string, place: Place & { readonly path?: readonly (string | number)[] }) => {
    const owner = owners.get(logicalId);
    if (owner === undefined) owners.set(logicalId, { what, place });
    else {
      const message = `${what} has the logical ID ${logicalId}, and so has ${owner.what} of ${owner.place.shown}`;
      scope.refuse(place, place.path ?? [], "duplicate-logical-id", message, "Rename one of the two.");
    }
  };
  for (const component of listComponents(project).filter(({ lambda }) => lambda?.enabled === true)) {
    const { name, kind } = component;
    claim(lambdaId(name), `the Lambda of the ${kind} ${name}`, component);
    claim(lambdaRoleId(name), `the role of the ${kind} ${name}`, component);
    claim(lambdaLogGroupId(name), `the log group of the ${kind} ${name}`, component);
  }
  for (const workflow of [...project.workflows.values()].filter(({ enabled }) => enabled)) {
    const { name } = workflow;
    claim(stateMachineId(name), `the state machine of the workflow ${name}`, workflow);
    claim(stateMachineRoleId(name), `the role of the workflow ${name}`, workflow);
    claim(stateMachineLogGroupId(name), `the log group of the workflow ${name}`, workflow);
  }
  for (const declared of project.resources.Resources.values()) {
    claim(declared.logicalId, `the resource ${declared.logicalId}`, declared);
  }
}
