/** An API for the task `articles` to fetch from, on this machine alone: `node examples/loops/serve-articles.ts` */
import { createServer } from "node:http";

const PORT = 8765;
const TITLES = ["Rivers after the storm", "A new tram for the old town", "Choirs in spring", "Why the valley floods"];

const articles = TITLES.map((title, index) => ({ title, published: new Date(2026, 0, 1 + index).toISOString() }));

createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ articles }));
}).listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}/articles.json`));
