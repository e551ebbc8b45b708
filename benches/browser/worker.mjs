// The worker of one peer: fetches bytes, does the job, says how long it took. Every peer runs in one of its own, so that
// no peer's garbage is another one's pause.
//
// A peer is an object with `start()` (libraries, modules), `run(bytes)` (bytes → cells) and, where it needs them,
// `take(bytes)` (what is made of them before any clock runs), `hold(bytes, copies)` and `filter({ workflow, status, tag })` → cells.

export function serve(peers) {
  let peer;
  let bytes;
  const calls = {
    async start({ name, options }) {
      peer = peers[name];
      await peer.start?.(options);
    },
    async fetch({ address }) {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      bytes = new Uint8Array(await response.arrayBuffer());
      peer.take?.(bytes);
      return bytes.length;
    },
    /** Keeps the lines from one share of the bytes to another, cut after a newline. */
    async part({ from, to }) {
      const cut = (share) => (share === 0 ? 0 : share === 1 ? bytes.length : bytes.indexOf(10, Math.floor(bytes.length * share)) + 1);
      bytes = bytes.slice(cut(from), cut(to));
      return bytes.length;
    },
    /** What an earlier round left behind is not part of the next one. */
    async tidy() {
      globalThis.gc?.();
    },
    run: () => timed(() => peer.run(bytes)),
    async hold({ copies }) {
      const held = await timed(() => peer.hold(bytes, copies));
      bytes = undefined;
      return held;
    },
    filter: ({ filter }) => timed(() => peer.filter(filter)),
  };

  async function timed(work) {
    const start = performance.now();
    const result = await work();
    return { ms: performance.now() - start, result };
  }

  addEventListener('message', async ({ data: { id, call, ...rest } }) => {
    try {
      postMessage({ id, result: await calls[call](rest) });
    } catch (error) {
      postMessage({ id, error: `${error?.message ?? error}` });
    }
  });
}
