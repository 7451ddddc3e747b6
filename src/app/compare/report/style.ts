/** The style of the report: light or dark as the reader's system, one column on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --card: #f5f6f9; --ink: #1a222d; --soft: #5a6573; --line: #dde1e8; --accent: #0b6bcb;
  --alarm: #c8202f; --alarm-wash: #c8202f33; --band: #7fb2ee66; --label: #0a7f57; --rnn: #bf5a0a; --lstm: #1668cc; --peephole-lstm: #7440c8;
  --gru: #0a7f57; --elementwise: #b81c68; --none: #5a6573; }
@media (prefers-color-scheme: dark) { :root { --paper: #10151c; --card: #18202a; --ink: #e7ebf1; --soft: #9da9b8; --line: #2c3744;
  --accent: #6cb2ff; --alarm: #ff6b6b; --alarm-wash: #ff6b6b3d; --band: #4c86c866; --label: #4fd0a0; --rnn: #f5a15c; --lstm: #6cb2ff;
  --peephole-lstm: #bb9bff; --gru: #4fd0a0; --elementwise: #ff85b8; --none: #9da9b8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: clamp(1.5rem, 4.5vw, 2.3rem); line-height: 1.2; letter-spacing: -0.015em; margin: 0.3rem 0 1rem; text-wrap: balance; max-width: 26em; }
h2 { font-size: 1.2rem; margin: 3rem 0 0.3rem; letter-spacing: -0.005em; }
h3 { font-size: 0.95rem; margin: 1.4rem 0 0.3rem; font-weight: 600; }
h3 small { font-weight: 400; color: var(--soft); margin-left: 0.6em; }
p { margin: 0.5rem 0; max-width: 46em; }
.eyebrow, .note, footer, figcaption { color: var(--soft); font-size: 0.875rem; }
.eyebrow { margin: 0; }
.eyebrow b { color: var(--accent); letter-spacing: 0.02em; }
ul.facts { list-style: none; display: flex; flex-wrap: wrap; gap: 0.3rem 1.6rem; padding: 0.8rem 0; margin: 1.4rem 0 0;
  border-block: 1px solid var(--line); font-size: 0.875rem; color: var(--soft); }
ul.facts b { color: var(--ink); font-weight: 600; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.7rem 1rem; margin: 0.8rem 0;
  width: fit-content; max-width: 100%; overflow-x: auto; font: 0.875rem/1.5 ui-monospace, monospace; }
figure { margin: 0.6rem 0 0; min-width: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.34rem 0.7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; color: var(--soft); font-size: 0.8rem; vertical-align: bottom; }
th:first-child, td:first-child, .detections td, .detections th { text-align: left; }
td:first-child { position: sticky; left: 0; background: var(--paper); }
tr.advised td { background: var(--card); font-weight: 500; }
tr.first-of-cell:not(:nth-child(2)) td { border-top: 1px solid var(--soft); }
td.best { font-weight: 700; color: var(--accent); }
td.best::after { content: "\\2009★"; font-size: 0.75em; }
td:not(.best).num::after { content: "\\2009★"; font-size: 0.75em; visibility: hidden; }
td.wide { white-space: normal; min-width: 15rem; }
.dot { display: inline-block; width: 0.62em; height: 0.62em; border-radius: 50%; background: currentColor; margin-right: 0.5em; }
.tag { font-size: 0.7rem; font-weight: 600; color: var(--paper); background: var(--accent); border-radius: 99px; padding: 0.1em 0.6em; margin-left: 0.5em; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 3rem; }
.gains { display: grid; grid-template-columns: max-content 1fr max-content; font-size: 0.82rem; align-items: center; position: relative; }
.gains > * { padding: 0.16rem 0; }
.gains .value { text-align: right; font-variant-numeric: tabular-nums; padding-left: 0.8rem; }
.gains .track { position: relative; height: 1.25rem; margin-left: 0.8rem; overflow: hidden; }
.gains .bar { position: absolute; top: 0.25rem; bottom: 0.25rem; background: currentColor; opacity: 0.75; border-radius: 2px; }
.gains .error { position: absolute; top: calc(50% - 1px); height: 2px; background: var(--ink); }
.gains .zero { position: absolute; top: 0; bottom: 0; border-left: 2px solid var(--none); }
.gains .ends { position: relative; height: 1.3rem; margin-left: 0.8rem; color: var(--soft); font-size: 0.75rem; }
.gains .ends span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
svg { display: block; width: 100%; overflow: visible; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg text.name { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
.line { fill: none; stroke: currentColor; stroke-width: 1.4; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.measured { color: var(--ink); stroke-width: 1; stroke-opacity: 0.85; }
.expected { color: var(--accent); stroke-width: 1; }
.band { fill: var(--band); }
.wash { fill: var(--alarm-wash); }
rect.label { fill: var(--label); }
.edge { stroke: var(--alarm); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.limit { stroke: var(--alarm); stroke-width: 1; stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; }
.score { color: var(--soft); stroke-width: 1.1; }
.plot { display: grid; grid-template-columns: 10rem 1fr; }
.plot .y { position: relative; font-size: 0.75rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.plot .y span { position: absolute; right: 0.6rem; transform: translateY(-50%); }
.plot .x { grid-column: 2; position: relative; height: 1.5rem; font-size: 0.75rem; color: var(--soft); }
.plot .x span { position: absolute; transform: translateX(-50%); top: 0.2rem; white-space: nowrap; }
.plot .lane-name { font-size: 0.8rem; line-height: 1.3rem; padding-right: 0.6rem; white-space: nowrap; }
.plot .lane { border-bottom: 1px solid var(--line); height: 1.3rem; }
.tall { height: 11rem; } .small { height: 6.5rem; } .low { height: 4.5rem; } .lane svg { height: 1.3rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; font-size: 0.8rem; color: var(--soft); margin: 0.5rem 0 0; padding: 0; list-style: none; }
.legend i { display: inline-block; width: 1.2em; height: 0.6em; margin-right: 0.45em; vertical-align: baseline; background: currentColor; }
.legend i.thin { height: 2px; vertical-align: 0.25em; }
.found { display: inline-flex; gap: 2px; vertical-align: -1px; }
.found i { width: 0.55rem; height: 0.75rem; border-radius: 1.5px; background: currentColor; }
.found i.no { background: none; border: 1px solid var(--line); }
summary { cursor: pointer; color: var(--accent); font-size: 0.9rem; padding: 0.8rem 0; }
ol.story { margin: 0.2rem 0 0.6rem; padding-left: 1.4rem; font-size: 0.9rem; max-width: 56rem; } ol.story li { padding: 0.12rem 0; }
ol.story time { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: 0.4em; }
.lanes .lane-name { overflow: hidden; text-overflow: ellipsis; }
.of-minor { color: var(--none); } .of-major { color: var(--rnn); } .of-critical { color: var(--alarm); } rect[class^="of-"] { fill: currentColor; }
.severity { font-weight: 600; } .severity.major, .severity.critical { color: var(--alarm); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.2rem; font-size: 0.9rem; max-width: 56rem; }
dt { font-weight: 600; } dd { margin: 0; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.c-rnn { color: var(--rnn); } .c-lstm { color: var(--lstm); } .c-peephole-lstm { color: var(--peephole-lstm); }
.c-gru { color: var(--gru); } .c-elementwise { color: var(--elementwise); } .c-none { color: var(--none); }
.ink { color: var(--ink); }
@media (max-width: 40rem) {
  body { padding: 1.25rem 0.9rem 3rem; }
  .plot { grid-template-columns: 3.2rem 1fr; }
  .plot .lane-name { grid-column: 1 / -1; line-height: 1.2rem; margin-top: 0.2rem; }
  .plot .lane { grid-column: 2; height: 0.9rem; } .lane svg { height: 0.9rem; }
  .gains { font-size: 0.75rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; }
  .detections thead { display: none; } .detections tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .detections td { display: inline-block; border: 0; padding: 0 0.7rem 0 0; position: static; } .detections td.wide { display: block; min-width: 0; }
}
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
`;
