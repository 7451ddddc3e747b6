import type { Site } from '../../config/schema/site.ts';
import type { CommandTopics } from '../../io/mqtt/command-topics.ts';
import { commandTopicsOf } from '../broker-options.ts';
import { calendarsOf, type Calendars } from '../calendars.ts';

/** The site file in force, its calendars and its command topics. A reload replaces all three. */
export class SiteInForce {
  site: Site;
  calendars: Calendars;
  /** Null where commands over MQTT are off. */
  topics: CommandTopics | null;

  /** Throws `config_invalid` for a calendar that cannot be read. */
  constructor(site: Site) {
    this.site = site;
    this.calendars = calendarsOf(site);
    this.topics = commandTopicsOf(site);
  }

  use(site: Site, calendars: Calendars): void {
    this.site = site;
    this.calendars = calendars;
    this.topics = commandTopicsOf(site);
  }

  /** Whether a topic has commands, or parts of learned states, and no readings. */
  isCommand(topic: string): boolean {
    return this.topics?.accepts(topic) === true || topic === this.topics?.importTopic;
  }
}
