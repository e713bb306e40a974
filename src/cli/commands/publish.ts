/** `cirrus publish`: the short form of `cirrus payload publish`. */
export { registerPublish as register } from "../payload/publish-command.ts";
