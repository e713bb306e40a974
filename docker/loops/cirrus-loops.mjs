// The Lambdas of this image. They find the package that the file is a part of by its name, in a checkout and installed.
export { executeTurn, registerLoops } from "cirrus-pipeline/loops";
