import { z } from 'zod';
import * as v from './vocabulary.ts';

const { section, option } = v;

export const homeAssistantSchema = section({
  enabled: option(
    z.boolean(),
    false,
    'Whether each series appears in Home Assistant by itself, through MQTT discovery.',
  ),
  prefix: option(
    v.topicPrefix(),
    'homeassistant',
    'First level of the topics on which Home Assistant expects discovery messages; zankyo publishes under it.',
  ),
  birth_topic: option(
    v.topicPrefix(),
    'homeassistant/status',
    'Topic on which Home Assistant publishes `online` after its start; then discovery messages and states are sent again.',
  ),
  device: option(
    z.enum(['site', 'series']),
    'site',
    'Devices in Home Assistant. `site`: one, with the entities of all series. `series`: one for each series or group, below that of the site.',
  ),
  buttons: option(
    z.boolean(),
    true,
    'Whether each series has buttons and settings too: normal, fault, freeze, sensitivity. They need `commands.mqtt: true`.',
  ),
});
