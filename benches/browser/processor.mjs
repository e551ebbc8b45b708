// How long the workers' threads have been on a processor, as Linux counts it. On a machine with other work this says what
// a clock on the wall cannot: what the peer itself took. Threads that collect garbage or compile beside are not counted.

import { readFileSync, readdirSync } from 'node:fs';

const WORKER_THREAD = /^DedicatedWorker/;
const NS_PER_MS = 1e6;

/** A function that gives milliseconds of all workers of a browser; nothing where the system does not tell. */
export async function processorClock(browser) {
  const session = await browser.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    try {
      return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { id }) => sum + ofWorkers(id), 0) / NS_PER_MS;
    } catch {
      return null;
    }
  };
}

function ofWorkers(process) {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${process}/task`)) {
    const file = (name) => readFileSync(`/proc/${process}/task/${thread}/${name}`, 'utf8');
    if (WORKER_THREAD.test(file('comm'))) sum += Number(file('schedstat').split(' ')[0]);
  }
  return sum;
}
