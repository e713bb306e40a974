/** Gives bulk runs the workers that they need, and takes them away. */
import { superviseLambda } from "cirrus-pipeline/functions/supervise";

export const handler = superviseLambda();
