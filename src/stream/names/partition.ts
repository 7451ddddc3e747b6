import { fnvStep, fnvText } from '../fnv.ts';

/*
 * MQTT topics as nats-server maps them to subjects (docs of its MQTT gateway; run against 2.10.27), and the number that its subject
 * transform `partition(n, wildcards...)` gives.
 */

/** A level of a topic as a token of a subject. An empty level is `/`, and a dot within a level is `//`. */
export const tokenOf = (level: string): string => (level === '' ? '/' : level.replaceAll('.', '//'));

/** The subject of a topic: `a/b.c/d` is `a.b//c.d`. */
export const subjectOf = (topic: string): string => topic.split('/').map(tokenOf).join('.');

/** The topic of a subject: the inverse of `subjectOf`. */
export const topicOf = (subject: string): string =>
  subject
    .split('.')
    .map((token) => (token === '/' ? '' : token.replaceAll('//', '.')))
    .join('/');

/** Partition of the tokens that a transform hashes: FNV-1a over their UTF-8 bytes without a separator, modulo `partitions`. */
export const partitionOf = (tokens: readonly string[], partitions: number): number => {
  let hash = fnvText('');
  for (const byte of Buffer.from(tokens.join(''))) hash = fnvStep(hash, byte);
  return (hash >>> 0) % partitions;
};
