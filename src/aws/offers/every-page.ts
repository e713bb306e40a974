/** Reads a list of AWS to its end, page by page. */

interface Page {
  readonly NextToken?: string | undefined;
}

/** EC2 says with an empty token, and not only without one, that there is no more. */
export async function everyPage<P extends Page>(ask: (token: string | undefined) => Promise<P>): Promise<readonly P[]> {
  const pages: P[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    pages.push(page);
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return pages;
}
