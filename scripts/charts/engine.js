// ECharts for the server's own engine (server/src/draw.rs): a global function from an option's JSON to an SVG that can stand
// in a page under our content security policy: no style, no script, no event, nothing from elsewhere.
import { init, setPlatformAPI, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { platformApi } from "zrender/lib/core/platform.js";
import { complete, theme } from "./option.js";
import "./parts.js";

use([SVGRenderer]);

// There are no letters to measure. ECharts goes by the widths of Arial; those of Inter are so much larger.
const { measureText } = platformApi;
setPlatformAPI({ measureText: (text, font) => ({ width: measureText(text, font).width * 1.07 }) });

const FONT = "Inter, system-ui, sans-serif";
/** Without it there would be rules of style for pointing at something. */
const PLAIN = { cssAnimation: false, cssEmphasis: false };
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (letter) => ESCAPES[letter]);

/** `font-size:11px;fill:red` as attributes; of the short `font: normal 600 11px Inter` its parts. */
const attributes = (style) =>
  style
    .replace(/&quot;/g, "'")
    .replace(/(?:^|;)font:\s*(?:(\S+) (\S+) )?(\S+px) ([^;]+)/, ";font-style:$1;font-weight:$2;font-size:$3;font-family:$4")
    .split(";")
    .map((rule) => [rule.slice(0, rule.indexOf(":")).trim(), rule.slice(rule.indexOf(":") + 1).trim()])
    .filter(([name, value]) => name && value && value !== "normal")
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");

/** Several drawings stand in one page, and what they refer to by id must be their own. */
function mark(text) {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619) >>> 0;
  return `c${hash.toString(36)}-`;
}

function clean(svg, own) {
  const tags = svg.replace(/<[a-z][^>]*>/gi, (tag) =>
    tag
      .replace(/ style="([^"]*)"/g, (_, style) => attributes(style))
      .replace(/ ecmeta_\w+="[^"]*"/g, "")
      .replace(/(id="|url\(#)zr\d+-/g, `$1${own}`),
  );
  if (/<(style|script|image|foreignObject)\b| (style|href|xlink:href|on\w+)="/i.test(tags)) throw new Error("a drawing has what a page does not allow");
  return tags;
}

globalThis.draw = (json, palette, width, height, title) => {
  const colours = JSON.parse(palette);
  const colour = (token) => colours[token];
  const option = complete(JSON.parse(json), colour, true);
  const chart = init(null, theme(colour, FONT), { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ ...option, animation: false });
    const svg = clean(chart.getZr().painter.renderToString(PLAIN), mark(json + width + height + title));
    return svg.replace(/^<svg ([^>]*)>/, (_, rest) => `<svg ${rest} role="img"><title>${escaped(String(title))}</title>`);
  } finally {
    chart.dispose();
  }
};
