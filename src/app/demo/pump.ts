import { cube, square } from '../../math/elementary.ts';
/**
 * A variable-speed centrifugal pump of 55 kW that lifts water from a reservoir into a town's network.
 *
 * With Q the flow (m3/h), n the speed as a fraction of the rated 1480 rpm, and q = Q / (250 n) the flow as a
 * fraction of the best efficiency point at that speed:
 *
 *   H   = 62 n^2 - 2.24e-4 Q^2             head of the pump, m: 48 m at its best point       (1)
 *   eta = 0.80 (1 - (q - 1)^2)             its efficiency                                    (2)
 *   P   = 9.81 Q/3600 H / eta              shaft power, kW                                   (3)
 *   H_s = 22 + r Q^2                       head the network asks for: static plus friction   (4)
 *   I   = sqrt(26^2 + I_a^2),  I_a = 1000 P / (sqrt(3) 400 n 0.93)       motor current, A    (5)
 *   L   = 1.2 n^2 + 1.9 (I / 70)^2         motor losses, kW: windage and iron, then copper   (6)
 *   v   = 1.6 n^3 + 2.5 n^2 (q - 1)^2      casing vibration, mm/s RMS                        (7)
 *
 * (1) to (3) obey the affinity laws: at equal q, Q ~ n, H ~ n^2, P ~ n^3. In (5) the drive keeps volts per hertz
 * constant, so the magnetising 26 A stay while the active current follows the torque. In (7) unbalance is a force
 * ~ n^2 on a stiff support, so its velocity grows with n^3; the rest is recirculation away from the best point.
 */
const SHUT_OFF_HEAD = 62;
const PUMP_SLOPE = 2.24e-4;
const BEST_FLOW = 250;
const STATIC_HEAD = 22;

/** Flow as a fraction of the best efficiency point at this speed. */
const relativeFlow = (flow: number, speed: number): number => flow / (BEST_FLOW * speed);

/** (1) Head in m at a flow in m3/h and a relative speed. */
export const pumpHead = (flow: number, speed: number): number =>
  SHUT_OFF_HEAD * square(speed) - PUMP_SLOPE * square(flow);

/** (2) Between 0 and 0.80, for flows above 0 and below twice the best. */
export const efficiency = (flow: number, speed: number): number => 0.8 * (1 - square(relativeFlow(flow, speed) - 1));

/** (3) Shaft power in kW. */
export const shaftPower = (flow: number, speed: number): number =>
  (9.81 * (flow / 3600) * pumpHead(flow, speed)) / efficiency(flow, speed);

/** The speed at which the pump's head (1) meets the network's (4) at this flow; r in m per (m3/h)^2. */
export const speedFor = (flow: number, r: number): number =>
  Math.sqrt((STATIC_HEAD + (PUMP_SLOPE + r) * square(flow)) / SHUT_OFF_HEAD);

/** The flow at which (1) meets (4) at this speed: the inverse of `speedFor`. Needs a speed above 0.596, else NaN. */
export const flowAt = (speed: number, r: number): number =>
  Math.sqrt((SHUT_OFF_HEAD * square(speed) - STATIC_HEAD) / (PUMP_SLOPE + r));

/** (5) Motor current in A for a shaft power in kW. */
export const motorCurrent = (power: number, speed: number): number =>
  Math.sqrt(square(26) + square((1000 * power) / (Math.sqrt(3) * 400 * speed * 0.93)));

/** (6) Motor losses in kW, which heat its bearing. */
export const motorLosses = (current: number, speed: number): number => 1.2 * square(speed) + 1.9 * square(current / 70);

/** (7) Vibration velocity in mm/s RMS. */
export const vibration = (flow: number, speed: number): number =>
  1.6 * cube(speed) + 2.5 * square(speed) * square(relativeFlow(flow, speed) - 1);
