import type { ComponentChildren, VNode } from 'preact';
import type { SystemBody } from '../../app/dashboard/contract/system.ts';
import { Fact } from '../parts/fact.ts';
import { count, duration } from '../parts/format.ts';
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

function Broker({ body: { broker, inputs, inputsBeyond } }: { readonly body: SystemBody }): VNode {
  const { state, url, connections } = broker;
  return html`<${Card} title="Broker" figure=${BROKER[state]} under=${url} bad=${state !== 'connected'}>
    <${Fact} name="connections">${connections.toLocaleString('en')}</${Fact}>
    ${inputs.slice(0, 5).map(({ topic, messages }) => html`<${Fact} key=${topic} name=${topic}>${count(messages, 'message')}</${Fact}>`)}
    ${inputs.length + inputsBeyond > 5 ? html`<${Fact} name="more inputs">${inputs.length + inputsBeyond - 5}</${Fact}>` : null}
  </${Card}>`;
}

function Readings({ body: { rates, readings, streams, learning } }: { readonly body: SystemBody }): VNode {
  const figure = rates.readings === null ? count(readings, 'reading') : `${three(rates.readings)} readings/s`;
  return html`<${Card} title="Readings" figure=${figure} bad=${learning !== 'full'}>
    <${Fact} name="since the start">${readings.toLocaleString('en')}</${Fact}>
    <${Fact} name="streams normal">${streams.ready}</${Fact}>
    <${Fact} name="streams learning">${streams.learning}</${Fact}>
    <${Fact} name="streams silent">${streams.silent}</${Fact}>
    <${Fact} name="training">${LEARNING[learning]}</${Fact}>
  </${Card}>`;
}

function Queues({ body: { queues, targets, now } }: { readonly body: SystemBody }): VNode {
  const sum = (of: 'waiting' | 'dropped'): number => queues.reduce((all, queue) => all + queue[of], 0);
  const dropped = sum('dropped');
  return html`<${Card} title="Queues" figure="${sum('waiting').toLocaleString('en')} waiting" bad=${dropped > 0}>
    ${queues.map(
      ({ name, waiting, dropped: lost }) =>
        html`<${Fact} key=${name} name="for the ${name}">${waiting}${lost > 0 ? html`, <span class="error">${lost} dropped</span>` : ''}</${Fact}>`,
    )}
    ${targets.map(
      ({ name, sent, failingSince }) =>
        html`<${Fact} key=${`t ${name}`} name="target ${name}">${sent} sent${
          failingSince === null ? '' : html`, <span class="error">failing for ${duration(now - failingSince)}</span>`
        }</${Fact}>`,
    )}
  </${Card}>`;
}

function Disk({ body: { disk, commits } }: { readonly body: SystemBody }): VNode {
  const { database, written, perDay, perDayOverMs, cardYears, limitPerDay } = disk;
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
    ${written === null ? null : html`<${Fact} name="written since the start">${bytes(written)}</${Fact}>`}
    ${written === null || perDay !== null ? null : html`<${Fact} name="a day">known after an hour</${Fact}>`}
    ${perDay === null || perDayOverMs === null ? null : html`<${Fact} name="rate of the last">${duration(perDayOverMs)}</${Fact}>`}
    ${cardYears === null ? null : html`<${Fact} name="an SD card of 32 GB lasts">${cardYears >= 100 ? 'more than 100 years' : `about ${cardYears < 10 ? Number(cardYears.toPrecision(2)) : Math.round(cardYears)} years`}</${Fact}>`}
    <${Fact} name="limit a day">${bytes(limitPerDay)}</${Fact}>
    <${Fact} name="database">${bytes(database)}</${Fact}>
    <${Fact} name="commits">${commits.count.toLocaleString('en')}${
      commits.meanMs === null ? '' : `, ${three(commits.meanMs)}\u202fms each`
    }</${Fact}>
  </${Card}>`;
}

function Process({ body: { rates, memory, uptimeMs } }: { readonly body: SystemBody }): VNode {
  return html`<${Card} title="Process" figure="CPU ${rates.cpu === null ? '…' : `${Math.round(1000 * rates.cpu) / 10}\u202f% of a core`}">
    <${Fact} name="memory">${bytes(memory.rss)}</${Fact}>
    <${Fact} name="heap of JavaScript">${bytes(memory.heap)}</${Fact}>
    <${Fact} name="runs for">${duration(uptimeMs)}</${Fact}>
  </${Card}>`;
}
