// The parts of ECharts that our charts are made of; more of it would be bytes for nothing. The renderer is added by whoever
// draws: pixels in the browser, SVG on the server.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { use } from "echarts/core";

use([AriaComponent, BarChart, GridComponent, LineChart, MarkLineComponent, ScatterChart, TooltipComponent]);
