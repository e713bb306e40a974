/** What a Lambda task is once its definition has been read: everything that is needed to run it, and nothing to look up. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** The root of its code, absolute. */
  readonly directory: string;
  /** File without extension, a dot, the export: `handler.handler`. */
  readonly handler: string;
  /** MB */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
}
