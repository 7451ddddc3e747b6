import type { SignalFacts } from './signal-facts.ts';

// Facts that several formats state of their signals.

export const SWITCH: SignalFacts = { binary: true };
export const DUPLICATE: SignalFacts = { noSignal: 'duplicate' };
export const DERIVED: SignalFacts = { noSignal: 'derived' };
export const BATTERY: SignalFacts = { noSignal: 'battery' };
export const DIAGNOSTICS: SignalFacts = { noSignal: 'device diagnostics' };
export const ALARM: SignalFacts = { noSignal: 'alarm of the device' };
export const SETTING: SignalFacts = { noSignal: 'setting' };
export const IDENTIFIER: SignalFacts = { noSignal: 'identifier' };
export const LINK: SignalFacts = { noSignal: 'link quality' };
export const TIME: SignalFacts = { noSignal: 'time' };
export const UPTIME: SignalFacts = { noSignal: 'uptime' };
export const CELSIUS: SignalFacts = { unit: '°C', range: [-55, 125] };
export const FAHRENHEIT: SignalFacts = { unit: '°F', range: [-67, 257] };
export const PERCENT: SignalFacts = { unit: '%', range: [0, 100] };
export const WATTS: SignalFacts = { unit: 'W' };
export const VOLTS: SignalFacts = { unit: 'V', range: [0, 1000] };
export const AMPERES: SignalFacts = { unit: 'A' };
export const HERTZ: SignalFacts = { unit: 'Hz', range: [0, 1000] };
export const WATT_HOURS: SignalFacts = { unit: 'Wh', counter: 'hour' };
