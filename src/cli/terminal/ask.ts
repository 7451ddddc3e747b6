import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { plain } from './plain.ts';

/** Questions on stderr, so that stdout stays free for data. */
export interface Asker {
  /** `byDefault` is the answer to an empty line. Asks again until `problemOf` has nothing to say. */
  ask(question: string, byDefault: string, problemOf?: (answer: string) => string | null): Promise<string>;
  /** The answer is not shown. */
  askSecret(question: string): Promise<string>;
  askYesNo(question: string, byDefault: boolean): Promise<boolean>;
  close(): void;
}

export function openAsker(): Asker {
  let hidden = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!hidden) process.stderr.write(chunk);
      done();
    },
  });
  const isTerminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal });
  // It keeps the lines that come before their question: typed ahead, or all at once through a pipe.
  const answers = lines[Symbol.asyncIterator]();
  let closed = false;
  lines.once('close', () => (closed = true));
  const line = async (prompt: string): Promise<string> => {
    if (closed) output.write(prompt);
    else {
      lines.setPrompt(prompt);
      lines.prompt();
    }
    const answer = await answers.next();
    if (!isTerminal) output.write('\n');
    if (answer.done === true) throw new Error('no answer');
    return answer.value;
  };
  const ask: Asker['ask'] = async (question, byDefault, problemOf = () => null) => {
    for (;;) {
      const given = (await line(`${question}${byDefault === '' ? '' : ` [${byDefault}]`}: `)).trim();
      const answer = given === '' ? byDefault : given;
      const problem = problemOf(answer);
      if (problem === null) return answer;
      process.stderr.write(`${plain(problem)}\n`);
    }
  };
  return {
    ask,
    askSecret: async (question) => {
      process.stderr.write(`${question}: `);
      hidden = true;
      try {
        return await line('');
      } finally {
        hidden = false;
        process.stderr.write('\n');
      }
    },
    askYesNo: async (question, byDefault) => {
      const answer = await ask(`${question} (${byDefault ? 'Y/n' : 'y/N'})`, '', (text) =>
        /^(|y|yes|n|no)$/i.test(text) ? null : 'y or n',
      );
      return answer === '' ? byDefault : /^y/i.test(answer);
    },
    close: () => {
      lines.close();
    },
  };
}
