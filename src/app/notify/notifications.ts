import type { Observable } from 'rxjs';
import type { Problem } from '../../stream/health.ts';
import type { AlertPort, CommandRequest } from '../../stream/ports/ports.ts';
import { Buttons } from './buttons.ts';
import { Notifier, type NotifierOptions, type TargetState } from './notifier.ts';

export interface Notifications {
  /** The same alerts, which are also sent to the targets. */
  readonly over: (alerts: AlertPort) => AlertPort;
  readonly problem: (phase: 'opened' | 'closed', problem: Problem, at: number) => void;
  readonly targets: () => readonly TargetState[];
  /** Commands of buttons that were pressed. */
  readonly requests$: Observable<CommandRequest>;
  /** `after`: ends with the notifications before these, which may have a message under way. */
  readonly start: (after?: Promise<void>) => void;
  readonly stop: () => Promise<void>;
}

/** Notifications with their buttons. */
export const notifications = (options: Omit<NotifierOptions, 'buttonsOf'>): Notifications => {
  const buttons = new Buttons({
    ...options,
    answer: (target, title, text) => {
      notifier.answer(target, title, text);
    },
  });
  const notifier: Notifier = new Notifier({ ...options, buttonsOf: buttons.under });
  return {
    over: (alerts) => notifier.over(alerts),
    problem: (phase, problem, at) => {
      notifier.problem(phase, problem, at);
    },
    targets: () => notifier.targets,
    requests$: buttons.requests$,
    start: (after) => {
      notifier.start(after);
      buttons.start();
    },
    stop: () => {
      buttons.stop();
      return notifier.stop();
    },
  };
};
