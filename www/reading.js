// "Read as …": which form, which system's export, or a mapping of the reader's own. What the engine refuses is said here.

import { FORMS, PRESETS } from '/pkg/limits.js';
import { make } from './menus.js';

const $ = (id) => document.getElementById(id);
/** What a refusal is about that is put right in this dialog. */
const MINE = ['form', 'preset', 'map'];

/** `read` is given what was chosen and returns the promise of a reading. */
export function setUpReading(read) {
  const option = ([value, text]) => make('option', { value }, text);
  $('form').append(option(['', 'As its first bytes say']), ...Object.entries(FORMS).map(option));
  $('preset').append(option(['', 'As its fields say']), ...Object.entries(PRESETS).map(option));
  const dialog = $('reading');
  const say = (words) => {
    $('map-error').textContent = words;
    $('map-error').hidden = words === '';
    $('map').setAttribute('aria-invalid', String(words !== ''));
  };
  $('reading-cancel').addEventListener('click', () => dialog.close());
  $('reading-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    say('');
    const chosen = {};
    for (const name of MINE) if ($(name).value.trim() !== '') chosen[name] = $(name).value.trim();
    // What is wrong with a mapping is known before the first row; a long reading is watched without the dialog.
    const close = () => dialog.close();
    $('heatmap').addEventListener('heatmap-progress', close, { once: true });
    try {
      await read(chosen);
      close();
    } catch (error) {
      const words = error.message;
      if (MINE.includes(error.parameter)) say(`${words[0].toUpperCase()}${words.slice(1)}.`);
      else close();
    } finally {
      $('heatmap').removeEventListener('heatmap-progress', close);
    }
  });
  return {
    open({ form = '', preset = '', map = '' } = {}) {
      say('');
      [$('form').value, $('preset').value, $('map').value] = [form, preset, map];
      dialog.showModal();
    },
  };
}
