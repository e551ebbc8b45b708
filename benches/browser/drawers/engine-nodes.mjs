// The engine's second half alone: scenes that the worker has sent become nodes. What a page itself has to do.

import { drawing } from '../../../js/src/scene.ts';
import { hold, sceneOf } from '../scenes.mjs';

let scenes;

globalThis.drawer = {
  async start(kind) {
    await hold(kind);
    scenes = [0, 1].map(sceneOf);
  },
  draw(element, kind, turn) {
    element.replaceChildren(drawing(scenes[turn % scenes.length]));
  },
};
