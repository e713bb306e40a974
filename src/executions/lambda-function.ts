/** What it takes to run a component's handler as a Lambda: the project reader writes it, the Lambda pool runs it. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Absolute; the handler's module is looked for here. */
  readonly directory: string;
  /** Lambda's form: `handler.handler` is the export `handler` of the module `handler`. */
  readonly handler: string;
  /** It has nothing but a container image, which one machine does not start. */
  readonly fromImage?: true;
  /** MB */
  readonly memorySize: number;
  /** Seconds */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
}
