// Registers <execution-heatmap>. Importing this has that effect and no other.

import { ExecutionHeatmap } from './element.js';

if (globalThis.customElements && !customElements.get('execution-heatmap')) {
  customElements.define('execution-heatmap', ExecutionHeatmap);
}

export { ExecutionHeatmap };
