/** An API for the task `articles` to fetch from, on this machine alone: `npx node examples/loops/serve-articles.ts [port]` */
import { createServer } from "node:http";

const port = Number(process.argv[2] ?? 8765);
const TITLES = ["Rivers after the storm", "A new tram for the old town", "Choirs in spring", "Why the valley floods"];

const articles = TITLES.map((title, index) => ({ title, published: new Date(2026, 0, 1 + index).toISOString() }));

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ articles }));
});
server.listen(port, "127.0.0.1", () => {
  const address = server.address();
  // 0 is any port that is free.
  const listening = typeof address === "object" && address !== null ? address.port : port;
  console.log(`http://127.0.0.1:${listening}/articles.json`);
});
