/** A problem as it is found in one repository, before it is said which one that is. */
import type { RegistrationProblem } from "../registration.ts";

export type FoundProblem = Omit<RegistrationProblem, "repository">;
export type Find = (problem: FoundProblem) => void;
