/** Port: what the tasks of an organisation run in: an interpreter with its requirements installed, and Node packages. */

export interface Environments {
  /**
   * The organisation's environment for these requirements, built where it is not there yet. What building prints goes to
   * `log`. Does not throw for what people can mend.
   */
  prepare(request: EnvironmentRequest): Promise<EnvironmentOutcome>;
}

export interface EnvironmentRequest {
  readonly codops: string;
  readonly requirements: readonly string[];
  log(lines: readonly string[]): void;
  readonly signal: AbortSignal;
}

export type EnvironmentOutcome =
  | { readonly outcome: "ready"; readonly environment: Environment; readonly warnings: readonly string[] }
  /** `reason`: for people, with what to do. */
  | { readonly outcome: "failed"; readonly reason: string };

export interface Environment {
  /** Path of the Python interpreter. */
  readonly python: string;
  /** A folder `node_modules`; undefined where nothing of npm is required. */
  readonly nodeModules?: string | undefined;
}
