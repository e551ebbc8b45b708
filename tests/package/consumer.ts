// What a page's author writes against the package's types. It is compiled strictly and never run: the test is that it
// compiles, and that each line marked as an error is one.

import { HeatmapClient, type HeatmapResponse, type LoadOptions, type Query } from 'execution-heatmap';
import { HeatmapEngine } from 'execution-heatmap/engine';
import type { ExecutionHeatmap } from 'execution-heatmap/element';
import 'execution-heatmap/define';

const query: Query = { metric: 'success_rate', time_zone: 'Europe/Berlin', tag: ['eu', '!test'], days: 30 };

export async function inAWorker(file: File, abort: AbortController): Promise<HeatmapResponse> {
  const client = new HeatmapClient();
  const loaded = await client.load(file, { signal: abort.signal, onProgress: ({ rows, bytes }) => console.log(rows + bytes) });
  const view = await client.view(query);
  const svg: string = await view.svg();
  console.log(svg.length, loaded.rows);
  return view.response;
}

export async function onThisThread(bytes: Uint8Array): Promise<number | null | undefined> {
  const engine = await HeatmapEngine.create();
  await engine.load(bytes, { keepRows: false });
  const answer = engine.view(query);
  const response = JSON.parse(new TextDecoder().decode(answer.json)) as HeatmapResponse;
  return response.cells[0]?.value;
}

/** A stream says nothing of where it comes from, so its caller does. */
export async function aCompanionsStream(element: ExecutionHeatmap, rows: ReadableStream<Uint8Array>): Promise<void> {
  const [one, other] = rows.tee();
  await new HeatmapClient().load(one, { companion: true, query });
  await element.load(other, { companion: true, name: 'billing' });
}

export function onAPage(): HTMLElement {
  const element = document.createElement('execution-heatmap');
  element.addEventListener('click', () => element.remove());
  element.addEventListener('heatmap-cell', ({ detail }) => console.log(detail.date, detail.count?.toFixed(), detail.rows?.({ limit: 5 })));
  element.addEventListener('heatmap-load', ({ detail }) => console.log(detail.result?.patterns_detected, detail.progress.rows));
  return element;
}

/** What is kept of the rows is said by name, and so are settings that stand in a variable. */
export const keeping: LoadOptions = { keepRows: true, deduplicate: true };

// @ts-expect-error: there is no such metric.
export const misspelt: Query = { metric: 'sucess_rate' };

// @ts-expect-error: the response has no such field.
export const unknownField = (response: HeatmapResponse): unknown => response.celles;
