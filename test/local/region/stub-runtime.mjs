// Stands in for the bundled runtime: ready at once, tells its environment, ends its turns once SIGTERM has come.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";

const { HOST, HTTP_PORT, CONFIG_FILE, FAIL_WITH } = process.env;
if (FAIL_WITH !== undefined) {
  console.error(FAIL_WITH);
  process.exit(1);
}

const turns = [];
const server = createServer((request, response) => {
  response.setHeader("connection", "close");
  if (request.url === "/ready") response.end("ok");
  else if (request.url === "/env") response.end(JSON.stringify(process.env));
  else if (request.url === "/config") response.end(readFileSync(CONFIG_FILE ?? "", "utf8"));
  else if (request.url === "/turn") {
    turns.push(response);
    response.write("begun ");
  } else response.writeHead(404).end();
});
server.listen(Number(HTTP_PORT), HOST);

process.on("SIGTERM", () => {
  for (const turn of turns) turn.end("finished");
  server.close(() => process.exit(0));
});
