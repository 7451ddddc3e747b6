import type { ComponentChildren, VNode } from 'preact';
import type { SystemBody } from '../../app/dashboard/contract/system.ts';
import { count, duration, number, percent } from '../parts/format.ts';
import { html } from '../parts/html.ts';

const three = (n: number): string => String(Number(n.toPrecision(3)));

/** 12.3 MB */
export const bytes = (n: number): string =>
  n < 1000
    ? `${n}\u202fB`
    : n < 1e6
      ? `${three(n / 1e3)}\u202fkB`
      : n < 1e9
        ? `${three(n / 1e6)}\u202fMB`
        : `${three(n / 1e9)}\u202fGB`;

const LEARNING = {
  full: 'on every reading',
  reduced: 'on one of four readings: the CPU load is high',
  off: 'off: the CPU load is high',
} as const;
const BROKER = { connected: 'connected', connecting: 'connecting', offline: 'not connected' } as const;

/** The state of the service in a few cards. */
export const Figures = ({ body }: { readonly body: SystemBody }): VNode =>
  html`<div class="cards">
    <${Broker} body=${body} />
    <${Readings} body=${body} />
    <${Queues} body=${body} />
    <${Disk} body=${body} />
    <${Process} body=${body} />
  </div>`;

interface CardProps {
  readonly title: string;
  /** The one figure to look at. */
  readonly figure: string;
  readonly bad?: boolean;
  readonly under?: string;
  readonly children?: ComponentChildren;
}

const Card = ({ title, figure, bad = false, under, children }: CardProps): VNode =>
  html`<section class="card figure-card">
    <h2 class="small quiet">${title}</h2>
    <p class="figure ${bad ? 'error' : ''}">${figure}</p>
    ${under === undefined ? null : html`<p class="small quiet under">${under}</p>`}
    <dl class="small">${children}</dl>
  </section>`;

const Line = ({ name, children }: { readonly name: string; readonly children?: ComponentChildren }): VNode =>
  html`<div>
    <dt>${name}</dt>
    <dd>${children}</dd>
  </div>`;

function Broker({ body: { broker, inputs, inputsBeyond } }: { readonly body: SystemBody }): VNode {
  const { state, url, connections } = broker;
  return html`<${Card} title="Broker" figure=${BROKER[state]} under=${url} bad=${state !== 'connected'}>
    <${Line} name="connections">${connections.toLocaleString('en')}</${Line}>
    ${inputs.slice(0, 5).map(({ topic, messages }) => html`<${Line} key=${topic} name=${topic}>${count(messages, 'message')}</${Line}>`)}
    ${inputs.length + inputsBeyond > 5 ? html`<${Line} name="more inputs">${inputs.length + inputsBeyond - 5}</${Line}>` : null}
  </${Card}>`;
}

function Readings({ body: { rates, readings, streams, learning } }: { readonly body: SystemBody }): VNode {
  const figure = rates.readings === null ? count(readings, 'reading') : `${number(rates.readings)} readings/s`;
  return html`<${Card} title="Readings" figure=${figure} bad=${learning !== 'full'}>
    <${Line} name="since the start">${readings.toLocaleString('en')}</${Line}>
    <${Line} name="streams normal">${streams.ready}</${Line}>
    <${Line} name="streams learning">${streams.learning}</${Line}>
    <${Line} name="streams silent">${streams.silent}</${Line}>
    <${Line} name="training">${LEARNING[learning]}</${Line}>
  </${Card}>`;
}

function Queues({ body: { queues, targets, now } }: { readonly body: SystemBody }): VNode {
  const sum = (of: 'waiting' | 'dropped'): number => queues.reduce((all, queue) => all + queue[of], 0);
  const dropped = sum('dropped');
  return html`<${Card} title="Queues" figure="${sum('waiting').toLocaleString('en')} waiting" bad=${dropped > 0}>
    ${queues.map(
      ({ name, waiting, dropped: lost }) =>
        html`<${Line} key=${name} name="for the ${name}">${waiting}${lost > 0 ? html`, <span class="error">${lost} dropped</span>` : ''}</${Line}>`,
    )}
    ${targets.map(
      ({ name, sent, failingSince }) =>
        html`<${Line} key=${`t ${name}`} name="target ${name}">${sent} sent${
          failingSince === null ? '' : html`, <span class="error">failing for ${duration(now - failingSince)}</span>`
        }</${Line}>`,
    )}
  </${Card}>`;
}

function Disk({ body: { disk, commits } }: { readonly body: SystemBody }): VNode {
  const { database, written, perDay, limitPerDay } = disk;
  const figure =
    commits.failingMs !== null
      ? `not writable for ${duration(commits.failingMs)}`
      : perDay !== null
        ? `${bytes(perDay)} a day`
        : written !== null
          ? `${bytes(written)} written`
          : bytes(database);
  const over = perDay !== null && perDay > limitPerDay;
  return html`<${Card} title="Disk" figure=${figure} bad=${commits.failingMs !== null || over}>
    ${written === null ? null : html`<${Line} name="written since the start">${bytes(written)}</${Line}>`}
    ${written === null || perDay !== null ? null : html`<${Line} name="a day">known after an hour</${Line}>`}
    <${Line} name="limit a day">${bytes(limitPerDay)}</${Line}>
    <${Line} name="database">${bytes(database)}</${Line}>
    <${Line} name="commits">${commits.count.toLocaleString('en')}${
      commits.meanMs === null ? '' : `, ${three(commits.meanMs)}\u202fms each`
    }</${Line}>
  </${Card}>`;
}

function Process({ body: { rates, memory, uptimeMs } }: { readonly body: SystemBody }): VNode {
  return html`<${Card} title="Process" figure="CPU ${rates.cpu === null ? '…' : `${percent(rates.cpu)} of a core`}">
    <${Line} name="memory">${bytes(memory.rss)}</${Line}>
    <${Line} name="heap of JavaScript">${bytes(memory.heap)}</${Line}>
    <${Line} name="runs for">${duration(uptimeMs)}</${Line}>
  </${Card}>`;
}
