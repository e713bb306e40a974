/** What of the deployed stack a pool stands on. */

export interface PoolSettings {
  readonly stack: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** ARN of the instances' profile. */
  readonly instanceProfile: string;
  /** ARN of the role that workers have. */
  readonly jobRole: string;
  /** The stack's runner, for plans that name no image. */
  readonly image: string;
  /** Variables of every worker. */
  readonly environment: Readonly<Record<string, string>>;
}
