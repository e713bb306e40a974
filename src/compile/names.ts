/** The names and logical IDs of what a component or workflow becomes; a Lambda's are the Serverless Framework's own. */

/** As the Serverless Framework writes a function's name into logical IDs: `add-preview` is `AddDashpreview`. */
export function idStem(name: string): string {
  const plain = name.replaceAll("-", "Dash").replaceAll("_", "Underscore");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const lambdaId = (component: string) => `${idStem(component)}LambdaFunction`;
export const lambdaRoleId = (component: string) => `${idStem(component)}LambdaRole`;
export const lambdaLogGroupId = (component: string) => `${idStem(component)}LogGroup`;

export const stateMachineId = (workflow: string) => `${idStem(workflow)}StateMachine`;
export const stateMachineRoleId = (workflow: string) => `${idStem(workflow)}StateMachineRole`;
export const stateMachineLogGroupId = (workflow: string) => `${idStem(workflow)}StateMachineLogGroup`;

/** A deployed Lambda is called after its stack and its component, and so is its log group. */
export const lambdaName = (stackName: string, component: string) => `${stackName}-${component}`;
export const lambdaLogGroup = (stackName: string, component: string) =>
  `/aws/lambda/${lambdaName(stackName, component)}`;

/** The prefix keeps the resource policy that lets Step Functions write small, however many state machines there are. */
export const stateMachineLogGroup = (name: string) => `/aws/vendedlogs/states/${name}`;
