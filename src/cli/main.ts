export async function main(args: string[]): Promise<number> {
  console.log(process.version, process.execPath, args);
  return 0;
}
