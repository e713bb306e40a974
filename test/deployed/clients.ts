/** What every AWS client here is made with. */
export function toEmulator(endpoint: string) {
  return { endpoint, region: "us-west-2", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}
