// node answer-request.js PAGE: prints signed answers to the request in a page, as one JSON array.
import { readFile } from "node:fs/promises";
import { answers, requestOf } from "./endorsers.js";

const page = await readFile(process.argv[2], "utf8");
process.stdout.write(JSON.stringify(await answers(requestOf(page))));
