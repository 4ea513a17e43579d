// What a browser loads with the first page, as it comes over the wire with brotli.
import { get } from "node:http";
import { call, page } from "./session.mjs";

// `fetch` unpacks what it gets; here the bytes count.
function bytesOf(url, cookie) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { cookie, "accept-encoding": "br" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (part) => (bytes += part.length)).on("end", () => {
        if (answer.statusCode === 200) resolve(bytes);
        else reject(new Error(`${url} answers ${answer.statusCode}`));
      });
    }).on("error", reject);
  });
}

export async function weighFirstPage(tracker, person) {
  const { org } = (await call(person, "issues/list", { org: "main" })).frame;
  const path = `/${org}/issues`;
  const html = await page(person, path);
  const files = [...new Set(html.match(/\/pkg\/[\w.-]+\.(?:js|css|wasm)/g) ?? [])];
  const of = (ending) => files.filter((file) => file.endsWith(ending));
  const figures = [];
  for (const [what, paths] of [["page", [path]], ["wasm", of(".wasm")], ["script", of(".js")], ["style", of(".css")]]) {
    let bytes = 0;
    for (const one of paths) bytes += await bytesOf(tracker.url + one, person.cookie);
    figures.push({ what: `first page, ${what}`, size: null, role: null, unit: "bytes", p50: bytes, p95: null, p99: null, rate: null, ruler: null, ratio: null });
  }
  return figures;
}
