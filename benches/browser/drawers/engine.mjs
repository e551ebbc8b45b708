// The engine: an answer that is held is laid out in the module and becomes nodes. In a page the first half happens in the
// worker; here it is counted.

import { drawing } from '../../../js/src/scene.ts';
import { hold, sceneOf } from '../scenes.mjs';

globalThis.drawer = {
  start: hold,
  draw(element, kind, turn) {
    element.replaceChildren(drawing(sceneOf(turn)));
  },
};
